"""A class by ear: the nearest hit of a labelled set, where it is near enough to be believed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astrodrum_live.data.stroke import RATE
from astrodrum_live.training.data import load_hits
from astrodrum_live.training.hits import DataError
from astrodrum_live.training.nearest import NearestHit
from astrodrum_live.training.uniform import uniform

SLICE = 16384
BLOCK = 128
TRUSTED = 0.9  # of the labelled set's own hits that are believed, this share must be right
FEWEST = 20  # believed hits from which the share is told
FAR = 95  # percentile of the labelled hits' own distances: beyond it, nothing there is alike


@dataclass(frozen=True)
class Likeness:
    """A nearest-neighbour classifier and what it may be believed.

    ``ratio``: the largest believed distance to the nearest class over that to the next.
    ``farthest``: the largest believed distance, dB. ``accuracy``, ``believed``: on the labelled
    hits themselves, each by hits of other drums: the share right among the believed, and the
    share believed.
    """

    nearest: NearestHit
    classes: tuple[str, ...]
    ratio: float
    farthest: float
    accuracy: float
    believed: float

    def class_of(self, audio: np.ndarray) -> tuple[str | None, str]:
        """The class of a hit, int16 (frames,) at 44.1 kHz, or None; and how near it is."""
        hit = uniform(audio / 32768, RATE, SLICE, RATE)
        if isinstance(hit, str):
            return None, hit
        distance = self.nearest.distances(hit[None, :SLICE] / 32767)
        label, first, second = _two_nearest(distance, self.nearest.label)
        name = self.classes[int(label[0])]
        how = f"like {name} ({first[0]:.1f} dB, the next class {second[0]:.1f})"
        sure = first[0] <= self.farthest and first[0] <= self.ratio * second[0]
        return (name if sure else None), how

    def summary(self) -> dict[str, float]:
        """For a report."""
        return {
            "right_of_believed": round(self.accuracy, 4),
            "believed": round(self.believed, 4),
            "ratio": round(self.ratio, 4),
            "farthest_db": round(self.farthest, 2),
        }


def learn(folder: Path) -> Likeness:
    """Take ``folder``, a set such as ``astrodrum train`` reads, for the labelled one.

    The ratio is the largest at which nine in ten of its own hits, each judged by hits of other
    drums, are called right. Errors: ``ValueError``.
    """
    try:
        hits = load_hits(folder, SLICE)
    except DataError as error:
        raise ValueError(f"--like {error}") from None
    if len(hits.classes) < 2:
        raise ValueError(f"--like {folder}: has one class only; give a set with two or more")
    waves = hits.audio[:, :SLICE]
    nearest = NearestHit.fit(_floats(waves), hits.label, RATE)
    names = np.unique(np.array(hits.drums), return_inverse=True)[1]
    parts = []
    for start in range(0, len(waves), BLOCK):
        part = slice(start, start + BLOCK)
        distance = nearest.distances(_floats(waves[part]))
        distance[names[part, None] == names[None]] = np.inf
        parts.append(_two_nearest(distance, nearest.label))
    label, first, second = (np.concatenate(column) for column in zip(*parts, strict=True))
    known = np.isfinite(second)
    if not known.any():
        raise ValueError(f"--like {folder}: needs two drums or more in two classes or more")
    right, first, second = (label == hits.label)[known], first[known], second[known]
    farthest = float(np.percentile(first, FAR))
    ratio, accuracy, believed = _believable(first / np.maximum(second, 1e-9), right)
    return Likeness(nearest, hits.classes, ratio, farthest, accuracy, believed)


def _believable(ratio: np.ndarray, right: np.ndarray) -> tuple[float, float, float]:
    """The largest ratio up to which ``TRUSTED`` are right, and that share and their share."""
    order = np.argsort(ratio, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= TRUSTED)
    good = good[good >= min(FEWEST, len(order)) - 1]
    if not len(good):
        return 0.0, 0.0, 0.0
    last = int(good[-1])
    return float(ratio[order][last]), float(share[last]), (last + 1) / len(order)


def _two_nearest(
    distance: np.ndarray, label: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The nearest class (n,) of hits by distances (n, known), its distance, the next class's."""
    each = np.stack(
        [distance[:, label == i].min(axis=1, initial=np.inf) for i in range(label.max() + 1)],
        axis=1,
    )
    order = np.sort(each, axis=1)
    return each.argmin(axis=1), order[:, 0], order[:, 1]


def _floats(audio: np.ndarray) -> np.ndarray:
    return audio.astype(np.float32) / 32767
