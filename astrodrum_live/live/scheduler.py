"""Events with times become commands with frames, in order of arrival."""

import logging
import math
import threading
from collections.abc import Callable

from astrodrum_live.config import STALL_S
from astrodrum_live.control.events import (
    Choke,
    Event,
    Hit,
    Home,
    Hush,
    LoadKit,
    MorphTo,
    MoveTransport,
    Panic,
    Sequencing,
    Set,
    SetOrbit,
    SetTransport,
    Turn,
)
from astrodrum_live.control.relay import Relay
from astrodrum_live.control.slowest import Slowest
from astrodrum_live.engine.engine import SOON, Engine
from astrodrum_live.live.conductor import Conductor
from astrodrum_live.live.control_inbox import ControlInbox, Item, Raw
from astrodrum_live.live.drift import Drift
from astrodrum_live.live.keeper import Keeper
from astrodrum_live.live.morph import FADER, Morph
from astrodrum_live.live.orders import NOBODY_WAITS, OrderDesk
from astrodrum_live.live.tempo import Tempo
from astrodrum_live.now import now_ns
from astrodrum_live.urgency import hurry

_LOG = logging.getLogger(__name__)

# What the thread that brings it may obey: none waits for a disk, or turns a whole kit. Of a MIDI
# message's events those that are not wait for their turn.
_QUICK = frozenset((bytes, Hit, Choke, Set, SetOrbit, Turn))


