"""Where in latent space a hit lies: its pad's centre, moved by axes and knobs, and how it strays.

Pure numpy: whoever draws a map of sounds needs no torch.
"""

import numpy as np

from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.model.dynamics import struck
from astrodrum_live.model.knobs import KNOBS, Knobs, moved
from astrodrum_live.model.latents import Prior
from astrodrum_live.params import LATENT_AXES, PAD_INDEX

_SEED = PAD_INDEX["seed"]
_RADIUS = PAD_INDEX["radius"]
_FIRST_AXIS = PAD_INDEX["z1"]
_KNOBS = [(name, PAD_INDEX[name]) for name in KNOBS]
_DYNAMICS = PAD_INDEX["dynamics"]
_MORPH, _MORPH_TO = PAD_INDEX["morph"], PAD_INDEX["morph_to"]


class Placing:
    """Places the hits of a kit by ``prior``; ``knobs`` None: the model has none. Thread: one."""

    def __init__(self, prior: Prior, knobs: Knobs | None, sounds: Sounds) -> None:
        self._prior, self._knobs, self._sounds = prior, knobs, sounds

    def latent(
        self, pad: int, mix: np.ndarray, row: np.ndarray, velocity: float, seed: int
    ) -> np.ndarray:
        """The latent (D,) float32 of the hit of this seed, at the values ``row``: a place about the
        pad's centre, which its axes shift and its knobs, as far as the stroke turns them, move."""
        return self._prior.near(
            self.centre(pad, mix, row, velocity), float(row[_RADIUS]), seed
        )

    def centre(self, pad: int, mix: np.ndarray, row: np.ndarray, velocity: float) -> np.ndarray:
        """The latent (D,) float32 about which a pad's hits lie, for a mix of classes (C,)."""
        centre = self._stand(pad, mix, row)
        axes = min(LATENT_AXES, centre.size)
        centre[:axes] += row[_FIRST_AXIS : _FIRST_AXIS + axes].astype(np.float32)
        if self._knobs is None:
            return centre
        dynamics = float(row[_DYNAMICS])
        turned = [struck(name, float(row[i]), velocity, dynamics) for name, i in _KNOBS]
        return moved(self._prior, centre, self._knobs.shift(mix, np.array(turned)))

    def _stand(self, pad: int, mix: np.ndarray, row: np.ndarray) -> np.ndarray:
        """Where a pad stands: where its seed says for its mix, or on its own latent, which a morph
        leads to where its seed says for the other class."""
        seed, own = int(row[_SEED]), self._sounds.latent(pad)
        if not own:
            return self._prior.centre(mix, seed)
        share, to = float(row[_MORPH]), int(row[_MORPH_TO])
        if share == 0.0 or to >= len(mix):
            return np.array(own, np.float32)
        other = self._prior.centre(np.eye(len(mix))[to], seed)
        return ((1 - share) * np.array(own) + share * other).astype(np.float32)


def morphed(mix: np.ndarray, row: np.ndarray) -> np.ndarray:
    """A pad's class mix (C,), moved towards the class its row ``morph_to`` numbers by ``morph``.

    A number that the model has no class for moves nothing.
    """
    share, to = float(row[_MORPH]), int(row[_MORPH_TO])
    if share == 0.0 or to >= len(mix):
        return mix
    return ((1 - share) * mix + share * np.eye(len(mix))[to]).astype(np.float32)
