"""The Frechet distance between two sets of embedded hits, each taken as a Gaussian."""

import numpy as np


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


def _root(covariance: np.ndarray) -> np.ndarray:
    """The symmetric square root of a covariance (D, D)."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
