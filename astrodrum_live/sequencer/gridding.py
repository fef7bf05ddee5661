"""Notes that were played onto the steps of a grid: what is off it becomes micro-timing."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from astrodrum_live.params import STEP_PARAMS
from astrodrum_live.sequencer.groove import straight
from astrodrum_live.sequencer.pattern import REST, Step

_MOST = int(next(row.high for row in STEP_PARAMS if row.name == "ratchet"))
_EVEN = 0.02  # of a step: strokes of a ratchet that are so near to even are
_DECIMALS = 6


class Note(NamedTuple):
    """``place``: in steps of the straight grid, from 0. ``velocity`` in (0, 1]."""

    place: float
    velocity: float


def steps_of(
    notes: Sequence[Note], steps: int, swing: float, exact: float
) -> tuple[tuple[Step, ...], int]:
    """``steps`` steps that sound as ``notes`` of one drum; and how many fell on a louder one's.

    ``exact``: a shift that is less, in steps, is none: the file could not say it finer.
    Even strokes of one velocity that fill a step become its ratchet.
    """
    row = [REST] * steps
    merged = 0
    left = sorted(Note(straight(place, swing), velocity) for place, velocity in notes)
    while left:
        first = left.pop(0)
        index = math.floor(first.place + 0.5)
        shift = round(first.place - index, _DECIMALS)
        ratchet = _ratchet(first, left)
        if ratchet > 1:
            left = [note for note in left if not _among(note, first, ratchet)]
        step = Step(first.velocity, ratchet=ratchet, shift=0.0 if abs(shift) < exact else shift)
        index = min(max(index, 0), steps - 1)
        if row[index] is not REST:
            merged += 1
            if row[index].velocity >= step.velocity:
                continue
        row[index] = step
    return tuple(row), merged


def _ratchet(first: Note, others: Sequence[Note]) -> int:
    """Of how many even strokes, all as hard, ``first`` is the beginning; 1 for it alone."""
    for count in range(_MOST, 1, -1):
        strokes = (stroke / count for stroke in range(1, count))
        if all(any(_is(note, first, after) for note in others) for after in strokes):
            return count
    return 1


def _among(note: Note, first: Note, count: int) -> bool:
    return any(_is(note, first, stroke / count) for stroke in range(1, count))


def _is(note: Note, first: Note, after: float) -> bool:
    even = abs(note.place - first.place - after) < _EVEN
    return even and abs(note.velocity - first.velocity) < 1e-9
