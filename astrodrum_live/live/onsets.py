"""The played log as a file: which hit sounded when."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from astrodrum_live.layers import MADE_FOR

COLUMNS = "frame,pad,velocity,seed,made_for"


class Onset(NamedTuple):
    """A hit that sounded, with its pad's name: an index means another pad after a kit change."""

    frame: int
    pad: str
    velocity: float
    seed: int
    made_for: float  # the velocity its seed was made a hit for: that of its layer


def name_onsets(played: np.ndarray, pads: Mapping[int, str]) -> list[Onset]:
    """``PLAYED`` records with the names their pads have now."""
    return [
        Onset(
            int(hit["frame"]),
            pads[int(hit["pad"])],
            float(hit["velocity"]),
            int(hit["seed"]),
            MADE_FOR[int(hit["layer"])],
        )
        for hit in played
    ]


def write_onsets(path: Path, onsets: Iterable[Onset]) -> None:
    """As CSV, a line per hit under the names in ``COLUMNS``; seeds in hexadecimal, as in names."""
    lines = [COLUMNS]
    lines += [
        f"{hit.frame},{hit.pad},{hit.velocity:.4f},{hit.seed:016x},{hit.made_for}" for hit in onsets
    ]
    path.write_text("\n".join(lines) + "\n")
