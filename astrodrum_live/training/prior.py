"""Fitting the mixture prior to the encoded training hits, so that draws land where hits are."""

from typing import Any

import numpy as np
import torch
from torch import nn

from astrodrum_live.model.latents import REACH, MixturePrior
from astrodrum_live.training.data import HitSet
from astrodrum_live.training.sampler import Sampler

LARGEST = 120  # components of a class
PER_COMPONENT = 4  # encodings (hits and variations) it stands for; fewer: nearer to copies
ROUNDS = 25


@torch.inference_mode()
def encode(encoder: nn.Module, waves: np.ndarray, batch: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Means and variances (n, D) of the latents of hits (n, slice_len)."""
    device = next(encoder.parameters()).device
    means, variances = [], []
    for i in range(0, len(waves), batch):
        mean, log_variance = encoder(torch.from_numpy(waves[i : i + batch]).to(device))
        means.append(mean.float().cpu().numpy())
        variances.append(log_variance.exp().float().cpu().numpy())
    return np.concatenate(means).astype(np.float64), np.concatenate(variances).astype(np.float64)


def fit_mixture(encoder: nn.Module, hits: HitSet, sampler: Sampler, seed: int) -> MixturePrior:
    """The prior of a trained encoder: per class, components over its training hits.

    Each hit counts by its drum's weight. A component's variance is that of its members about its
    mean plus the encoder's own: what the generator was taught to make hits from.
    """
    random = np.random.RandomState([seed & 0xFFFFFFFF, 0x9E37])
    parts, drums, all_means = [], [], []
    for label in range(len(hits.classes)):
        members = np.flatnonzero((hits.label == label) & ~hits.held_out)
        copies = max(1, int(np.ceil(256 / len(members))))
        waves = np.concatenate(
            [hits.waves(members)] + [sampler.varied(members, random) for _ in range(copies - 1)]
        )
        mean, variance = encode(encoder, waves)
        weight = np.tile(hits.weight[members], copies)
        parts.append(_components(mean, variance, weight, label, random))
        all_means.append(mean)
        drums += [(mean[: len(members)], np.array([hits.drums[i] for i in members]))]
    gathered: dict[str, Any] = {
        key: np.concatenate([part[key] for part in parts]).astype(parts[0][key].dtype)
        for key in parts[0]
    }
    points = np.concatenate(all_means)
    reach = REACH * gathered["scales"].max(axis=0)
    return MixturePrior(
        **gathered,
        within=_within(drums).astype(np.float32),
        across=points.std(axis=0).astype(np.float32),
        low=(points.min(axis=0) - reach).astype(np.float32),
        high=(points.max(axis=0) + reach).astype(np.float32),
        classes=len(hits.classes),
    )


def _components(
    mean: np.ndarray, variance: np.ndarray, weight: np.ndarray, label: int,
    random: np.random.RandomState,
) -> dict[str, np.ndarray]:  # fmt: skip
    count = int(np.clip(len(mean) // PER_COMPONENT, 1, LARGEST))
    owner = _k_means(mean, weight, count, random)
    means, scales, chances = [], [], []
    for k in np.unique(owner):
        mine, share = owner == k, weight[owner == k]
        centre = np.average(mean[mine], axis=0, weights=share)
        spread = np.average((mean[mine] - centre) ** 2 + variance[mine], axis=0, weights=share)
        means.append(centre)
        scales.append(np.sqrt(spread))
        chances.append(share.sum())
    return {
        "means": np.array(means, dtype=np.float32),
        "scales": np.array(scales, dtype=np.float32),
        "chances": (np.array(chances) / np.sum(chances)).astype(np.float32),
        "label": np.full(len(means), label, dtype=np.int32),
    }


def _k_means(
    points: np.ndarray, weight: np.ndarray, count: int, random: np.random.RandomState
) -> np.ndarray:
    chance = weight / weight.sum()
    centres = points[random.choice(len(points), count, replace=False, p=chance)]
    owner = np.zeros(len(points), dtype=int)
    for _ in range(ROUNDS):
        nearness = points @ centres.T - (centres**2).sum(axis=1) / 2
        owner = nearness.argmax(axis=1)
        for k in np.unique(owner):
            mine = owner == k
            centres[k] = np.average(points[mine], axis=0, weights=weight[mine])
    return owner


def _within(drums: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Deviation (D,) between strokes of one drum, pooled over drums of four strokes and more."""
    squares, freedom = np.zeros(drums[0][0].shape[1]), 0
    for mean, names in drums:
        for name in np.unique(names):
            mine = mean[names == name]
            if len(mine) >= 4:
                squares += ((mine - mine.mean(axis=0)) ** 2).sum(axis=0)
                freedom += len(mine) - 1
    if not freedom:
        return 0.3 * np.concatenate([mean for mean, _ in drums]).std(axis=0)
    return np.sqrt(squares / freedom)