class Scheduler:
    """Turns what arrives into commands, in order of arrival.

    ``read_midi`` gives the events of a MIDI message, its arrival_ns and the name of its port;
    ``load_kit`` is called for ``LoadKit`` and ``morph_to`` for ``MorphTo``; they must return at
    once. ``orders`` posts the hits, ``keeper`` keeps what was heard. ``tempo`` moves the transport,
    ``conductor`` obeys what is for the sequencer, ``morph`` moves the pads from kit to kit,
    ``drift`` about their homes.
    ``latency_ns``: from rendering to loudspeaker, by which events with a due time are rendered
    early, so that they *sound* then. ``watch``: told every hit, its arrival_ns, and when its
    command was in the ring; for measuring, it must not wait.
    Thread: what is quick, that of the port that brings it, and all else its own, ``control``: one
    at a time. ``post`` and ``post_midi`` from any, they never wait for another's turn.
    """

    def __init__(
        self,
        engine: Engine,
        read_midi: Callable[[bytes, int, str], tuple[Event, ...]],
        load_kit: Callable[[str], None],
        orders: OrderDesk | None = None,
        keeper: Keeper | None = None,
        tempo: Tempo | None = None,
        conductor: Conductor | None = None,
        morph: Morph | None = None,
        drift: Drift | None = None,
        morph_to: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.latency_ns = 0
        self.midi_messages = 0
        self.slowest = Slowest()  # from a live event's arrival until it was obeyed
        self.watch: Callable[[Hit, int, int], None] | None = None
        self._engine = engine
        self._read_midi = read_midi
        self._load_kit = load_kit
        self._orders = orders or OrderDesk(engine)
        self._inbox = ControlInbox()
        self._relay: Relay[Item] = Relay(self._inbox, self._take, self._dare, engine.forget_strokes)
        self._closing = False
        self._keeper, self._tempo, self._conductor = keeper, tempo, conductor
        self._morph = morph or Morph(engine)
        self._drift = drift or Drift(engine)
        self._morph_to = morph_to
        config = engine.config
        self._delay_frames = config.block + config.slack_ms * 1e-3 * config.rate
        self._block_ns = config.block * 1_000_000_000 // config.rate
        self._soonest = config.timing == "soonest"
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)

    def start(self) -> None:
        """Begin to obey."""
        self._relay.start()
        self._thread.start()

    def close(self) -> None:
        """Obey what has arrived, and end. Harmless if never started."""
        if self._thread.is_alive():
            self._closing = True
            self._relay.ring()
            self._thread.join()

    def post(self, event: Event, arrival_ns: int, due_ns: int | None = None) -> None:
        """Queue an event (see ``control.instrument.Instrument.post``)."""
        self._relay.send((event, arrival_ns, due_ns))

    def post_midi(self, message: Raw) -> None:
        """Queue a MIDI message with its time of arrival, and if known its port's name.

        Thread: RtMidi's, or another on a note's way.
        """
        self._relay.send(message, urgent=True)

    @property
    def idle(self) -> bool:
        """Whether nothing has arrived that is not obeyed yet: what is posted past this overtakes
        nothing that came before now."""
        return self._relay.idle and not self._engine.crowded

    @property
    def superseded(self) -> int:
        """Controller messages that a newer one overtook."""
        return self._inbox.superseded

    def frame_for(self, arrival_ns: int, due_ns: int | None) -> int:
        """The frame at which an event is to be rendered.

        Live and ``steady``: one block and the slack after its arrival, so that callback jitter
        becomes a constant. Live and ``soonest``: the start of the next block. While a device does
        not call (it hangs, or the machine slept) its frames stand still, and so does what is due.
        """
        if due_ns is None and self._soonest:
            return SOON
        arrived = self._engine.frame_at(arrival_ns)
        stalled = self._stalled(arrived)
        if due_ns is not None:
            frame = self._engine.frame_at(due_ns - self.latency_ns) - stalled
            return max(round(frame), 1) if frame >= 0 else SOON
        if arrived < 0 or stalled:
            return SOON
        return math.ceil(arrived + self._delay_frames)

    def _stalled(self, frame: float) -> float:
        """Frames that the device should have asked for by ``frame``, if too many for jitter."""
        missing = frame - self._engine.frame
        return missing if missing > STALL_S * self._engine.config.rate else 0.0

    def _deadline_ns(self, arrival_ns: int, due_ns: int) -> int:
        """When the block in which a hit begins may be asked for; late hits have no time to wait."""
        deadline_ns = due_ns - self.latency_ns - self._block_ns
        return deadline_ns if deadline_ns > arrival_ns else NOBODY_WAITS

    def _move(self, event: SetTransport | MoveTransport, frame: int, live: bool = True) -> None:
        """What the sequencer has posted already is over before its music goes another way."""
        if self._tempo is None:
            return
        if self._conductor and event != MoveTransport("tap"):
            frame = self._conductor.settled(frame)
        self._tempo.obey(event, frame, live)
        if self._conductor and isinstance(event, MoveTransport):
            self._conductor.moved()

    def _quiet(self, event: Panic | Hush) -> None:
        """At once; and what the sequencer posts before it has stopped is forgotten, too."""
        silence = self._engine.post_panic if isinstance(event, Panic) else self._engine.post_hush
        silence()
        if self._tempo and self._tempo.transport.playing:
            self._move(MoveTransport("stop"), self._engine.frame)
            silence()  # the same again: a hush would forget a panic that is not obeyed yet

    def _run(self) -> None:
        hurry()
        while not self._closing:
            self._relay.work()
        with self._relay.turn:
            self._inbox.release()
        self._relay.stop()

    def _dare(self, item: Item) -> bool:
        if self._engine.crowded or not _is_quick(item[0]):
            return False
        self._take(item)
        return True

    def _take(self, item: Item) -> None:
        try:
            if isinstance(item[0], bytes):
                self._read(item[0], item[1], str(item[2]) if len(item) == 3 else "")
            else:
                self._obey(*item)
        except Exception:  # one event must not end the threads that all others need
            _LOG.exception("%s failed", item[0])

    def _read(self, message: bytes, arrival_ns: int, port: str) -> None:
        self.midi_messages += 1
        events = self._read_midi(message, arrival_ns, port)
        for index, event in enumerate(events):
            if not _is_quick(event):  # it may be the port's thread that reads this
                self._inbox.put_back(*((one, arrival_ns, None) for one in events[index:]))
                return
            self._obey(event, arrival_ns, None)
        self.slowest.see(now_ns() - arrival_ns)

    def _obey(self, event: Event, arrival_ns: int, due_ns: int | None) -> None:
        if isinstance(event, Hit):  # first and by itself: the shorter its way, the sooner it sounds
            deadline_ns = NOBODY_WAITS if due_ns is None else self._deadline_ns(arrival_ns, due_ns)
            self._orders.post_hit(event, self.frame_for(arrival_ns, due_ns), deadline_ns)
            if self.watch:
                self.watch(event, arrival_ns, now_ns())
            return
        if self._keeper and isinstance(event, Set | SetOrbit | Turn):
            self._keeper.turning(event)
        match event:
            case Set(pad, param, value) if param == FADER:
                self._morph.turn(pad, value, self.frame_for(arrival_ns, due_ns))
            case Set(pad, param, value):
                self._engine.post_set(pad, param, value, self.frame_for(arrival_ns, due_ns))
            case Turn(pad, values):
                frame = self.frame_for(arrival_ns, due_ns)
                for param, value in values:
                    self._engine.post_set(pad, param, value, frame)
            case SetOrbit(orbit, param, value):
                self._engine.post_orbit(orbit, param, value, self.frame_for(arrival_ns, due_ns))
            case Choke(pad):
                self._engine.post_choke(pad, self.frame_for(arrival_ns, due_ns))
            case Panic() | Hush():
                self._quiet(event)
            case LoadKit(name):
                self._load_kit(name)
            case SetTransport() | MoveTransport():
                frame = self.frame_for(arrival_ns, due_ns) or self._engine.frame
                self._move(event, frame, live=due_ns is None)
            case _ if isinstance(event, Sequencing):
                if self._conductor:
                    self._conductor.obey(event)
            case MorphTo(name):
                self._morph_to(name)
            case Home(pad):
                self._drift.home(pad, self._engine.frame)
            case _:
                if self._keeper:
                    self._keeper.obey(event)


def _is_quick(what: Event | bytes) -> bool:
    return type(what) in _QUICK and not (isinstance(what, Set) and what.param == FADER)
