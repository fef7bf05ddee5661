"""What an import is asked to do."""

from dataclasses import dataclass
from pathlib import Path

from astrodrum_live.data.rules import CLASS_NAME

LONGEST_PREFIX = 32


@dataclass(frozen=True)
class Settings:
    """``prefix``: before every class found by name. ``by_folder``: classes are the folders of a
    source as they stand. ``like``: a labelled set for what names leave open. ``numbers``: whether
    a number at a name's end counts ``strokes`` of one drum or ``drums``. ``splice``: classes, each
    to get ``splice_count`` spliced hits. Lengths in seconds.
    """

    sources: tuple[Path, ...]
    data: Path
    rules: Path | None = None
    by_folder: bool = False
    prefix: str = ""
    like: Path | None = None
    numbers: str = "strokes"
    licence: str = ""
    longest_s: float = 1.5
    too_long_s: float = 30.0
    normalise: bool = False
    keep_clipped: bool = False
    keep_duplicates: bool = False
    splice: tuple[str, ...] = ()
    splice_count: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.numbers not in ("strokes", "drums"):
            raise ValueError(f"--numbers is '{self.numbers}'; it counts 'strokes' or 'drums'")
        if self.prefix and not CLASS_NAME.fullmatch(self.prefix):
            raise ValueError(f"--prefix is '{self.prefix}'; use letters, digits and _, as in e_")
        if len(self.prefix) > LONGEST_PREFIX:
            raise ValueError(f"--prefix has {len(self.prefix)} letters; {LONGEST_PREFIX} at most")
        if not 0.02 <= self.longest_s <= 30.0:
            raise ValueError(f"--longest is {self.longest_s:g} s; it must be from 0.02 to 30")
        if not self.longest_s <= self.too_long_s <= 300.0:
            raise ValueError(
                f"--too-long is {self.too_long_s:g} s; it must be from --longest to 300"
            )

    def of_set(self) -> dict[str, float | bool]:
        """Those that decide what is stored: the same throughout one set."""
        return {
            "longest": self.longest_s,
            "too-long": self.too_long_s,
            "normalise": self.normalise,
            "keep-clipped": self.keep_clipped,
            "keep-duplicates": self.keep_duplicates,
        }
