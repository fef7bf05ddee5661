"""How much hits of one class differ from each other."""

import numpy as np

from astrodrum_live.evaluation.neighbours import distances


def mean_distance(points: np.ndarray) -> float:
    """Mean pairwise distance among embedded hits (n, D); NaN for fewer than two."""
    n = len(points)
    return float(distances(points, points).sum() / (n * (n - 1))) if n > 1 else float("nan")
