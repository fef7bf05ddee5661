"""What the sequencer does at a moment, as whoever asks is told."""

from dataclasses import dataclass
from typing import NamedTuple

from astrodrum_live.params import SEQ_PARAMS
from astrodrum_live.sequencer.book import Book, book_of
from astrodrum_live.sequencer.pattern import Pattern

TEMPO = next(row for row in SEQ_PARAMS if row.name == "tempo")
INTERNAL, MIDI, LINK, LOST = "internal", "midi", "link", "lost"


class At(NamedTuple):
    """``step``: grid steps since the pattern began, from 1. ``beat``: from 0. ``bar``: from 1."""

    step: int = 1
    beat: float = 0.0
    bar: int = 1


_START = At()


@dataclass(frozen=True, slots=True)
class SequencerNow:
    """``pattern``: what plays, or would. ``queued``: what comes at the bar, by name. ``clock``:
    ``internal``, ``midi``, ``link`` or ``lost``. ``muted``, ``solo``: pads by name."""

    book: Book
    pattern: Pattern
    playing: bool = False
    queued: str = ""
    tempo: float = TEMPO.default
    clock: str = INTERNAL
    fill: bool = False
    muted: frozenset[str] = frozenset()
    solo: frozenset[str] = frozenset()
    at: At = _START

    def audible(self, pad: str) -> bool:
        """Whether the steps of a pad are heard."""
        return pad in self.solo if self.solo else pad not in self.muted

    def value(self, row: str) -> float:
        """Of a row of ``SEQ_PARAMS``."""
        values = {"tempo": self.tempo, "swing": self.pattern.swing, "play": float(self.playing)}
        return {**values, "fill": float(self.fill)}[row]


def silent(pads: list[str]) -> SequencerNow:
    """Of an instrument that plays nothing."""
    book = book_of((), pads)
    return SequencerNow(book, book.patterns[0])
