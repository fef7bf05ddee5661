"""Where in latent space a hit lies: its pad's home, moved by axes and knobs, and how it strays.

Pure numpy: whoever draws a map of sounds needs no torch.
"""

import numpy as np

from astrodrum_live.generation.homes import Home, Homes
from astrodrum_live.model.dynamics import struck
from astrodrum_live.model.knobs import KNOBS, Knobs, moved
from astrodrum_live.model.latents import Prior
from astrodrum_live.params import LATENT_AXES, PAD_INDEX

_RADIUS = PAD_INDEX["radius"]
_FIRST_AXIS = PAD_INDEX["z1"]
_KNOBS = [(name, PAD_INDEX[name]) for name in KNOBS]
_DYNAMICS = PAD_INDEX["dynamics"]


class Placing:
    """Places the hits of ``homes``' pads by ``prior``; ``knobs`` None: the model has none.

    Thread: one.
    """

    def __init__(self, prior: Prior, knobs: Knobs | None, homes: Homes) -> None:
        self._prior, self._knobs, self._homes = prior, knobs, homes

    def placed(self, pad: int, row: np.ndarray, velocity: float, seed: int) -> Home:
        """Class mix (C,) and latent (D,) of the hit of this seed at the values ``row``: a place
        about the pad's centre, which its axes shift and its knobs, as far as the stroke turns them,
        move."""
        mix, centre = self.centre(pad, row, velocity)
        return mix, self._prior.near(centre, float(row[_RADIUS]), seed)

    def centre(self, pad: int, row: np.ndarray, velocity: float) -> Home:
        """Class mix (C,), and the latent (D,) float32 about which a pad's hits lie."""
        mix, centre = self._homes.of(pad, row)
        axes = min(LATENT_AXES, centre.size)
        centre[:axes] += row[_FIRST_AXIS : _FIRST_AXIS + axes].astype(np.float32)
        if self._knobs is None:
            return mix, centre
        dynamics = float(row[_DYNAMICS])
        turned = [struck(name, float(row[i]), velocity, dynamics) for name, i in _KNOBS]
        return mix, moved(self._prior, centre, self._knobs.shift(mix, np.array(turned)))
