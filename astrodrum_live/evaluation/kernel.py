"""The kernel distance (KID): like the Frechet distance, but unbiased at any number of hits."""

import numpy as np


def kernel_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Unbiased MMD^2 of embeddings (n, D) each under k(x, y) = (x . y / D + 1)^3.

    The kernel is Binkowski's (2018), the estimate Gretton's for sets of equal size (2012, eq. 4):
    the pairs of row i with row i are left out across the sets too. With sets drawn class by class
    that keeps it unbiased: within and across, as many pairs are of one class. About 0 for sets of
    one distribution; it can fall below.
    """
    pairs = _kernel(a, a) + _kernel(b, b) - _kernel(a, b) - _kernel(b, a)
    n = len(a)
    return float((pairs.sum() - np.trace(pairs)) / (n * (n - 1)))


def _kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x @ y.T / x.shape[1] + 1) ** 3
