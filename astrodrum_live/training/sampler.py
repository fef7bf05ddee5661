"""Which hits a step sees: classes alike often, drums by weight, each step from its own seed."""

import numpy as np

from astrodrum_live.model.edges import PEAK, slice_edges
from astrodrum_live.training.augment import resample, tilt
from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.recipe import Augment

ALL = slice(None)


class Sampler:
    """Batches of training hits, a pure function of (seed, step).

    ``batch(step, count) -> (float32 (count, slice_len), int64 (count,))``.
    """

    def __init__(self, hits: HitSet, augment: Augment, seed: int) -> None:
        self.hits, self.augment, self.seed = hits, augment, seed
        self.members, self.chances = [], []
        for i in range(len(hits.classes)):
            members = np.flatnonzero((hits.label == i) & ~hits.held_out)
            weight = hits.weight[members]
            self.members.append(members)
            self.chances.append(weight / weight.sum())

    def batch(
        self, step: int, count: int, draw: int = 0, rows: slice = ALL
    ) -> tuple[np.ndarray, np.ndarray]:
        """The hits of one step; ``draw`` tells apart several batches within it.

        ``rows``: of the ``count`` hits that are drawn, those that are given.
        """
        random = np.random.RandomState([self.seed & 0xFFFFFFFF, step, draw])
        classes = len(self.members)
        turn = random.randint(classes)
        label = (np.arange(count) + turn) % classes
        index = np.array(
            [random.choice(self.members[i], p=self.chances[i]) for i in label], dtype=np.int64
        )
        return self.varied(index, random, rows), label[rows].astype(np.int64)

    def varied(
        self, index: np.ndarray, random: np.random.RandomState, rows: slice = ALL
    ) -> np.ndarray:
        """The hits at ``index[rows]``, augmented: float32 (n, slice_len), peak -1 dBFS.

        Draws are made for all of ``index``, so that a hit is varied alike in any part of it.
        """
        hits, augment = self.hits, self.augment
        changed = random.random_sample(len(index)) < augment.share
        semitones = random.uniform(-1, 1, len(index)) * augment.semitones * changed
        slope = random.uniform(-1, 1, len(index)) * augment.tilt_db * changed
        index, changed, semitones, slope = index[rows], changed[rows], semitones[rows], slope[rows]
        if not changed.any():
            return hits.waves(index)
        wave = hits.audio[index].astype(np.float32) / 32767
        wave = resample(wave, 2 ** (semitones / 12), hits.slice_len)
        wave = tilt(wave, slope, hits.sample_rate) * slice_edges(hits.slice_len)
        peak = np.abs(wave).max(axis=1, keepdims=True)
        return (wave * (PEAK / np.maximum(peak, 1e-6))).astype(np.float32)
