"""What training learns from: uniform hits with their classes, drums and weights."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from astrodrum_live.model.edges import slice_edges

HELD_OUT = 0.15  # of the drums of a class
LARGEST_HELD_OUT = 0.12  # a drum with a larger share of its class's files stays in training


class DataError(Exception):
    """The folder cannot be trained on; the message says why and what would help."""


@dataclass(frozen=True)
class HitSet:
    """Uniform hits.

    ``audio``: int16 (n, slice_len * 9 / 8), onset at frame 16, peak -1 dBFS within the slice.
    ``label``: int (n,), index into ``classes``. ``weight``: float (n,), mean 1 in each class.
    ``held_out``: bool (n,), True for the drums kept for validation. ``drums``: name per hit.
    ``skipped``: file -> reason. ``hash``: 12 hex digits of the files and the settings.
    ``licences``: licence -> number of files, where the manifest tells.
    """

    classes: tuple[str, ...]
    audio: np.ndarray
    label: np.ndarray
    weight: np.ndarray
    held_out: np.ndarray
    drums: tuple[str, ...]
    files: tuple[str, ...]
    hash: str
    sample_rate: int
    slice_len: int
    skipped: dict[str, str] = field(default_factory=dict)
    licences: dict[str, int] = field(default_factory=dict)

    def waves(self, index: np.ndarray) -> np.ndarray:
        """The hits at ``index`` as float32 (len(index), slice_len), with the slice's edges."""
        audio = self.audio[index, : self.slice_len].astype(np.float32) / 32767
        return audio * slice_edges(self.slice_len)

    def summary(self) -> dict:
        """Counts a log or a card can print."""
        return {
            "hash": self.hash,
            "hits": len(self.label),
            "held_out": int(self.held_out.sum()),
            "drums": len(set(self.drums)),
            "per_class": {
                name: int((self.label == i).sum()) for i, name in enumerate(self.classes)
            },
            "skipped": dict(Counter(self.skipped.values())),
        }


def balanced(weight: np.ndarray, label: np.ndarray) -> np.ndarray:
    """``weight`` (n,) scaled to mean 1 in each class."""
    counts = np.bincount(label)
    return weight / (np.bincount(label, weight) / np.maximum(counts, 1))[label]


def hold_out(drums: tuple[str, ...], label: np.ndarray) -> np.ndarray:
    """Which hits are kept for validation: whole drums, about 15 % of each class's drums.

    The order of the drums is that of their SHA-1, so the choice depends on names alone. A drum
    that is a large part of a class stays in training; a class of under four drums gives none.
    """
    names = np.array(drums)
    chosen: set[str] = set()
    for i in np.unique(label):
        counts = Counter(names[label == i].tolist())
        total = sum(counts.values())
        if len(counts) < 4:
            continue
        order = sorted(counts, key=lambda name: hashlib.sha1(name.encode()).hexdigest())
        small = [name for name in order if counts[name] <= max(1, LARGEST_HELD_OUT * total)]
        chosen.update(small[: max(1, round(HELD_OUT * len(counts)))])
    held = np.array([name in chosen for name in drums])
    for i in np.unique(label):
        if held[label == i].all():
            held[label == i] = False
    return held
