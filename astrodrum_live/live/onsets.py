"""The played log as a file: which hit sounded when."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Onset(NamedTuple):
    """A hit that sounded, with its pad's name: an index means another pad after a kit change."""

    frame: int
    pad: str
    velocity: float
    seed: int


def name_onsets(played: np.ndarray, pads: Mapping[int, str]) -> list[Onset]:
    """``PLAYED`` records with the names their pads have now."""
    return [
        Onset(int(hit["frame"]), pads[int(hit["pad"])], float(hit["velocity"]), int(hit["seed"]))
        for hit in played
    ]


def write_onsets(path: Path, onsets: Iterable[Onset]) -> None:
    """As CSV: ``frame,pad,velocity,seed``, a line per hit; seeds in hexadecimal, as in names."""
    lines = ["frame,pad,velocity,seed"]
    lines += [f"{hit.frame},{hit.pad},{hit.velocity:.4f},{hit.seed:016x}" for hit in onsets]
    path.write_text("\n".join(lines) + "\n")
