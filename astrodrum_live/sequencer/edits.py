"""Edits of patterns: each makes another book of one, or says what is wrong with it."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any

from astrodrum_live.params import (
    MAX_STEPS,
    ONE_HIT_STAGES,
    PAD_PARAMS,
    PATTERN_PARAMS,
    SEQ_PARAMS,
    STEP_PARAMS,
    TRACK_LENGTH,
    Param,
    nearest,
    pad_param,
)
from astrodrum_live.sequencer.book import Book, blank
from astrodrum_live.sequencer.conditions import good_condition
from astrodrum_live.sequencer.names import NoKey, good_name
from astrodrum_live.sequencer.pattern import REST, Pattern, Step, Track

Value = float | int | str | None  # None takes a lock away

_PATTERN_ROWS = {row.name: row for row in PATTERN_PARAMS}
_STEP_ROWS = {row.name: row for row in STEP_PARAMS}
_SLOWEST = next(row.low for row in SEQ_PARAMS if row.name == "tempo")
_ROW_ORDER = {row.name: at for at, row in enumerate(PAD_PARAMS)}
LOCKABLE = tuple(row for row in PAD_PARAMS if row.stage in ONE_HIT_STAGES)
STEP_KEYS = (*_STEP_ROWS, "when")


@dataclass(frozen=True, slots=True)
class Edit(ABC):
    """``pattern``: the name of what is edited."""

    pattern: str

    @abstractmethod
    def made_on(self, book: Book) -> Book:
        """The book after this edit.

        Errors: ``KeyError`` for what is not there, naming the nearest; ``ValueError``.
        """

    def place(self) -> str:
        """What it turns, in words: edits of one place follow each other as one gesture."""
        return f"pattern '{self.pattern}'"


class _Change(Edit):
    """An edit within one pattern, which stays where it is in the book."""

    __slots__ = ()

    def made_on(self, book: Book) -> Book:
        """The book after this edit."""
        return book.put(self._changed(book.named(self.pattern)))

    @abstractmethod
    def _changed(self, pattern: Pattern) -> Pattern:
        """``pattern`` after this edit."""


@dataclass(frozen=True, slots=True)
class SetPattern(_Change):
    """Turn rows of ``PATTERN_PARAMS``."""

    values: tuple[tuple[str, float], ...]

    def place(self) -> str:
        return f"{' and '.join(name for name, _ in self.values)} of pattern '{self.pattern}'"

    def _changed(self, pattern: Pattern) -> Pattern:
        values: dict[str, Any] = {name: pattern_value(name, value) for name, value in self.values}
        return replace(pattern, **values)


@dataclass(frozen=True, slots=True)
class SetTrack(_Change):
    """Make the track if it is not there; ``length`` in steps, ``row``: velocities, whose number is
    its length too."""

    track: str
    length: int | None = None
    row: tuple[float, ...] | None = None

    def place(self) -> str:
        return f"track '{self.track}' of pattern '{self.pattern}'"

    def _changed(self, pattern: Pattern) -> Pattern:
        track = next((one for one in pattern.tracks if one.name == self.track), Track(self.track))
        if self.row is not None:
            steps = tuple(
                replace(step, velocity=velocity)
                for step, velocity in zip(track.steps, self.row, strict=False)
            )
            track = Track(track.name, len(steps), steps + track.steps[len(steps) :])
        if self.length is not None:
            track = replace(track, length=int(checked(TRACK_LENGTH, self.length)))
        return pattern.with_track(track)


@dataclass(frozen=True, slots=True)
class SetStep(_Change):
    """Turn keys of a step: ``STEP_KEYS`` and locks. ``step``: from 1. ``clear``: of a rest."""

    track: str
    step: int
    values: tuple[tuple[str, Value], ...] = ()
    clear: bool = False

    def place(self) -> str:
        what = " and ".join(key for key, _ in self.values)
        return f"{what} of step {self.step} of '{self.track}' in pattern '{self.pattern}'"

    def _changed(self, pattern: Pattern) -> Pattern:
        track = pattern.track(self.track)
        index = step_index(self.step)
        step = with_values(REST if self.clear else track.steps[index], self.values)
        return pattern.with_track(track.with_step(index, step))


@dataclass(frozen=True, slots=True)
class Clear(_Change):
    """All rests, in one track or (None) in all; lengths stay."""

    track: str | None = None

    def place(self) -> str:
        of = f"track '{self.track}' of " if self.track is not None else ""
        return f"the steps of {of}pattern '{self.pattern}'"

    def _changed(self, pattern: Pattern) -> Pattern:
        tracks = pattern.tracks if self.track is None else (pattern.track(self.track),)
        for track in tracks:
            pattern = pattern.with_track(Track(track.name, track.length))
        return pattern


@dataclass(frozen=True, slots=True)
class New(Edit):
    """A pattern of this name: a copy of ``copied``, or rests on ``tracks``."""

    copied: str | None = None
    tracks: tuple[str, ...] = ()

    def place(self) -> str:
        return f"new pattern '{self.pattern}'"

    def made_on(self, book: Book) -> Book:
        if self.copied is not None:
            return book.added(replace(book.named(self.copied), name=self.pattern))
        return book.added(blank(self.pattern, self.tracks))


@dataclass(frozen=True, slots=True)
class Rename(Edit):
    """Another name; it plays on under it."""

    name: str

    def place(self) -> str:
        return f"the name of pattern '{self.pattern}'"

    def made_on(self, book: Book) -> Book:
        pattern = book.named(self.pattern)
        if good_name(self.name) in book.names() and self.name != self.pattern:
            raise ValueError(f"there is a pattern '{self.name}' already")
        return book.put(replace(pattern, name=self.name))


@dataclass(frozen=True, slots=True)
class Delete(Edit):
    """A pattern, or a track of one. The last pattern becomes empty instead."""

    track: str | None = None

    def place(self) -> str:
        of = f"track '{self.track}' of " if self.track is not None else ""
        return f"deleting {of}pattern '{self.pattern}'"

    def made_on(self, book: Book) -> Book:
        pattern = book.named(self.pattern)
        if self.track is not None:
            gone = pattern.track(self.track)
            tracks = tuple(track for track in pattern.tracks if track is not gone)
            return book.put(replace(pattern, tracks=tracks))
        if len(book.patterns) == 1:
            return Clear(self.pattern).made_on(book)
        return book.without(pattern.key)


def step_index(step: int) -> int:
    """0-based. Errors: ``ValueError`` for a step that is not there."""
    if not 1 <= step <= MAX_STEPS:
        raise ValueError(f"there is no step {step}; a track has 1 to {MAX_STEPS}")
    return step - 1


def pattern_row(name: str) -> Param:
    """A row of ``PATTERN_PARAMS``. Errors: ``NoKey`` naming the nearest."""
    row = _PATTERN_ROWS.get(name)
    if row is None:
        hint = nearest(name, list(_PATTERN_ROWS)) or f"; it has {', '.join(_PATTERN_ROWS)}"
        raise NoKey(f"a pattern has no '{name}'{hint}")
    return row


def pattern_value(name: str, value: float) -> float | int:
    """A value of a row of ``PATTERN_PARAMS``, checked. Errors: ``NoKey``, ``ValueError``."""
    row = pattern_row(name)
    if name == "tempo" and 0 < value < _SLOWEST:
        raise ValueError(f"tempo is {value:g}; it is {_SLOWEST:g} to {row.high:g} bpm, or 0")
    return checked(row, value)


def with_values(step: Step, values: tuple[tuple[str, Value], ...]) -> Step:
    """``step`` with other keys: of ``STEP_KEYS``, or locks by row name or patch key.

    Errors: ``KeyError`` for a key that is none, ``ValueError`` for a value that is out of range.
    """
    fields: dict[str, Any] = {}
    locks = dict(step.locks)
    for key, value in values:
        if key == "when":
            fields[key] = good_condition(str(value or ""))
        elif key in _STEP_ROWS:
            fields[key] = checked(_STEP_ROWS[key], value)
        elif value is None or value == "":
            locks.pop(lock_row(key).name, None)
        else:
            row = lock_row(key)
            locks[row.name] = float(checked(row, value))
    ordered = tuple(sorted(locks.items(), key=lambda lock: _ROW_ORDER[lock[0]]))
    return replace(step, **fields, locks=ordered)


def lock_row(key: str) -> Param:
    """The pad row a step may lock under this name. Errors: ``KeyError``."""
    try:
        row = pad_param(key)
    except KeyError:
        names = [*STEP_KEYS, *(row.name for row in LOCKABLE)]
        raise NoKey(f"a step has no '{key}'{nearest(key, names)}") from None
    if row.stage not in ONE_HIT_STAGES:
        raise NoKey(f"'{key}' cannot be locked: it is of the whole pad")
    return row


def checked(row: Param, value: Value) -> float | int:
    """``value`` as a number of ``row``. Errors: ``ValueError``: no finite number, out of range, or
    not whole where it must be."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    span = f"{row.low:g} to {row.high:.10g} {row.unit}".rstrip()
    if not math.isfinite(number):
        raise ValueError(f"{row.name} needs a number, {span}")
    if not row.low <= number <= row.high:
        raise ValueError(f"{row.name} = {number:.10g} is out of range, {span}")
    if row.integer and number != int(number):
        raise ValueError(f"{row.name} = {number:g} must be a whole number, {span}")
    return int(number) if row.integer else float(number)
