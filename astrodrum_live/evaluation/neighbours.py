"""Measures made of nearest neighbours: density, coverage, precision, recall, the 1-NN test."""

import numpy as np

K = 5


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Euclidean distances (n, m) between embeddings (n, D) and (m, D)."""
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0))


def manifold(real: np.ndarray, made: np.ndarray) -> dict[str, float]:
    """``density``, ``coverage`` (Naeem et al. 2020), ``precision``, ``recall`` (Kynkaanniemi 2019).

    The balls reach to each hit's fifth neighbour of its own set. For two sets of one distribution
    density is 1 and coverage 1 - 2^-5 = .969; precision and recall stay well under 1.
    Errors: ``ValueError`` where a set has no more than five hits.
    """
    if min(len(real), len(made)) <= K:
        raise ValueError(f"neighbours need more than {K} hits a side")
    across = distances(real, made)
    real_reach, made_reach = _reach(real), _reach(made)
    inside = across < real_reach[:, None]
    return {
        "density": float(inside.sum(axis=0).mean() / K),
        "coverage": float(inside.any(axis=1).mean()),
        "precision": float(inside.any(axis=0).mean()),
        "recall": float((across < made_reach[None]).any(axis=1).mean()),
    }


def two_sample(real: np.ndarray, made: np.ndarray) -> float:
    """How often a hit's nearest neighbour is of its own set (Lopez-Paz and Oquab 2017).

    Leave-one-out on sets of equal size: .5 where they cannot be told apart, 1 where always.
    """
    both = np.concatenate([real, made])
    own = np.arange(len(both)) < len(real)
    distance = distances(both, both)
    np.fill_diagonal(distance, np.inf)
    return float((own[distance.argmin(axis=1)] == own).mean())


def _reach(points: np.ndarray) -> np.ndarray:
    distance = distances(points, points)
    np.fill_diagonal(distance, np.inf)
    return np.partition(distance, K - 1, axis=1)[:, K - 1]
