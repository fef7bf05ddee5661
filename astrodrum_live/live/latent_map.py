"""A map of a model's sounds: latent space, seen from where its kinds of drums lie furthest apart.

Only the axes a pad can be moved along (``z1`` to ``z8``) are looked at, so that a place on the map
can be gone to: ``steps`` says how far each axis takes a pad.
"""

import numpy as np

from astrodrum_live.generation.homes import Homes
from astrodrum_live.generation.placing import Placing
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.model.dynamics import NEUTRAL
from astrodrum_live.model.knobs import Knobs
from astrodrum_live.model.latents import MixturePrior, Prior
from astrodrum_live.params import LATENT_AXES


class LatentMap:
    """The map of a kit's model. Thread: one."""

    def __init__(
        self, prior: Prior, knobs: Knobs | None, sounds: Sounds, classes: tuple[str, ...]
    ) -> None:
        self._placing = Placing(prior, knobs, Homes(prior, sounds, classes))
        self._pads = len(sounds.pads)
        self._axes = axes = min(LATENT_AXES, prior.dim)
        scale = np.maximum(prior.spread()[:axes].astype(np.float64), 1e-6)
        self._middle, directions = _view(prior, scale, axes)
        self._look = directions / scale  # (2, axes)
        self.steps = directions * scale
        """(2, axes): what to add to the axes for one step to the right, and for one up."""

    def pad(self, pad: int, row: np.ndarray) -> tuple[float, float]:
        """Where the centre of a pad lies at the values ``row``, in deviations of all hits."""
        _, z = self._placing.centre(pad, row, NEUTRAL)
        return self._place(z)

    def hit(self, pad: int, row: np.ndarray, velocity: float, seed: int) -> tuple[float, float]:
        """Where the hit of this seed lies that was made at the values ``row``."""
        if pad >= self._pads:  # of a kit that was left meanwhile
            return 0.0, 0.0
        _, z = self._placing.placed(pad, row, velocity, seed)
        return self._place(z)

    def _place(self, z: np.ndarray) -> tuple[float, float]:
        x, y = self._look @ (z[: self._axes] - self._middle)
        return round(float(x), 4), round(float(y), 4)


def _view(prior: Prior, scale: np.ndarray, axes: int) -> tuple[np.ndarray, np.ndarray]:
    """The middle (axes,), and two directions (2, axes) of length 1: the principal ones of the
    mixture's components; of any other prior the first two axes."""
    if not isinstance(prior, MixturePrior) or len(prior.means) < 3 or axes < 2:
        low, high = prior.support()
        return (low[:axes] + high[:axes]) / 2, np.eye(2, axes)
    means = prior.means[:, :axes].astype(np.float64)
    middle = np.average(means, axis=0, weights=prior.chances)
    weighed = (means - middle) / scale * np.sqrt(prior.chances)[:, None]
    directions = np.linalg.svd(weighed, full_matrices=False)[2][:2]
    largest = np.abs(directions).argmax(axis=1)
    return middle, directions * np.sign(directions[[0, 1], largest])[:, None]
