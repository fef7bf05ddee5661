"""Where pads stand in latent space: on their seeds or their own latents, on their way to another
class or to another kit, and on their drift.
"""

import numpy as np

from astrodrum_live.generation.seeds import excursion_seed
from astrodrum_live.generation.sounds import NEARER, End, Sounds
from astrodrum_live.model.latents import Prior, between
from astrodrum_live.params import EXCURSIONS, PAD_INDEX

_SEED = PAD_INDEX["seed"]
_MORPH, _MORPH_TO = PAD_INDEX["morph"], PAD_INDEX["morph_to"]
_SHARE = PAD_INDEX["kit_morph"]
_DRIFT, _WANDER = PAD_INDEX["drift"], PAD_INDEX["wander"]

Home = tuple[np.ndarray, np.ndarray]  # class mix (C,), latent (D,), both float32


class Homes:
    """Those of ``sounds``' pads, for a model with ``prior`` and ``classes``; pure functions.

    Errors: ``SoundsError`` for a class that the model does not have. Thread: any.
    """

    def __init__(self, prior: Prior, sounds: Sounds, classes: tuple[str, ...]) -> None:
        self._prior = prior
        self._mixes = sounds.mixes(classes)
        self._own = [np.array(sounds.latent(pad), np.float32) for pad in range(len(sounds.pads))]
        self._ways = [
            [(end, sounds.weights(end.mix, classes)) for end in sounds.way(pad)]
            for pad in range(len(sounds.pads))
        ]

    def of(self, pad: int, row: np.ndarray) -> Home:
        """Where a pad stands with the values ``row`` (rows,)."""
        seed, morph, to = int(row[_SEED]), float(row[_MORPH]), int(row[_MORPH_TO])
        share = float(row[_SHARE])
        if self._ways[pad] and share > 0.0:
            home = self._between(pad, row, min(share, 1.0))
        else:
            home = self._stand(self._mixes[pad], self._own[pad], seed, morph, to)
        return self._wandered(home, row)

    def _between(self, pad: int, row: np.ndarray, share: float) -> Home:
        """On the way from kit to kit. Rows that name a place have no middle: the pad has those of
        the kit that it is nearer to; what they were in the other, the kit itself tells."""
        nearer = int(share >= NEARER)
        homes = []
        for index, (end, mix) in enumerate(self._ways[pad]):
            told = end._replace(seed=row[_SEED], morph=row[_MORPH], morph_to=row[_MORPH_TO])
            homes.append(self._stand_at(told if index == nearer else end, mix))
        if share == 1.0:
            return homes[1]
        (mix, centre), (far_mix, far_centre) = homes
        mixed = ((1 - share) * mix + share * far_mix).astype(np.float32)
        return mixed, between(self._prior, centre, far_centre, share)

    def _stand_at(self, end: End, mix: np.ndarray) -> Home:
        own = np.array(end.latent, np.float32)
        return self._stand(mix, own, int(end.seed), float(end.morph), int(end.morph_to))

    def _stand(self, mix: np.ndarray, own: np.ndarray, seed: int, morph: float, to: int) -> Home:
        """Where its seed says for its mix, or on its own latent, which a morph leads to where its
        seed says for the other class."""
        mixed = morphed(mix, morph, to)
        if not own.size:
            return mixed, self._prior.centre(mixed, seed)
        if morph == 0.0 or to >= len(mix):
            return mixed, own.copy()
        other = self._prior.centre(np.eye(len(mix))[to], seed)
        return mixed, ((1 - morph) * own.astype(np.float64) + morph * other).astype(np.float32)

    def _wandered(self, home: Home, row: np.ndarray) -> Home:
        """Each excursion leads towards another drum of the pad's mix and back, slow at both ends;
        at its middle, a drift of 1 has arrived there."""
        drift, wander = float(row[_DRIFT]), float(row[_WANDER])
        excursion = int(wander)
        share = drift * float(np.sin(np.pi * (wander - excursion)) ** 2)
        if share == 0.0:
            return home
        mix, centre = home
        seed = excursion_seed(int(row[_SEED]), excursion % int(EXCURSIONS))
        return mix, between(self._prior, centre, self._prior.centre(mix, seed), share)


def morphed(mix: np.ndarray, share: float, to: int) -> np.ndarray:
    """A class mix (C,), moved towards class number ``to`` by ``share``.

    A number that the model has no class for moves nothing.
    """
    if share == 0.0 or to >= len(mix):
        return mix
    return ((1 - share) * mix + share * np.eye(len(mix))[to]).astype(np.float32)
