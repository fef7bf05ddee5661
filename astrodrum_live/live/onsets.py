"""The played log as a file: which hit sounded when, and what it takes to make it again."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from astrodrum_live.whole_file import whole_file

COLUMNS = "frame,pad,velocity,seed,made_for,number"


class Onset(NamedTuple):
    """A hit that sounded, with its pad's name: an index means another pad after a kit change."""

    frame: int
    pad: str
    velocity: float
    seed: int
    made_for: float  # the velocity its seed was made a hit for: its layer's, if not to order
    number: int | None = None  # of its pad's endless folder, if it was made to order


def name_onsets(played: np.ndarray, pads: Mapping[int, str]) -> list[Onset]:
    """``PLAYED`` records with the names their pads have now."""
    return [
        Onset(
            int(hit["frame"]),
            pads[int(hit["pad"])],
            float(hit["velocity"]),
            int(hit["seed"]),
            float(hit["made_for"]),
            int(hit["number"]) if hit["number"] >= 0 else None,
        )
        for hit in played
    ]


def write_onsets(path: Path, onsets: Iterable[Onset]) -> None:
    """As CSV, a line per hit under the names in ``COLUMNS``; seeds in hexadecimal, as in names."""
    lines = [COLUMNS]
    lines += [
        f"{hit.frame},{hit.pad},{hit.velocity:.4f},{hit.seed:016x},{hit.made_for},"
        f"{'' if hit.number is None else hit.number}"
        for hit in onsets
    ]
    with whole_file(path) as part:
        part.write_text("\n".join(lines) + "\n")
