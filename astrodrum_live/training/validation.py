"""How a run fares on drums it never hears, always by the same draws; and when to stop it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.mel import mel_filters
from astrodrum_live.training.ears import Ears
from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.networks import Networks
from astrodrum_live.training.recipe import Recipe
from astrodrum_live.training.spectral import SpectralDistance, energy_distance

SEED = 0x7A11
AT_ONCE = 16
MELS, FFT, HOP = 40, 1024, 512

Validate = Callable[[Networks], float]
Heard = Callable[[Tensor, Tensor, Tensor], Tensor]  # a hit and two draws of it -> (B,)


@dataclass
class Record:
    """The best loss of a run, the step it was reached at, and how many have been worse since."""

    best: float = math.inf
    best_step: int = 0
    worse: int = 0

    def take(self, loss: float, step: int) -> bool:
        """Note the loss of ``step``; whether it is the best so far."""
        if loss < self.best:
            self.best, self.best_step, self.worse = loss, step, 0
            return True
        self.worse += 1
        return False


def make_validation(
    hits: HitSet, recipe: Recipe, config: ModelConfig, ears: Ears | None = None
) -> Validate | None:
    """The loss of networks on held-out drums; None where none are held out or none is wanted.

    Of the energy objective alone: the spectral energy distance of re-made hits, and what ``ears``
    hear of them by their weight, the mean over classes. Where critics teach, too, which are content
    with another hit of the same kind: the Frechet distance between log-mel spectrograms of held-out
    and generated hits (re-made ones, if there is an encoder); of the covariance the diagonal alone,
    for a hundred hits tell no more.
    Hits, latents and noises are the same every time, so that losses can be compared.
    """
    told = recipe.validation
    if not told.every or not hits.held_out.any():
        return None
    index = _choose(hits, told.hits)
    waves, label = hits.waves(index), hits.label[index]
    if recipe.energy and not recipe.adversarial:
        energy, rate = recipe.energy, config.sample_rate
        early = energy.early_ms / 1000
        heard: list[tuple[float, Heard]] = [(1.0, _heard_by(energy.ffts, rate, early))]
        if energy.low_ffts:
            heard.append((energy.low_weight, _heard_by(energy.low_ffts, rate, early, low=True)))
        if ears is not None:
            heard.append((ears.settings.weight, ears.energy_of_all))
        return lambda networks: _energy(networks, heard, waves, label, config)
    return lambda networks: _frechet(networks, waves, label, config)


def _choose(hits: HitSet, count: int) -> np.ndarray:
    """About ``count`` held-out hits, as many of each class that has any."""
    random = np.random.RandomState(SEED)
    classes = np.unique(hits.label[hits.held_out])
    each = max(1, count // len(classes))
    members = [np.flatnonzero((hits.label == i) & hits.held_out) for i in classes]
    return np.concatenate(
        [np.sort(random.choice(one, min(each, len(one)), replace=False)) for one in members]
    )


def _heard_by(ffts: tuple[int, ...], rate: int, early_s: float, low: bool = False) -> Heard:
    """The spectral energy distance over windows ``ffts``."""
    distance = SpectralDistance(ffts, rate, early_s, low=low)
    return lambda x, y1, y2: energy_distance(distance.to(x.device), x, y1, y2)


@torch.no_grad()
def _energy(
    networks: Networks, heard: list[tuple[float, Heard]], waves: np.ndarray, label: np.ndarray,
    config: ModelConfig,
) -> float:  # fmt: skip
    """``heard``: distances and what each weighs."""
    device, random = _device(networks), torch.Generator().manual_seed(SEED)
    found = []
    for i in range(0, len(waves), AT_ONCE):
        x = torch.from_numpy(waves[i : i + AT_ONCE]).to(device)  # (B, N)
        mix = _mix(label[i : i + AT_ONCE], config).to(device)
        z = _latents(networks, x, config, random)
        y1, y2 = (networks.generator(z, mix, _white(x, random)).float() for _ in range(2))
        one = [weight * distance(x, y1, y2).cpu() for weight, distance in heard]
        found.append(torch.stack(one).sum(0))
    loss = torch.cat(found).numpy().astype(np.float64)
    return float(np.mean([loss[label == i].mean() for i in np.unique(label)]))


@torch.no_grad()
def _frechet(
    networks: Networks, waves: np.ndarray, label: np.ndarray, config: ModelConfig
) -> float:
    device, random = _device(networks), torch.Generator().manual_seed(SEED)
    made = []
    for i in range(0, len(waves), AT_ONCE):
        x = torch.from_numpy(waves[i : i + AT_ONCE]).to(device)
        mix = _mix(label[i : i + AT_ONCE], config).to(device)
        z = _latents(networks, x, config, random)
        made.append(networks.generator(z, mix, _white(x, random)).float().cpu())
    a = _log_mel(torch.cat(made), config.sample_rate).numpy().astype(np.float64)
    b = _log_mel(torch.from_numpy(waves), config.sample_rate).numpy().astype(np.float64)
    gaps = (a.mean(axis=0) - b.mean(axis=0)) ** 2 + (a.std(axis=0) - b.std(axis=0)) ** 2
    return float(gaps.mean())


def _latents(networks: Networks, x: Tensor, config: ModelConfig, random: torch.Generator) -> Tensor:
    """Latents (B, D) of hits (B, N), or of the uniform prior where nothing encodes."""
    if networks.encoder is None:
        draws = torch.rand(len(x), config.latent_dim, generator=random)
        return (2 * draws - 1).to(x.device)
    mean, log_variance = networks.encoder(x)
    normal = torch.randn(mean.shape, generator=random).to(x.device)
    return mean + torch.exp(0.5 * log_variance) * normal


def _white(x: Tensor, random: torch.Generator) -> Tensor:
    """Noise of the shape of ``x``, uniform and of unit variance, as when played."""
    return ((torch.rand(x.shape, generator=random) - 0.5) * 12**0.5).to(x.device)


def _log_mel(x: Tensor, sample_rate: int) -> Tensor:
    """(B, N) to natural log power in mel bands, (B, MELS * T), floor -60 dB."""
    spectrum = torch.stft(
        x, FFT, HOP, window=torch.hann_window(FFT), pad_mode="constant", return_complex=True
    )
    filters = torch.from_numpy(mel_filters(MELS, FFT, sample_rate))
    return torch.log(filters @ spectrum.abs().square() / FFT + 1e-6).flatten(1)


def _mix(label: np.ndarray, config: ModelConfig) -> Tensor:
    return nn.functional.one_hot(torch.from_numpy(label), len(config.classes)).float()


def _device(networks: Networks) -> torch.device:
    return next(networks.generator.parameters()).device
