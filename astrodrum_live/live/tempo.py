"""The tempo of the instrument: its transport, whom that follows, and what goes with it."""

import heapq
import logging
import queue
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

from astrodrum_live.control.events import MoveTransport, SetTransport
from astrodrum_live.control.midi_outputs import MidiOutputs
from astrodrum_live.control.patch import Patch
from astrodrum_live.engine.engine import Engine
from astrodrum_live.live.clock_sender import ClockSender
from astrodrum_live.live.cycles import Cycles
from astrodrum_live.now import now_ns as clock_ns
from astrodrum_live.params import TRANSPORT_PARAMS
from astrodrum_live.transport.clock_in import ClockIn
from astrodrum_live.transport.follower import Follower
from astrodrum_live.transport.link_peer import LinkPeer
from astrodrum_live.transport.transport import Transport

START_S = 0.025  # from a live start to beat 0: for those who look ahead to have its hits in time
# What is due later waits, as a change of the transport cannot be taken back. More than what the
# sequencer posts ahead: it is asked to go another way only from there on.
AHEAD_S = 0.12
LOOK_S = 0.02
MOST_WAITING = 4096  # clock messages: 80 s of a usual clock

_LOG = logging.getLogger(__name__)

Asked = SetTransport | MoveTransport
Arrival = tuple[bytes, int, str]


