"""What of a pattern is due between two beats: a pure function, so that live and rendered agree."""

import math
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from astrodrum_live.sequencer.conditions import holds
from astrodrum_live.sequencer.groove import straight, swung
from astrodrum_live.sequencer.pattern import Pattern, Step, Track

_WORD = 2**64 - 1


class Strike(NamedTuple):
    """A stroke that is due. ``beat``: since the pattern began. ``place``: of its step, counted from
    0 since then. ``stroke``: which of its ratchet's, from 0."""

    beat: float
    track: str
    place: int
    stroke: int
    step: Step


def strikes(pattern: Pattern, begin: float, end: float, fill: bool = False) -> list[Strike]:
    """All with ``begin <= beat < end``, in beats since the pattern began, in order.

    What is shifted to before the pattern's beginning is due at its beginning. Cutting a time into
    parts changes nothing: chance hangs on seed, track and place alone.
    """
    found = [strike for track in pattern.tracks for strike in _of(pattern, track, begin, end, fill)]
    found.sort(key=lambda strike: strike.beat)  # stable: equal beats stay in the order of tracks
    return found


def _of(pattern: Pattern, track: Track, begin: float, end: float, fill: bool) -> Iterator[Strike]:
    swing, grid = pattern.swing, pattern.grid
    first = max(math.floor(straight(begin * grid, swing) - 1.5), 0)  # a shift and a ratchet wide
    last = math.ceil(straight(end * grid, swing) + 0.5)
    for place in range(first, last + 1):
        times, index = divmod(place, track.length)
        step = track.steps[index]
        if step.velocity <= 0.0 or not holds(step.when, fill, times):
            continue
        strokes = [
            (max(swung(place + step.shift + stroke / step.ratchet, swing) / grid, 0.0), stroke)
            for stroke in range(step.ratchet)
        ]
        if not any(begin <= beat < end for beat, _ in strokes):
            continue
        if step.probability < 1.0 and chance(pattern.seed, track.name, place) >= step.probability:
            continue
        for beat, stroke in strokes:
            if begin <= beat < end:
                yield Strike(beat, track.name, place, stroke, step)


def chance(seed: int, track: str, place: int) -> float:
    """A number in [0, 1) that hangs on these three alone: splitmix64 (Steele, Lea and Flood 2014),
    twice."""
    word = _mixed((seed << 32 | zlib.crc32(track.encode())) & _WORD)
    return _mixed((word + place) & _WORD) / 2.0**64


def _mixed(word: int) -> int:
    word = (word + 0x9E3779B97F4A7C15) & _WORD
    word = ((word ^ word >> 30) * 0xBF58476D1CE4E5B9) & _WORD
    word = ((word ^ word >> 27) * 0x94D049BB133111EB) & _WORD
    return word ^ word >> 31
