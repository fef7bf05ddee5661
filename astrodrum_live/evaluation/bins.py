"""Number of statistically different bins (NDB): which kinds of hit come too often or rarely."""

import warnings

import numpy as np
from scipy.cluster.vq import kmeans2

MOST_BINS = 100
PER_BIN = 8  # hits of a set for each bin: fewer, and the test could find nothing


def make_bins(known: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Centres (K, D) of k-means on embedded hits (n, D), K = min(100, count / 8).

    ``count``: the hits in each of the sets that will be compared.
    """
    bins = max(2, min(MOST_BINS, count // PER_BIN, len(known)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # an empty bin is never different
        return kmeans2(known, bins, minit="++", seed=seed, missing="warn")[0]


def different_bins(centres: np.ndarray, real: np.ndarray, made: np.ndarray) -> float:
    """Share of bins whose proportions differ (Richardson and Weiss 2018): two-proportion z, .05.

    About .05 for two sets of one distribution.
    """
    a, b = _counts(centres, real), _counts(centres, made)
    n, m = len(real), len(made)
    pooled = (a + b) / (n + m)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    score = np.abs(a / n - b / m) / np.maximum(error, 1e-12)
    return float((score > 1.96).mean())


def _counts(centres: np.ndarray, points: np.ndarray) -> np.ndarray:
    squares = ((points[:, None] - centres[None]) ** 2).sum(axis=2)
    return np.bincount(squares.argmin(axis=1), minlength=len(centres))
