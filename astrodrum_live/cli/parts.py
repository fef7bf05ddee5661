"""What ``render`` can play: a MIDI file, or bars of a pattern. Heavy imports happen inside."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from astrodrum_live.control.patch import Patch
    from astrodrum_live.live.offline import OfflineInstrument, Timed
    from astrodrum_live.sequencer.pattern import Pattern


class MidiPart:
    """A MIDI file. Errors: ``MidiFileError``."""

    def __init__(self, path: Path) -> None:
        from astrodrum_live.control.midi_file import read_performance

        self._path = path
        self._performance = read_performance(path)
        self.last_s = self._performance[-1][0]

    def __str__(self) -> str:
        return str(self._path)

    def files(self) -> list[Path]:
        """What is read."""
        return [self._path]

    def events(
        self, instrument: "OfflineInstrument", rate: int, pads: list[str]
    ) -> "tuple[list[Timed], Counter[int]]":
        """As events at frames; and its unmapped notes, counted."""
        return instrument.events(self._performance)


@dataclass(frozen=True)
class PatternPart:
    """``bars`` of a pattern. ``tempo`` None: the pattern's, or 120. ``fill``: with its fills."""

    pattern: "Pattern"
    bars: int
    tempo: float | None
    fill: bool = False

    def __post_init__(self) -> None:
        from astrodrum_live.params import transport_param

        row = transport_param("tempo")
        if self.tempo is not None and not row.low <= self.tempo <= row.high:
            raise ValueError(f"--tempo is {self.tempo:g}; it must be {row.low:g} to {row.high:g}")

    def __str__(self) -> str:
        return f"pattern {self.pattern.name}"

    @property
    def bpm(self) -> float:
        """The tempo it is played in."""
        return self.tempo or self.pattern.tempo or 120.0

    @property
    def last_s(self) -> float:
        """Its length in seconds."""
        return self.bars * self.pattern.beats * 60.0 / self.bpm

    def files(self) -> list[Path]:
        """None besides the kit."""
        return []

    def events(
        self, instrument: "OfflineInstrument", rate: int, pads: list[str]
    ) -> "tuple[list[Timed], Counter[int]]":
        """As events at frames."""
        from astrodrum_live.live.step_hits import pads_of, rendered_hits

        found = rendered_hits(self.pattern, self.bars, self.bpm, rate, pads_of(pads), self.fill)
        return list(found), Counter()


def load_with_beat(name: str, beat: Path | None) -> "Patch":
    """A kit by name or path, with a beat file's patterns before its own of other names.

    Errors: ``PatchError``.
    """
    from astrodrum_live.control.patch_file import find_patch, load_patch

    patch = load_patch(find_patch(name))
    if beat is None:
        return patch
    from astrodrum_live.control.beat_file import load_beat

    patterns = load_beat(beat)
    names = {pattern.name for pattern in patterns}
    own = tuple(one for one in patch.patterns if one.name not in names)
    return replace(patch, patterns=patterns + own)


def pattern_of(patch: "Patch", name: str | None) -> "Pattern":
    """A pattern of a kit, its first for None. Errors: ``KeyError``, ``ValueError``."""
    from astrodrum_live.sequencer.book import Book

    if not patch.patterns:
        raise ValueError(f"the kit '{patch.kit}' has no patterns; give it a [[pattern]]")
    return patch.patterns[0] if name is None else Book(patch.patterns).named(name)
