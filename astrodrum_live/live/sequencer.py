"""The sequencer, live: posts what is due ahead of its time, and has its sounds made before that."""

import logging
import math
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

from astrodrum_live.config import STALL_S
from astrodrum_live.control.events import Hit
from astrodrum_live.engine.engine import Engine
from astrodrum_live.live.orders import NO_SOUND, OrderDesk, Sound, is_ordered
from astrodrum_live.live.song import Song
from astrodrum_live.live.step_hits import hit_of, pads_of
from astrodrum_live.now import now_ns
from astrodrum_live.sequencer.now import At
from astrodrum_live.sequencer.pattern import Pattern
from astrodrum_live.sequencer.player import Strike, strikes
from astrodrum_live.transport.timeline import Timeline
from astrodrum_live.transport.transport import Transport
from astrodrum_live.urgency import hurry

TICK_S = 0.01
# What is posted cannot be taken back: an edit or a stop is heard so much later. Python's thread
# may be kept from running for less than that before a step is late.
POSTED_AHEAD_S = 0.1
# What is ordered can be, and takes the generator some tens of ms a sound, one at a time.
ORDERED_AHEAD_S = 0.25

_LOG = logging.getLogger(__name__)


class _Due(NamedTuple):
    """A stroke of ``pattern``, which began at ``origin``, in beats of the transport."""

    beat: float
    origin: float
    pattern: Pattern
    strike: Strike

    @property
    def key(self) -> tuple:
        """The same for the same stroke, however its step was edited meanwhile."""
        return (self.origin, self.pattern.key, *self.strike[1:4])


