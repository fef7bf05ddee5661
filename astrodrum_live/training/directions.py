"""Directions in latent space along which one descriptor rises and the others keep still.

Per class, latents are whitened by the class's own covariance, so that a step of 1 is a step of one
deviation wherever it leads. There each hit's own gradients say how its descriptors change. A mean
of them would serve the hits that change most; a knob has to go the right way for every one. So a
direction is that of a logistic regression through the origin on the gradients' own directions:
what counts is on how many hits the descriptor rises. The changes of the other descriptors are
held down as far as that costs no hits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

CLOUD = 3000  # draws of the prior a class's covariance is taken from
OWN_AXES = 0.1  # share of the covariance's diagonal mixed in: no direction is without width
MOST = 0.6  # share of a class's hits that must have a descriptor for the class to have it
RIDGE = 1e-3
HOLDS = (0.1, 0.03, 0.01, 0.0)  # how strictly the others are held; the strictest that costs nothing
COST = 0.011  # of the hits that rise: one in a hundred costs nothing
WEAK = 0.5  # of the strongest slope: a direction that does less is not taken for its stillness
FOLDS = 3
FLAT = 1e-4  # slope, in deviations, of a hit that tells nothing of a direction


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


@dataclass(frozen=True)
class Slopes:
    """How descriptors change about some hits of a class. ``gradients`` (n, J, D): by white latents,
    in the descriptors' deviations ``scale`` (J,) over the class; NaN where a hit has none.
    ``has`` (J,): which descriptors most hits of the class have at all.
    """

    gradients: np.ndarray
    scale: np.ndarray
    has: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, gradients: np.ndarray, cloud: Cloud) -> "Slopes":
        """From descriptors (n, J) of hits all over a class, and their gradients (n, J, D) by z."""
        known = np.isfinite(values)
        has = known.mean(axis=0) >= MOST
        spread = np.array(
            [np.std(values[known[:, j], j]) if has[j] else 1.0 for j in range(len(has))]
        )
        scale = np.maximum(spread, 1e-6)
        return cls(_white(known, gradients, cloud, scale), scale, has)

    def more(self, values: np.ndarray, gradients: np.ndarray, cloud: Cloud) -> "Slopes":
        """With other hits of the class, wherever they are."""
        further = _white(np.isfinite(values), gradients, cloud, self.scale)
        return Slopes(np.concatenate([self.gradients, further]), self.scale, self.has)

    def directions(self, holds: Sequence[float] = HOLDS) -> tuple[np.ndarray, np.ndarray]:
        """For each descriptor the direction (J, D), of length 1, and the share (J,) of unseen hits
        on which it rises; 0 and NaN for what the class lacks. See ``direction``."""
        found = np.zeros(self.gradients.shape[1:])
        rises = np.full(len(found), np.nan)
        for j in np.flatnonzero(self.has):
            size = np.linalg.norm(self.gradients[:, j], axis=1)
            steep = np.flatnonzero(size > FLAT)  # and not NaN
            others = [i for i in np.flatnonzero(self.has) if i != j]
            if len(steep) >= FOLDS:
                found[j], rises[j] = direction(
                    self.gradients[steep, j], np.nan_to_num(self.gradients[steep][:, others]), holds
                )
        return found, rises


def direction(
    own: np.ndarray, others: np.ndarray, holds: Sequence[float] = HOLDS
) -> tuple[np.ndarray, float]:
    """The direction (D,), of length 1, along which ``own`` rises on most hits, and of such that do
    the one that leaves ``others`` stillest; with the share on which it rises.

    ``own``: gradients (n, D), none of them 0; ``others``: of other descriptors, (n, K, D), in
    comparable units. ``holds``: how strictly these may be held, the strictest first. How many hits
    rise is counted on those that a direction was not found from.
    """
    unit = own / np.linalg.norm(own, axis=1, keepdims=True)
    fold = np.arange(len(own)) % FOLDS
    rises, slope = np.zeros(len(holds)), np.zeros(len(holds))
    for i, hold in enumerate(holds):
        for part in range(FOLDS):
            learnt, unseen = fold != part, fold == part
            along = own[unseen] @ steepest(unit[learnt], others[learnt], hold)
            rises[i] += np.mean(along > 0) / FOLDS
            slope[i] += np.median(along) / FOLDS
    free = (rises >= rises.max() - COST) & (slope >= WEAK * slope[np.argmax(rises)])
    best = int(np.argmax(free))
    return steepest(unit, others, holds[best]), float(rises[best])


def steepest(unit: np.ndarray, others: np.ndarray, hold: float) -> np.ndarray:
    """The direction w / |w| that minimises the mean of log(1 + exp(-w . unit)), with a ridge, and
    ``hold`` times half the mean square change of the others. Unique: the sum is convex."""
    dim = unit.shape[1]
    flat = others.reshape(-1, dim)
    kept = RIDGE * np.eye(dim) + hold * (flat.T @ flat) / len(unit)

    def told(w: np.ndarray) -> tuple[float, np.ndarray]:
        along = unit @ w
        pull = 0.5 - 0.5 * np.tanh(along / 2)
        loss = float(np.logaddexp(0, -along).mean() + 0.5 * w @ kept @ w)
        return loss, kept @ w - pull @ unit / len(unit)

    def bend(w: np.ndarray) -> np.ndarray:
        pull = 0.5 - 0.5 * np.tanh(unit @ w / 2)
        return kept + (unit * (pull * (1 - pull))[:, None]).T @ unit / len(unit)

    w = minimize(told, np.zeros(dim), jac=True, hess=bend, method="trust-exact").x
    return w / max(float(np.linalg.norm(w)), 1e-12)


def _white(known: np.ndarray, gradients: np.ndarray, cloud: Cloud, scale: np.ndarray) -> np.ndarray:
    white = gradients.astype(np.float64) @ cloud.root / scale[:, None]
    white[~known | ~np.isfinite(white).all(axis=2)] = np.nan
    return white
