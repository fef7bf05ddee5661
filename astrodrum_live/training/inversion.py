"""Inversion: the latent whose hits lie nearest to a given sound.

The encoder's answer, or the best of some hundred prior draws, is refined by gradient steps on z
through the frozen generator, as in Zhu et al., "Generative Visual Manipulation on the Natural
Image Manifold" (2016): first an encoder, then optimisation.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from astrodrum_live.model.checkpoint import WEIGHTS, read_network
from astrodrum_live.model.encoder import Encoder
from astrodrum_live.model.latents import on_grid, white_noise
from astrodrum_live.model.live import LiveGenerator
from astrodrum_live.model.player import Model, load_weights
from astrodrum_live.training.spectral import SpectralDistance, energy_distance

FFTS = (2048, 512, 128)
STEPS = 150
STEP = 0.2  # of Adam, in the prior's deviations
PATIENCE = 30  # steps without a gain of GAIN, after which it is done
GAIN = 0.002
DRAWS = 256  # of the prior, where there is no encoder
TAKES = 2  # draws of noise that a latent is judged by

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Place:
    """A latent ``z`` (D,) float32 on the prior's grid, the class it is made as, and its ``error``:
    the spectral energy distance of its hits to the sound."""

    z: np.ndarray
    label: int
    error: float


class Inversion:
    """Finds places in one model's latent space. Thread: one.

    Errors: ``ModelError`` for an encoder that does not fit the config.
    """

    def __init__(self, model: Model) -> None:
        config = model.config
        self._model = model
        self.encoder = _load_encoder(model)
        self._distance = SpectralDistance(FFTS, config.sample_rate)
        takes = [white_noise(seed, config.slice_len) for seed in range(TAKES)]
        self._noise = torch.from_numpy(np.stack(takes))
        low, high = model.prior.support()
        self._low, self._high = torch.from_numpy(low), torch.from_numpy(high)
        self._spread = torch.from_numpy(model.prior.spread())

    def start(self, wave: np.ndarray, labels: tuple[int, ...]) -> Place:
        """The encoder's answer for ``wave``, made as the class of ``labels`` that suits it best;
        without an encoder the best of ``DRAWS`` draws of the prior."""
        places = self._encoded(wave, labels) or self._drawn(labels)
        errors = [self.error(wave, z, label) for z, label in places]
        best = int(np.argmin(errors))
        return Place(*places[best], errors[best])

    @torch.inference_mode()
    def error(self, wave: np.ndarray, z: np.ndarray, label: int) -> float:
        """The spectral energy distance of the hits at ``z`` (D,) to ``wave`` (slice_len,)."""
        return self._error(self._target(wave), torch.from_numpy(z), label).item()

    def refine(
        self, wave: np.ndarray, place: Place, steps: int = STEPS,
        progress: Progress = lambda step: None,
    ) -> Place:  # fmt: skip
        """A place at least as near to ``wave``, found by at most ``steps`` steps of Adam on z.

        z stays within the prior's support. ``progress`` is told the steps done.
        """
        target = self._target(wave)
        shift = torch.zeros(place.z.size, requires_grad=True)  # in deviations: one step for all
        optimiser = torch.optim.Adam([shift], lr=STEP)
        fade = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(1, steps))
        origin = torch.from_numpy(place.z)
        best, gained, gained_at = place, place.error, 0
        for step in range(steps + 1):
            z = torch.clamp(origin + shift * self._spread, self._low, self._high)
            error = self._error(target, z, place.label)
            if error.item() < best.error:
                best = Place(on_grid(z.detach().numpy()), place.label, error.item())
            if best.error < gained * (1 - GAIN):
                gained, gained_at = best.error, step
            if step == steps or step - gained_at >= PATIENCE:
                break
            optimiser.zero_grad()
            error.backward()
            optimiser.step()
            fade.step()
            progress(step + 1)
        return best

    def _error(self, target: Tensor, z: Tensor, label: int) -> Tensor:
        """Between the sound (TAKES, N) and hits at ``z`` (D,), always of the same draws."""
        mix = torch.zeros(1, len(self._model.config.classes))
        mix[0, label] = 1.0
        first, second = self._takes(z[None], mix).chunk(2)
        return energy_distance(self._distance, target, first, second).mean()

    def _takes(self, z: Tensor, mix: Tensor) -> Tensor:
        """Hits (TAKES, N) at one latent (1, D); what no noise enters is made once."""
        network = self._model.network
        if not isinstance(network, LiveGenerator):
            return network(z, mix).expand(TAKES, -1)  # no noise enters it
        w = network.style(z, mix)
        x = network.body(w)
        tracks = network.tracks(x)
        tone = network.tone(tracks, w)
        many = x.expand(TAKES, -1, -1), tracks.expand(TAKES, -1, -1)
        return network.finish(*many, w, tone, self._noise)

    def _target(self, wave: np.ndarray) -> Tensor:
        return torch.from_numpy(np.asarray(wave, dtype=np.float32))[None]

    def _encoded(self, wave: np.ndarray, labels: tuple[int, ...]) -> list[tuple[np.ndarray, int]]:
        if self.encoder is None:
            return []
        with torch.inference_mode():
            mean, _ = self.encoder(self._target(wave))
        z = on_grid(np.clip(mean[0].numpy(), self._low.numpy(), self._high.numpy()))
        return [(z, label) for label in labels]

    def _drawn(self, labels: tuple[int, ...]) -> list[tuple[np.ndarray, int]]:
        each = max(1, DRAWS // len(labels))
        return [
            (self._model.prior.sample(label, seed), label)
            for label in labels
            for seed in range(each)
        ]


def _load_encoder(model: Model) -> Encoder | None:
    arrays = read_network(model.card, "encoder")
    if not arrays:
        return None
    encoder = Encoder(model.config)
    load_weights(encoder, arrays, model.card.folder / WEIGHTS)
    return encoder.eval().requires_grad_(False)