class Tempo:
    """Owns ``transport`` and moves it: as told by events, and by the MIDI clocks that come.

    ``latency_ns``: from rendering to loudspeaker. ``outputs``: who gets its clock. ``link``: a
    session as of ``open_link``. ``log`` gets plain lines.
    Thread: its own, for what comes by ``clock`` and by the time; the rest from any.
    """

    def __init__(
        self,
        engine: Engine,
        log: Callable[[str], None],
        latency_ns: Callable[[], int],
        outputs: MidiOutputs | None = None,
        link: Any = None,
    ) -> None:
        self.transport = Transport(engine.config.rate)
        self.lost = 0  # clock messages that came faster than they could be looked at
        self._engine, self._log = engine, log
        lead = engine.config.block + round(engine.config.slack_ms * 1e-3 * engine.config.rate)
        self._follower = Follower(self.transport, engine.frame_at, lead, latency_ns)
        self._outputs = outputs or MidiOutputs(log)
        self._clock = ClockIn(self._follower, log, ours=lambda: self._outputs.names)
        self._cycles = Cycles(engine, self.transport)
        self._link = LinkPeer(self._follower, link, log) if link is not None else None
        self._values = {row.name: row.default for row in TRANSPORT_PARAMS}
        self._start = round(START_S * engine.config.rate)
        self._ahead = round(AHEAD_S * engine.config.rate)
        self._lock = threading.RLock()  # between what events and what clocks do
        self._waiting: list[tuple[int, int, Asked]] = []
        self._order = count()
        self._sender = ClockSender(
            engine, self.transport, self._outputs.send, self._sends, latency_ns
        )
        self._inbox: queue.Queue[Arrival | None] = queue.Queue(MOST_WAITING)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tempo", daemon=True)

    def start(self) -> None:
        """Begin to look after what comes."""
        self._thread.start()
        self._sender.start()

    def close(self) -> None:
        """End. Harmless if never started."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._link:
            self._link.close()
        self._sender.close()
        self._outputs.close()

    def load(self, patch: Patch, tempo: float | None = None) -> None:
        """Take what a kit says of tempo and clocks; ``tempo`` goes before it, BPM."""
        wanted = dict(patch.transport) | ({} if tempo is None else {"tempo": tempo})
        with self._lock:
            self._clock.want(patch.midi.clock)
            self._outputs.want(patch.midi.clock_out)
            for name, value in wanted.items():
                if name != "tempo" or not self._clock.follows:
                    self._turn(name, value, self._engine.frame)
            self._cycles.load(patch)
            self._cycles.turn(self._values["orbits"] > 0)

    def clock(self, arrival: Arrival) -> None:
        """A message about the tempo, from MIDI. Never waits."""
        try:
            self._inbox.put_nowait(arrival)
        except queue.Full:
            self.lost += 1

    def look(self, patience_s: float = LOOK_S, now_ns: int | None = None) -> None:
        """One turn of its thread: what has come by MIDI, if anything did within ``patience_s``, and
        what the time has brought."""
        try:
            arrival = (
                self._inbox.get(timeout=patience_s) if patience_s else self._inbox.get_nowait()
            )
        except queue.Empty:
            arrival = None
        with self._lock:
            if arrival is not None:
                self._clock.take(*arrival)
            at_ns = clock_ns() if now_ns is None else now_ns
            self._clock.look(at_ns)
            if self._link and self._engine.frame_at(at_ns) >= 0:
                self._link.look(at_ns, leads=not self._clock.follows)
            soon = self._engine.frame + self._ahead
            while self._waiting and self._waiting[0][0] <= soon:
                frame, _, event = heapq.heappop(self._waiting)
                self._do(event, frame, live=False)
            self._cycles.turn(self._values["orbits"] > 0)

    def obey(self, event: Asked, frame: int, live: bool = True) -> None:
        """Do what is asked, at ``frame``. ``live``: it is meant for now."""
        with self._lock:
            if frame > self._engine.frame + self._ahead:
                heapq.heappush(self._waiting, (frame, next(self._order), event))
            else:
                self._do(event, frame, live)

    def value(self, param: str) -> float:
        """The latest value of a row of ``TRANSPORT_PARAMS``."""
        if param == "tempo":
            return self.transport.tempo
        return self._values[param]

    def state(self, what: str) -> str | int:
        """One of ``control.instrument.TRANSPORT_STATES``."""
        timeline, frame = self.transport.snapshot(), self._engine.frame
        match what:
            case "playing":
                return int(timeline.moves_at(frame))
            case "beat":
                return int(timeline.beat_at(frame))
            case "bar":
                return timeline.bar_at(frame)[0]
        if self._clock.follows:
            return self._clock.port
        return "Link" if self._link and self._link.peers else ""

    def words(self) -> str:
        """For the status line: tempo, bar and beat counted from 1, and whose clock it is."""
        timeline = self.transport.snapshot()
        bar, beat = timeline.bar_at(self._engine.frame)
        stands = f"{bar + 1}.{int(beat) + 1}" if timeline.playing else "stopped"
        clock = self.state("clock")
        return f"{timeline.tempo:.1f} bpm {stands}" + (f" ({clock})" if clock else "")

    def trouble(self) -> str:
        """What a player must know, for the status line; empty if all is well."""
        return "; ".join(filter(None, (self._clock.trouble(), self._outputs.trouble())))

    def _sends(self) -> bool:
        return self._values["send_clock"] > 0 and bool(self._outputs.names)

    def _do(self, event: Asked, frame: int, live: bool) -> None:
        if isinstance(event, SetTransport):
            self._turn(event.param, event.value, frame)
            self._cycles.turn(self._values["orbits"] > 0)
            return
        transport = self.transport
        soon = frame + self._start * live
        how = event.how
        if how == "toggle":
            how = "stop" if transport.playing else "continue"
        match how:
            case "start":
                together = self._link and not self._clock.follows and event.beat == 0
                if not (together and self._link and self._link.begin(clock_ns())):
                    transport.start(soon, event.beat)
            case "stop":
                transport.stop(frame)
            case "continue":
                transport.continue_(soon)
            case "locate":
                transport.locate(event.beat, frame)
            case "tap":
                if not self._follows("tapping sets no tempo"):
                    transport.tap(frame)
                    self._cycles.turn(self._values["orbits"] > 0)

    def _turn(self, param: str, value: float, frame: int) -> None:
        match param:
            case "tempo":
                if not self._follows(f"{value:g} bpm is not taken"):
                    self.transport.set_tempo(value, frame)
                return
            case "beats_per_bar":
                self.transport.set_beats_per_bar(value)
            case "follow":
                self._clock.enable(value > 0)
            case "offset":
                self._follower.offset_ns = round(value * 1e6)
        self._values[param] = value

    def _follows(self, what: str) -> bool:
        """Whether a clock gives the tempo; then that is told."""
        if self._clock.follows:
            self._log(
                f"{what}: the tempo is that of {self._clock.port}'s MIDI clock"
                " (/transport/follow 0 lets go of it)"
            )
        return self._clock.follows

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
            except Exception:  # nothing that comes may end the thread that the tempo needs
                _LOG.exception("the tempo's thread failed; it goes on")
