"""The paper's objective: a generator against a critic, under one of the four published losses."""

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.wavegan import SHUFFLED_LAYERS, Critic, Generator
from astrodrum_live.training.energy import follow
from astrodrum_live.training.gan_losses import GAN_LOSSES, gradient_penalty
from astrodrum_live.training.parallel import average_gradients, draw
from astrodrum_live.training.recipe import Critic as CriticSection
from astrodrum_live.training.recipe import Recipe, Training
from astrodrum_live.training.rms_prop import RmsProp


class GanObjective:
    """Generator against critic; with an ``ema`` in the recipe the running mean is shipped.

    A model of several classes is conditional, a model of one is the paper's, which is told
    nothing but its latent. Errors: ``ValueError`` for a recipe without what its loss needs.
    """

    def __init__(self, model: ModelConfig, recipe: Recipe, device: torch.device) -> None:
        training, self.told = recipe.training, _checked(recipe)
        self.recipe, self.device = recipe, device
        self.loss = GAN_LOSSES[recipe.objective]
        self.trained = Generator(model).to(device)
        self.critic = Critic(model).to(device)
        self.averaged = copy.deepcopy(self.trained).requires_grad_(False) if training.ema else None
        self.optimisers = {
            "generator": _optimiser(self.trained, training),
            "critic": _optimiser(self.critic, training),
        }

    @property
    def generator(self) -> nn.Module:
        """The generator to ship."""
        return self.averaged if self.averaged is not None else self.trained

    def modules(self) -> dict[str, nn.Module]:
        """What a checkpoint must hold."""
        averaged = {"averaged": self.averaged} if self.averaged is not None else {}
        return {"generator": self.trained, "critic": self.critic} | averaged

    def step(
        self,
        step: int,
        batch: Callable[[int], tuple[np.ndarray, np.ndarray]],
        random: torch.Generator,
    ) -> dict[str, float]:
        """Critic steps on ``batch(0)``, ``batch(1)``, ... and one generator step."""
        for i in range(self.told.steps):
            wave, label = batch(i)
            told = self._critic_step(torch.from_numpy(wave).to(self.device), label, random)
        mix = self._mix(label)
        fake = self._score(self.trained(self._latent(len(mix), random), mix), mix, random)
        loss = self.loss.generator(fake)
        self._update("generator", loss)
        if self.averaged is not None:
            follow(self.averaged, self.trained, self.recipe.training.ema, step)
        return told | {"generator": loss.item()}

    def _critic_step(
        self, real: Tensor, label: np.ndarray, random: torch.Generator
    ) -> dict[str, float]:
        mix = self._mix(label)
        with torch.no_grad():
            fake = self.trained(self._latent(len(mix), random), mix)
        verdicts = self._score(real, mix, random), self._score(fake, mix, random)
        loss = self.loss.critic(*verdicts)
        scalars = {"critic": loss.item(), "gap": (verdicts[0] - verdicts[1]).mean().item()}
        if self.told.penalty:
            share = draw(torch.rand, (len(mix), 1), random).to(self.device)
            penalty = gradient_penalty(lambda x: self._score(x, mix, random), real, fake, share)
            loss = loss + self.told.penalty * penalty
            scalars["penalty"] = penalty.item()
        self._update("critic", loss)
        if self.told.clip:
            with torch.no_grad():
                for weight in self.critic.parameters():
                    weight.clamp_(-self.told.clip, self.told.clip)
        return scalars

    def _update(self, name: str, loss: Tensor) -> None:
        optimiser = self.optimisers[name]
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients({"generator": self.trained, "critic": self.critic}[name])
        optimiser.step()

    def _score(self, x: Tensor, mix: Tensor, random: torch.Generator) -> Tensor:
        """The critic's verdict, phase shuffled: one shift a layer, the same for all the batch."""
        radius = self.critic.config.phase_shuffle
        shifts = torch.randint(-radius, radius + 1, (SHUFFLED_LAYERS,), generator=random)
        return self.critic(x, mix, shifts)

    def _latent(self, count: int, random: torch.Generator) -> Tensor:
        dim = self.trained.config.latent_dim
        return (2 * draw(torch.rand, (count, dim), random) - 1).to(self.device)

    def _mix(self, label: np.ndarray) -> Tensor:
        classes = len(self.trained.config.classes)
        return nn.functional.one_hot(torch.from_numpy(label), classes).float().to(self.device)


def _checked(recipe: Recipe) -> CriticSection:
    """The section [critic], if it has what the loss needs. Errors: ``ValueError``."""
    told, loss = recipe.critic, recipe.objective
    if told is None:
        raise ValueError("the section [critic] is missing")
    if bool(told.penalty) != (loss == "wgan-gp"):
        raise ValueError(f"penalty is {told.penalty:g}; only, and always, wgan-gp has one")
    if bool(told.clip) != (loss == "wgan"):
        raise ValueError(f"clip is {told.clip:g}; only, and always, wgan has one")
    if recipe.training.low_precision:
        raise ValueError(f"low_precision is true; {loss} is trained in full precision")
    return told


def _optimiser(network: nn.Module, training: Training) -> torch.optim.Optimizer:
    rate, (momentum, decay) = training.learning_rate, training.betas
    if training.optimiser == "adam":
        return torch.optim.Adam(network.parameters(), rate, betas=(momentum, decay))
    if momentum:
        raise ValueError(f"betas is {list(training.betas)}; rmsprop has no momentum: [0.0, decay]")
    return RmsProp(network.parameters(), rate, decay)
