"""The MIDI clock of a transport: which bytes are due at which frame.

24 ticks to a beat, whether it plays or not, so that others know the tempo before it begins. What
begins or is located is told by a start, or by a position and a continue, ``BEFORE_S`` before the
tick that it is about. A position counts sixteenths: from between two, it goes on with the next.
"""

from collections.abc import Iterator
from fractions import Fraction

from astrodrum_live.transport.clock_in import CONTINUE, POSITION, START, STOP, TICK
from astrodrum_live.transport.clock_loop import TICKS
from astrodrum_live.transport.timeline import Timeline
from astrodrum_live.transport.transport import Transport

BEFORE_S = 0.002  # the specification asks for 1 ms at least between a start and its first tick
JUST_S = 0.05  # a start that is older is joined where it is by now
LAST_POSITION = 16383  # 14 bits: 1023 bars of four
_TICKS_PER_POSITION = 6

Due = tuple[int, bytes]  # frame, message


class ClockOut:
    """Works out what those who listen must be told. Thread: one at a time. Realtime-safe: no."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._jumps: int | None = None
        self._tick = 0  # the next one while it plays
        self._free: float | None = None  # the frame of the next one while it does not
        self._playing = False  # as those who listen believe
        self._coming = False  # a start or continue that is still to be told

    def due(self, frame: int, until: int) -> list[Due]:
        """What is to be sent before ``until``, in order; ``frame`` is now. Each is told once."""
        timeline = self._transport.snapshot()
        told: list[Due] = []
        if timeline.jumps != self._jumps:
            told += self._jump(timeline, frame)
            self._jumps = timeline.jumps
        told += self._ticks(timeline, frame, until)
        return told

    def end(self) -> list[bytes]:
        """What to send when no clock is to be sent any more."""
        was, self._playing, self._jumps = self._playing, False, None
        return [bytes([STOP])] if was else []

    def _jump(self, timeline: Timeline, frame: int) -> Iterator[Due]:
        if self._playing:
            yield frame, bytes([STOP])
            self._playing = False
        last = timeline.segments[-1]
        just = last.frame >= frame - round(JUST_S * timeline.rate)
        beat = timeline.beat_at(last.frame if just else frame)
        position = -(-beat * Fraction(TICKS) // _TICKS_PER_POSITION)
        self._coming = timeline.playing
        if timeline.playing:
            self._tick = int(position) * _TICKS_PER_POSITION
        elif self._jumps is not None or beat > 0:
            yield from ((frame, message) for message in _position(int(position)))

    def _ticks(self, timeline: Timeline, frame: int, until: int) -> Iterator[Due]:
        while True:
            at = timeline.frame_of(Fraction(self._tick, TICKS)) if timeline.playing else None
            if self._coming and at is not None:
                begin = at - round(BEFORE_S * timeline.rate)
                yield from self._free_ticks(timeline, frame, min(until, begin))
                if begin >= until:
                    return
                begin = max(begin, frame)
                yield from ((begin, message) for message in _begin(self._tick))
                self._coming, self._playing = False, True
            if at is None:  # stopped, or a tempo that leaped over it
                if timeline.playing:
                    self._tick += 1
                    continue
                yield from self._free_ticks(timeline, frame, until)
                return
            if at >= until:
                return
            yield max(at, frame), bytes([TICK])
            self._tick += 1
            self._free = at + _apart(timeline)

    def _free_ticks(self, timeline: Timeline, frame: int, until: int) -> Iterator[Due]:
        if self._free is None or self._free < frame - _apart(timeline):
            self._free = float(frame)
        while self._free < until:
            yield max(round(self._free), frame), bytes([TICK])
            self._free += _apart(timeline)


def _apart(timeline: Timeline) -> float:
    """Frames between ticks."""
    return 60.0 * timeline.rate / (TICKS * timeline.tempo)


def _begin(tick: int) -> list[bytes]:
    if tick == 0:
        return [bytes([START])]
    return [*_position(tick // _TICKS_PER_POSITION), bytes([CONTINUE])]


def _position(sixteenths: int) -> list[bytes]:
    """Beyond what MIDI can say, the last place that it can."""
    place = min(sixteenths, LAST_POSITION)
    return [bytes([POSITION, place & 127, place >> 7])]
