"""A sample of one's own becomes a place in latent space, with figures that tell how near it is."""

from dataclasses import dataclass

import numpy as np

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.edges import slice_edges
from astrodrum_live.model.player import Model
from astrodrum_live.training.inversion import Inversion, Place, Progress
from astrodrum_live.training.resynthesis import Distance, Original
from astrodrum_live.training.uniform import uniform

STROKES = 4  # a place is measured by the mean over so many draws of noise
FIRST_STROKE = 1000  # seed of the first: none that the place was sought with
NEAREST_OF = 64  # draws of the prior
OWN_SEED = 1  # the generator's own hit that is encoded for comparison


@dataclass(frozen=True)
class Encoded:
    """``place``: where the sample was found. ``start``: the distance before refinement, at the
    encoder's answer (or the best draw); ``refined``: after. ``nearest_draw``: that of the nearest
    of ``NEAREST_OF`` draws of the prior in the class."""

    place: Place
    start: Distance
    refined: Distance
    nearest_draw: Distance


@dataclass(frozen=True)
class Yardstick:
    """The same for a hit of the generator's own, of one class. ``encoded_back``: it was encoded
    like a sample. ``same_latent``: other strokes at the very latent it was made from, the best
    that can be."""

    encoded_back: Distance
    same_latent: Distance


def as_trained(wave: np.ndarray, rate: int, config: ModelConfig) -> np.ndarray | str:
    """A sample as training hears hits, float32 (slice_len,), or the reason why there is none.

    ``wave``: float (frames,) or (frames, channels) in [-1, 1] at ``rate``. Mono, the model's rate,
    onset at frame 16, peak -1 dBFS, the slice's edges.
    """
    hit = uniform(wave, rate, config.slice_len, config.sample_rate)
    if isinstance(hit, str):
        return hit
    cut = hit[: config.slice_len].astype(np.float32) / 32767
    return cut * slice_edges(config.slice_len)


class SampleEncoder:
    """Encodes samples into one model. Thread: one. Errors: ``ModelError``."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._inversion = Inversion(model)

    def encode(
        self, wave: np.ndarray, labels: tuple[int, ...], steps: int,
        progress: Progress = lambda step: None,
    ) -> Encoded:  # fmt: skip
        """The place of ``wave`` (see ``as_trained``) among the classes ``labels``, after at most
        ``steps`` steps, with its figures.

        A refinement that comes no nearer by log-spectral distance, which weighs a quiet tail more
        than the distance that was lessened, is not taken.
        """
        start = self._inversion.start(wave, labels)
        place = self._inversion.refine(wave, start, steps, progress)
        original = Original(wave, self._model.config.sample_rate)
        before = self._at(original, start.z, start.label)
        after = self._at(original, place.z, place.label)
        if after.lsd_db > before.lsd_db:
            place, after = start, before
        draws = [
            self._at(original, self._model.prior.sample(place.label, seed), place.label, 1)
            for seed in range(NEAREST_OF)
        ]
        nearest = min(draws, key=lambda draw: draw.lsd_db)
        return Encoded(place, before, after, nearest)

    def yardstick(
        self, label: int, steps: int, progress: Progress = lambda step: None
    ) -> Yardstick:
        """What a sample of this class could come to at best.

        Errors: ``ValueError`` if the model makes silence.
        """
        z = self._model.prior.sample(label, OWN_SEED)
        hit = self.strokes(z, label, 1, OWN_SEED)[0]
        wave = as_trained(hit, self._model.config.sample_rate, self._model.config)
        if isinstance(wave, str):
            name = self._model.config.classes[label]
            raise ValueError(f"the model's own hit of class '{name}' is {wave}; train it further")
        place = self._inversion.refine(wave, self._inversion.start(wave, (label,)), steps, progress)
        original = Original(wave, self._model.config.sample_rate)
        return Yardstick(self._at(original, place.z, label), self._at(original, z, label))

    def strokes(self, z: np.ndarray, label: int, count: int, first: int) -> np.ndarray:
        """``count`` hits (count, slice_len) at one latent, their noise seeded from ``first`` on."""
        mix = np.zeros((count, len(self._model.config.classes)), np.float32)
        mix[:, label] = 1.0
        seeds = np.arange(first, first + count, dtype=np.uint64)
        return self._model.generate(np.repeat(z[None], count, axis=0), mix, seeds)

    def _at(self, original: Original, z: np.ndarray, label: int, count: int = STROKES) -> Distance:
        return original.distance(self.strokes(z, label, count, FIRST_STROKE))
