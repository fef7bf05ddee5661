"""Directions in latent space along which one descriptor changes and the others keep still.

Per class: latents are whitened by the class's own covariance, so that a step of 1 is a step of one
deviation wherever it leads; descriptors are regressed on them (ridge); the gradients are then taken
apart by the rows of their pseudo-inverse (WAVEGAN's conditional projection, as InterFaceGAN's:
Shen et al., "Interpreting the latent space of GANs for semantic face editing", 2020).
"""

from dataclasses import dataclass

import numpy as np

CLOUD = 3000  # draws of the prior a class's covariance is taken from
OWN_AXES = 0.1  # share of the covariance's diagonal mixed in: no direction is without width
RIDGES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
MOST = 0.6  # share of a class's hits that must have a descriptor for the class to have it
FAR = 4.0  # robust deviations at which an outlier is held


@dataclass(frozen=True)
class Cloud:
    """Where a class's latents lie: ``z = mean + root @ u``, u white. (D,), (D, D)."""

    mean: np.ndarray
    root: np.ndarray

    @classmethod
    def of(cls, latents: np.ndarray) -> "Cloud":
        """The cloud of latents (n, D)."""
        covariance = np.cov(latents, rowvar=False).reshape(latents.shape[1], -1)
        axes = np.diag(np.diag(covariance))
        mixed = (1 - OWN_AXES) * covariance + OWN_AXES * axes
        least = 1e-6 * max(float(np.trace(mixed)) / len(mixed), 1e-6)
        return cls(latents.mean(axis=0), np.linalg.cholesky(mixed + least * np.eye(len(mixed))))

    def white(self, latents: np.ndarray) -> np.ndarray:
        """u (n, D) of latents (n, D)."""
        return np.linalg.solve(self.root, (latents - self.mean).T).T

    def step(self, u: np.ndarray) -> np.ndarray:
        """The shift of z (D,) for a shift of u (D,)."""
        return self.root @ u


@dataclass(frozen=True)
class Evidence:
    """What has been heard of a class: ``u`` (n, D), differences of white latents, and ``y`` (n, J),
    of descriptors in ``scale`` (J,), their deviations over the class; NaN where there is none.
    ``has`` (J,): which descriptors most hits of the class have at all.
    """

    u: np.ndarray
    y: np.ndarray
    scale: np.ndarray
    has: np.ndarray

    @classmethod
    def of(cls, u: np.ndarray, heard: np.ndarray) -> "Evidence":
        """From hits all over the class: u (n, D), descriptors (n, J)."""
        has = np.isfinite(heard).mean(axis=0) >= MOST
        y, scale = np.full(heard.shape, np.nan), np.ones(heard.shape[1])
        for j in np.flatnonzero(has):
            held = tamed(heard[:, j])
            scale[j] = max(float(np.nanstd(held)), 1e-6)
            y[:, j] = (held - np.nanmean(held)) / scale[j]
        return cls(u - u.mean(axis=0), y, scale, has)

    def more(self, u: np.ndarray, changes: np.ndarray) -> "Evidence":
        """With steps u (n, D) from latents and the changes (n, J) of descriptors they made."""
        y = np.clip(changes / self.scale, -2 * FAR, 2 * FAR)
        y[:, ~self.has] = np.nan
        both = np.concatenate([self.u, u]), np.concatenate([self.y, y])
        return Evidence(*both, self.scale, self.has)

    def take_apart(self, apart: float) -> np.ndarray:
        """Unit directions (J, D), zero for what the class does not have; see ``take_apart``."""
        directions = np.zeros((self.y.shape[1], self.u.shape[1]))
        gradients = [self._gradient(j)[0] for j, has in enumerate(self.has) if has]
        if gradients:
            directions[self.has] = take_apart(np.stack(gradients), apart)
        return directions

    def foretold(self) -> np.ndarray:
        """Share of each descriptor's variance that the regression foretells, (J,); NaN: none."""
        return np.array([self._gradient(j)[1] if has else np.nan for j, has in enumerate(self.has)])

    def _gradient(self, j: int) -> tuple[np.ndarray, float]:
        known = np.isfinite(self.y[:, j])
        return gradient(self.u[known], self.y[known, j])


def tamed(y: np.ndarray) -> np.ndarray:
    """y (n,) with outliers held at 4 robust deviations; NaN stays."""
    middle = np.nanmedian(y)
    reach = FAR * 1.4826 * np.nanmedian(np.abs(y - middle))
    return np.clip(y, middle - reach, middle + reach) if reach > 0 else y


def gradient(u: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Ridge regression of differences y (n,) on differences u (n, D): its gradient (D,), and the
    share of variance it foretells of what is left out (leave-one-out, at the best ridge)."""
    left, sizes, right = np.linalg.svd(u, full_matrices=False)
    seen = left.T @ y
    best: tuple[float, np.ndarray] | None = None
    for ridge in RIDGES:
        kept = sizes**2 / (sizes**2 + ridge)
        leverage = np.minimum(np.square(left) @ kept, 0.999)
        missed = (y - left @ (kept * seen)) / (1 - leverage)
        share = 1 - float(np.sum(missed**2) / max(np.sum(y**2), 1e-12))
        if best is None or share > best[0]:
            best = share, right.T @ (kept / np.maximum(sizes, 1e-12) * seen)
    assert best is not None
    return best[1], best[0]


def take_apart(gradients: np.ndarray, apart: float) -> np.ndarray:
    """Unit directions (J, D) from gradients (J, D) of descriptors in comparable units.

    ``apart``: 1 moves descriptor j and by the regression no other one (rows of the pseudo-inverse);
    0 is each gradient alone; between them the others are held, but not at any price.
    """
    products = gradients @ gradients.T
    own = np.diag(np.maximum(np.diag(products), 1e-12))
    inverse = np.linalg.pinv(apart * products + (1 - apart) * own, rcond=1e-6)
    directions = inverse @ gradients
    return directions / np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-12)
