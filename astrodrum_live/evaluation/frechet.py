"""The Frechet distance between two sets of embedded hits, each taken as a Gaussian."""

import numpy as np

PARTS = 4  # into which sets are divided at most, to see how the distance grows as they shrink
LEAST = 4  # hits for each dimension in a part: with fewer, the line bends


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """|mu_a - mu_b|^2 + Tr(A + B - 2 (A B)^(1/2)) of embeddings (n, D) and (m, D).

    Dowson and Landau 1982; for images Heusel et al. 2017. Biased upwards, the more the fewer the
    hits: compare at equal n only. Tr (A B)^(1/2) is taken as the sum of the singular values of
    A^(1/2) B^(1/2), which stays real where a covariance is singular.
    """
    difference = a.mean(axis=0) - b.mean(axis=0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    cross = np.linalg.svd(_root(cov_a) @ _root(cov_b), compute_uv=False).sum()
    distance = difference @ difference + np.trace(cov_a) + np.trace(cov_b) - 2 * cross
    return float(max(distance, 0.0))


def frechet_infinite(a: np.ndarray, b: np.ndarray, seed: int = 0) -> float | None:
    """The Frechet distance that sets of any number of hits would have, extrapolated from embeddings
    (n, D) and (n, D) whose rows belong together by class; None where they are too few.

    The bias of the distance is linear in 1 / n (Chong and Forsyth, "Effectively unbiased FID and
    Inception Score", 2020): it is measured on both sets whole, in halves, in thirds, in quarters
    (means over the parts), and the line through them is followed to 1 / n = 0. It may be a little
    under 0 where the two are alike. ``seed``: of the order in which they are divided.
    """
    count, dim = a.shape
    order = np.random.RandomState([seed & 0xFFFFFFFF, 0xFD1F]).permutation(count)
    shares, distances = [], []
    for parts in range(1, PARTS + 1):
        if count // parts < LEAST * dim:
            break
        divided = np.array_split(order, parts)
        shares.append(parts / count)
        distances.append(np.mean([frechet_distance(a[part], b[part]) for part in divided]))
    if len(shares) < 2:
        return None
    return float(np.polyfit(shares, distances, 1)[1])


def _root(covariance: np.ndarray) -> np.ndarray:
    """The symmetric square root of a covariance (D, D)."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
