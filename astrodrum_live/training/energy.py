"""The live generator's objective: an autoencoder under the spectral energy distance; beside it,
where the recipe has them, ears and critics."""

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.encoder import Encoder
from astrodrum_live.model.live import LiveGenerator
from astrodrum_live.training.critics import Critics
from astrodrum_live.training.ears import Batch, Ears, Enough, never
from astrodrum_live.training.folder import Progress, untold
from astrodrum_live.training.parallel import average_gradients, draw
from astrodrum_live.training.pitch import Pitch, pitch_error
from astrodrum_live.training.recipe import Recipe
from astrodrum_live.training.spectral import SpectralDistance, energy_distance
from astrodrum_live.training.warm_start import start_from

CRITIC_BETAS = (0.0, 0.99)
STRAIN_WEIGHT = 0.1
GRADIENT_LIMIT = 5.0  # the norm seen in a steady run; rare larger ones throw it off


class AutoEncoder(nn.Module):
    """An encoder and the generator that learns to answer it."""

    def __init__(self, model: ModelConfig) -> None:
        super().__init__()
        self.generator = LiveGenerator(model)
        self.encoder = Encoder(model)


class EnergyObjective:
    """Encoder and generator trained together; ``averaged`` holds their running mean.

    One ``step`` draws two noises for each hit's latent: the distance between the two outputs is
    what keeps them from being alike.
    """

    def __init__(self, model: ModelConfig, recipe: Recipe, device: torch.device) -> None:
        if recipe.energy is None:
            raise ValueError("the section [energy] is missing")
        training, self.energy = recipe.training, recipe.energy
        self.recipe, self.names = recipe, model.classes
        self.low_precision = training.low_precision and bfloat16_pays(device)
        self.nets = AutoEncoder(model).to(device)
        self.averaged = copy.deepcopy(self.nets).requires_grad_(False)
        hears = model.sample_rate, self.energy.early_ms / 1000
        floor_db = self.energy.floor_db
        self.distances = [
            SpectralDistance((fft,), *hears, floor_db=floor_db).to(device)
            for fft in self.energy.ffts
        ]
        self.low_distances = [
            SpectralDistance((fft,), *hears, low=True, floor_db=floor_db).to(device)
            for fft in self.energy.low_ffts
        ]
        self.pitch = Pitch(model.sample_rate, device)
        self.optimisers = {
            "nets": torch.optim.Adam(
                self.nets.parameters(), training.learning_rate, betas=training.betas
            )
        }
        self.ears: Ears | None = None
        if recipe.ears is not None and len(model.classes) > 1:  # else there is nothing to learn
            lessons = min(recipe.ears.steps, recipe.training.steps)  # a short run needs few
            settings = replace(recipe.ears, steps=lessons)
            self.ears = Ears(len(model.classes), model.sample_rate, settings).to(device)
        self.critics: Critics | None = None
        if recipe.adversarial is not None:
            self.critics = Critics(model, recipe.adversarial).to(device)
            own = recipe.adversarial.learning_rate
            group = {"params": list(self.critics.parameters()), "own_rate": own}
            self.optimisers["critics"] = torch.optim.Adam([group], own, betas=CRITIC_BETAS)
        self.device = device

    @property
    def generator(self) -> LiveGenerator:
        """The generator to ship: the running mean's."""
        return self.averaged.generator

    @property
    def encoder(self) -> Encoder:
        """The encoder that belongs to the shipped generator."""
        return self.averaged.encoder

    def modules(self) -> dict[str, nn.Module]:
        """What a checkpoint must hold."""
        held: dict[str, nn.Module] = {"nets": self.nets, "averaged": self.averaged}
        beside = {"ears": self.ears, "critics": self.critics}
        return held | {name: module for name, module in beside.items() if module is not None}

    def start_from(self, model: Path) -> list[str]:
        """Begin with the weights of the model in a folder; the tensors that did not fit."""
        networks = {"generator": self.nets.generator, "encoder": self.nets.encoder}
        fresh = start_from(model, networks, self.names)
        self.averaged.load_state_dict(self.nets.state_dict())
        return fresh

    def prepare(self, batch: Batch, progress: Progress = untold, enough: Enough = never) -> float:
        """Teach the ears by ``batch(step, count)``; the share of hits they then get right.
        ``enough``: see ``Ears.teach``."""
        if self.ears is None:
            raise ValueError("this run has no ears")
        return self.ears.teach(batch, self.device, progress, enough)

    def step(
        self,
        step: int,
        batch: Callable[[int], tuple[np.ndarray, np.ndarray]],
        random: torch.Generator,
    ) -> dict[str, float]:
        """Update ``step`` on ``batch(0)``: hits (B, N) and classes (B,); the scalars to log."""
        energy = self.energy
        wave, label = batch(0)
        x = torch.from_numpy(wave).to(self.device)  # (B, N)
        y = torch.from_numpy(label).to(self.device)
        mix = nn.functional.one_hot(y, len(self.names)).float()  # (B, C)
        mean, log_variance = self.nets.encoder(x)
        z = mean + torch.exp(0.5 * log_variance) * self._normal(mean.shape, random)
        share = noise_share(step, energy.noise_from)
        y1, y2, glide = self._two_draws(z, mix, x, random, share)
        picks = torch.randperm(len(self.distances), generator=random)[: energy.ffts_per_step]
        distance = torch.stack(
            [energy_distance(self.distances[i], x, y1, y2).mean() for i in picks.tolist()]
        ).mean()
        if self.low_distances:
            pick = int(torch.randint(len(self.low_distances), (1,), generator=random))
            low = energy_distance(self.low_distances[pick], x, y1, y2).mean()
            distance = distance + energy.low_weight * low
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean()
        loss = distance + energy.kl_weight * kl + glide
        scalars = {"distance": distance.item(), "kl": kl.item(), "glide": glide.item()}
        if self.low_distances:
            scalars["low"] = low.item()
        if self.ears is not None:
            heard = self.ears.energy(x, y1, y2, random).mean()
            loss = loss + self.ears.settings.weight * heard
            scalars["ears"] = heard.item()
        if self.critics is not None and step >= self.critics.settings.start:
            critic = self.critics.pick(random)
            scalars["critic"] = self._teach(critic, step, x, y1, y)
            verdict = -critic(y1, y).mean()
            loss = loss + self.critics.settings.weight * verdict
            scalars["verdict"] = verdict.item()
        optimiser = self.optimisers["nets"]
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(self.nets)
        norm = nn.utils.clip_grad_norm_(self.nets.parameters(), GRADIENT_LIMIT)
        if torch.isfinite(norm):  # a step that overflowed in bfloat16 is left out
            optimiser.step()
            follow(self.averaged, self.nets, self.recipe.training.ema, step)
        return scalars | {"gradient": norm.item()}

    def _teach(
        self, critic: nn.Module, step: int, real: Tensor, made: Tensor, label: Tensor
    ) -> float:
        """One step of a critic's own; its loss."""
        assert self.critics is not None
        optimiser = self.optimisers["critics"]
        optimiser.zero_grad(set_to_none=True)
        loss = self.critics.loss(critic, step, real, made, label)
        loss.backward()
        average_gradients(critic)
        optimiser.step()
        return loss.item()

    def _two_draws(
        self, z: Tensor, mix: Tensor, x: Tensor, random: torch.Generator, share: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Two hits (B, N) of each latent of hits ``x``, and what the glide's faults weigh."""
        net = self.nets.generator
        noise = share * self._white((2, *x.shape), random).flatten(0, 1)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.low_precision):
            w = net.style(z, mix)
            body = net.body(w)
        body, w = body.float(), w.float()
        tracks = net.tracks(body)
        tone = net.tone(tracks, w)
        both = net.finish(
            body.repeat(2, 1, 1), tracks.repeat(2, 1, 1), w.repeat(2, 1), tone.repeat(2, 1), noise,
            low_precision=self.low_precision,
        )  # fmt: skip
        glide = STRAIN_WEIGHT * net.strain(tracks)
        rings = net.rings(tracks, w)
        if self.energy.pitch_weight and rings is not None:
            glide = glide + self.energy.pitch_weight * pitch_error(self.pitch, x, rings)
        return both[: len(z)], both[len(z) :], glide

    def _normal(self, shape: tuple[int, ...], random: torch.Generator) -> Tensor:
        return draw(torch.randn, shape, random).to(self.device)

    def _white(self, shape: tuple[int, ...], random: torch.Generator) -> Tensor:
        """The noise hits are made from when played (model/latents.py): uniform, unit variance."""
        return ((draw(torch.rand, shape, random, axis=1) - 0.5) * 12**0.5).to(self.device)


def bfloat16_pays(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 itself; where it only imitates it, that is slow."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    told = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return device.type == "cpu" and told is not None and bool(told())


def noise_share(step: int, noise_from: int) -> float:
    """How loud the noise is at a step, 0 to 1: silent for ``noise_from`` steps, then rising."""
    if noise_from == 0:
        return 1.0
    return min(1.0, max(0.0, step / noise_from - 1))


@torch.no_grad()
def follow(averaged: nn.Module, live: nn.Module, decay: float, step: int) -> None:
    """Move the running mean: ``averaged = decay * averaged + (1 - decay) * live``.

    The decay rises to ``decay`` as (1 + step) / (10 + step), so that a short run's mean is not
    one of untrained weights.
    """
    decay = min(decay, (1 + step) / (10 + step))
    torch._foreach_lerp_(list(averaged.parameters()), list(live.parameters()), 1 - decay)
