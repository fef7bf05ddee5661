"""Synthetic drums for the evaluation: decaying tones, noises and buzzes, and sets of them."""

import numpy as np

from astrodrum_live.evaluation.embeddings import Embeddings, fit_pca
from astrodrum_live.evaluation.features import clips, summaries
from astrodrum_live.evaluation.network import DESCRIPTORS, EMBEDDED, DrumCNN
from astrodrum_live.training.hits import HitSet

RATE = 44100
FRAMES = 8192
CLASSES = ("hat", "kick")
FULL = 0.89 * 32767


def kick(seed: int, frames: int = FRAMES) -> np.ndarray:
    random = np.random.RandomState(seed)
    t = np.arange(frames) / RATE
    hertz = random.uniform(45, 120)
    return np.sin(2 * np.pi * hertz * t) * np.exp(-t * random.uniform(12, 40))


def hat(seed: int, frames: int = FRAMES) -> np.ndarray:
    random = np.random.RandomState(seed + 10_000)
    t = np.arange(frames) / RATE
    return np.diff(random.randn(frames + 1)) * np.exp(-t * random.uniform(30, 120)) / 4


def waves(make: object, count: int, first: int = 0) -> np.ndarray:
    """Hits (count, 8192), peak .89, onset at frame 16."""
    found = np.stack([np.pad(make(first + i), (16, 0))[:FRAMES] for i in range(count)])
    return (0.89 * found / np.abs(found).max(axis=1, keepdims=True)).astype(np.float32)


def hit_set(per_class: int = 60, strokes: int = 3) -> HitSet:
    """As many hats as kicks, drums of ``strokes`` hits each, the first eighth held out."""
    audio = np.concatenate([waves(hat, per_class), waves(kick, per_class)])
    audio = np.pad(audio, ((0, 0), (0, FRAMES // 8)))
    drums = tuple(f"{name}{i // strokes}" for name in CLASSES for i in range(per_class))
    held = np.tile(np.arange(per_class) < per_class // 8 // strokes * strokes, 2)
    return HitSet(
        CLASSES, np.round(audio * 32767).astype(np.int16), np.repeat([0, 1], per_class),
        np.ones(2 * per_class), held, drums, tuple(map(str, range(2 * per_class))), "synthetic",
        RATE, FRAMES,
    )  # fmt: skip


def tiny_embeddings(hits: HitSet) -> Embeddings:
    """Mel-PCA of the set itself; a CNN that was not trained, but tells hats from kicks.

    Its class scores are a fixed reading of brightness: enough to check what is made of scores.
    """
    import torch

    torch.manual_seed(0)
    sound = clips(hits.waves(np.arange(len(hits.label))), hits.sample_rate)
    mean, axes = fit_pca(summaries(sound), np.ones(len(sound)))
    network = _Bright(len(CLASSES)).eval()
    return Embeddings(
        CLASSES, mean, axes, network, np.zeros(EMBEDDED, np.float32), np.ones(EMBEDDED, np.float32),
        "tiny",
    )  # fmt: skip


class _Bright(DrumCNN):
    """Class scores from the highest and the lowest bands of the picture."""

    def forward(self, pictures):
        import torch

        found, _, _ = super().forward(pictures)
        high = pictures[:, 40:, :8].mean(dim=(1, 2))
        low = pictures[:, :8, :8].mean(dim=(1, 2))
        scores = 20 * torch.stack([high - low, low - high], dim=1)
        return found, scores, torch.zeros(len(pictures), DESCRIPTORS)