class Sequencer:
    """Plays ``song`` by ``transport`` through ``orders``.

    ``pads``: the names of the kit's. ``follows``: whether another clock sets the tempo.
    ``latency_ns``: from rendering to loudspeaker.
    ``clock``: ``astrodrum_live.now``, or another's in tests.
    Thread: its own, from ``start`` to ``close``; ``tick`` is one turn of it, which who starts the
    music takes at once, too. The rest from any.
    """

    def __init__(
        self,
        engine: Engine,
        transport: Transport,
        orders: OrderDesk,
        song: Song,
        pads: Callable[[], list[str]],
        follows: Callable[[], bool] = lambda: False,
        latency_ns: Callable[[], int] = lambda: 0,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        self._engine, self._transport, self._orders = engine, transport, orders
        self._song, self._pads, self._follows, self._clock = song, pads, follows, clock
        self._latency_ns = latency_ns
        rate = engine.config.rate
        self._posted_ahead = round(POSTED_AHEAD_S * rate)
        self._ordered_ahead = round(ORDERED_AHEAD_S * rate)
        self._jumps = -1
        self._beat = 0.0  # all before it is posted
        self._origin = 0.0  # where the pattern that plays began
        self._left: tuple[float, Pattern] | None = None  # the one before it, and where that began
        self._end: float | None = None  # where it ends, if another is queued
        self._now_wanted = self._stale = False
        self._tempo_then: float | None = None
        self._made: dict[tuple, tuple[Hit, Sound]] = {}
        self._stop = threading.Event()
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)

    def start(self) -> None:
        """Begin to look ahead, in the tempo of the pattern if nobody has named another."""
        pattern = self._song.now.pattern
        if pattern.tempo and not self._transport.snapshot().known:
            self._transport.set_tempo(pattern.tempo, 0)
        self._thread.start()

    def close(self) -> None:
        """Post nothing more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def forget(self) -> None:
        """Another kit plays: what was ordered is another's."""
        self._stale = True

    def tempo_then(self, tempo: float | None) -> None:
        """What is queued begins in this tempo, BPM; None: in its own."""
        self._tempo_then = tempo

    def begin_at_once(self) -> None:
        """What is queued begins as soon as what is posted is over, not at the bar."""
        self._now_wanted = True

    @property
    def posted_till(self) -> int:
        """The frame before which nothing can be taken back; 0 while it is stopped."""
        timeline = self._transport.snapshot()
        if not timeline.playing or timeline.jumps != self._jumps:
            return 0
        frame = timeline.frame_of(self._beat)
        return 0 if frame is None else frame

    def at(self) -> At:
        """Where it stands, as heard now."""
        timeline = self._transport.snapshot()
        frame = self._engine.frame_at(self._clock() - self._latency_ns())
        beat = float(timeline.beat_at(max(round(frame), 0)))
        origin, pattern = self._origin, self._song.now.pattern
        left = self._left
        if beat < origin and left is not None and left[0] <= beat:
            origin, pattern = left
        since = max(beat - origin, 0.0)
        return At(math.floor(since * pattern.grid) + 1, since, int(since // pattern.beats) + 1)

    def tick(self) -> None:
        """Post what is due by now, order what comes after it."""
        with self._turn:
            self._tick()

    def _tick(self) -> None:
        timeline = self._transport.snapshot()
        if timeline.jumps != self._jumps:
            self._jumped(timeline)
        frame = self._frame()
        posted = max(frame + self._posted_ahead, timeline.jumped)  # till then the old music played
        ordered = max(frame + self._ordered_ahead, timeline.jumped)
        if self._stale:
            self._stale = False
            self._drop(lambda key: True)
        if not timeline.playing:
            if self._song.now.queued:
                self._begin(self._queued(), 0.0)
            self._order(self._opening(ORDERED_AHEAD_S * timeline.tempo / 60.0), None)
            return
        till = float(timeline.beat_at(posted))
        while till > self._beat:
            self._mind_the_end()
            stretch = till if self._end is None else min(till, self._end)
            for due in self._ahead(self._beat, stretch):
                self._post(due, timeline)
            self._beat = max(stretch, self._beat)
            if self._end is not None and self._beat >= self._end:
                self._begin(self._queued(), self._end)
                timeline = self._transport.snapshot()
                till = float(timeline.beat_at(posted))
        self._mind_the_end()
        far = float(timeline.beat_at(ordered))
        self._order(self._ahead(self._beat, far), timeline)

    def _frame(self) -> int:
        """Now; but frames that a device which hangs does not ask for are not there yet."""
        frame = round(self._engine.frame_at(self._clock()))
        obeyed = self._engine.frame
        stalled = frame - obeyed > STALL_S * self._engine.config.rate
        return max(obeyed if stalled else frame, 0)

    def _run(self) -> None:
        hurry()  # what is posted late plays late
        while not self._stop.wait(TICK_S):
            try:
                self.tick()
            except Exception:  # whatever it is, the beat goes on
                _LOG.exception("the sequencer failed")

    def _jumped(self, timeline: Timeline) -> None:
        """The music has started, stopped or been put elsewhere."""
        self._jumps = timeline.jumps
        beat = float(timeline.beat_at(timeline.jumped))
        if timeline.playing:
            goes_on = beat >= self._origin > 0 and abs(beat - self._beat) < 1e-6
            if not goes_on:
                self._origin, self._left = 0.0, None
            self._end = None
        self._beat = beat

    def _queued(self) -> Pattern:
        """What plays next: what was asked for, or the next in order after one that is gone."""
        now = self._song.now
        if now.queued:
            return now.book.named(now.queued)
        return now.book.after(now.pattern.key)

    def _mind_the_end(self) -> None:
        """Where what plays ends, if anything was asked for instead, or it was deleted."""
        now = self._song.now
        if not now.queued and now.book.keyed(now.pattern.key) is not None:
            self._end, self._now_wanted = None, False
        elif self._now_wanted:
            self._end, self._now_wanted = self._beat, False
        elif self._end is None or self._end < self._beat:
            bars = (self._beat - self._origin) / now.pattern.beats
            self._end = self._origin + math.ceil(bars - 1e-9) * now.pattern.beats

    def _begin(self, pattern: Pattern, beat: float) -> None:
        """``pattern`` plays from ``beat`` on, in its tempo."""
        self._left = (self._origin, self._song.now.pattern)
        self._origin, self._end = beat, None
        self._song.begin(pattern)
        tempo, self._tempo_then = self._tempo_then or pattern.tempo, None
        if tempo and not self._follows():
            frame = self._transport.frame_of(beat)
            self._transport.set_tempo(tempo, 0 if frame is None else frame)

    def _opening(self, beats: float) -> Iterator[_Due]:
        """The strokes that a start would begin with: their sounds are made while it is stopped."""
        pattern = self._song.now.pattern
        for strike in strikes(pattern, 0.0, beats, self._song.now.fill):
            yield _Due(strike.beat, 0.0, pattern, strike)

    def _ahead(self, begin: float, end: float) -> Iterator[_Due]:
        """What can be heard of the strokes between two beats."""
        now = self._song.now
        stops = end if self._end is None else min(end, self._end)
        parts = [(now.pattern, self._origin, begin, stops)]
        if stops < end and self._end is not None:
            parts.append((self._queued(), self._end, max(self._end, begin), end))
        for pattern, origin, first, last in parts:
            for strike in strikes(pattern, first - origin, last - origin, now.fill):
                if now.audible(strike.track):
                    yield _Due(origin + strike.beat, origin, pattern, strike)

    def _post(self, due: _Due, timeline: Timeline) -> None:
        hit = hit_of(due.strike, pads_of(self._pads()))
        if hit is None:
            return
        found = timeline.frame_of(due.beat)
        frame = max(1 if found is None else found, 1)
        made, sound = self._made.pop(due.key, (None, NO_SOUND))
        if made == hit and sound != NO_SOUND:
            self._orders.post_prepared(hit, frame, sound)
            return
        self._orders.let_go(sound)
        self._orders.post_hit(hit, frame, self._deadline_ns(frame))

    def _order(self, coming: Iterator[_Due], timeline: Timeline | None) -> None:
        """Have the sounds made that steps name; let those go that are not wanted any more."""
        wanted = set()
        pads = pads_of(self._pads())
        for due in coming:
            hit = hit_of(due.strike, pads)
            if hit is None or not is_ordered(hit):
                continue
            wanted.add(due.key)
            made, sound = self._made.get(due.key, (None, NO_SOUND))
            if made == hit:
                continue
            self._orders.let_go(sound)
            found = timeline.frame_of(due.beat) if timeline else None
            frame = self._engine.frame + self._ordered_ahead if found is None else found
            self._made[due.key] = hit, self._orders.prepare(hit, self._deadline_ns(frame))
        self._drop(lambda key: key not in wanted)

    def _drop(self, unwanted: Callable[[tuple], bool]) -> None:
        for key in [key for key in self._made if unwanted(key)]:
            self._orders.let_go(self._made.pop(key)[1])

    def _deadline_ns(self, frame: int) -> int:
        """When the block with ``frame`` in it may be asked for."""
        clock_ns, config = self._clock(), self._engine.config
        ahead = frame - config.block - self._engine.frame_at(clock_ns)
        return max(clock_ns + round(ahead / config.rate * 1e9), 1)
