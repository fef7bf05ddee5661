"""The paper's objective: WGAN with gradient penalty (Gulrajani et al. 2017), five critic steps."""

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.wavegan import SHUFFLED_LAYERS, Critic, Generator
from astrodrum_live.training.energy import follow
from astrodrum_live.training.recipe import Recipe


class WganObjective:
    """Generator against critic; with an ``ema`` in the recipe the running mean is shipped."""

    def __init__(self, model: ModelConfig, recipe: Recipe, device: torch.device) -> None:
        if recipe.critic is None:
            raise ValueError("the section [critic] is missing")
        training, self.told = recipe.training, recipe.critic
        self.recipe, self.device = recipe, device
        self.trained = Generator(model).to(device)
        self.critic = Critic(model).to(device)
        self.averaged = copy.deepcopy(self.trained).requires_grad_(False) if training.ema else None
        self.optimisers = {
            name: torch.optim.Adam(net.parameters(), training.learning_rate, betas=training.betas)
            for name, net in (("generator", self.trained), ("critic", self.critic))
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
        loss = -fake.mean()
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
        share = torch.rand(len(mix), 1, generator=random).to(self.device)
        between = (real + share * (fake - real)).requires_grad_()
        score = self._score(between, mix, random).sum()
        slope = torch.autograd.grad(score, between, create_graph=True)[0].norm(dim=1)
        penalty = (slope - 1).square().mean()
        gap = self._score(fake, mix, random).mean() - self._score(real, mix, random).mean()
        self._update("critic", gap + self.told.penalty * penalty)
        return {"wasserstein": -gap.item(), "penalty": penalty.item()}

    def _update(self, name: str, loss: Tensor) -> None:
        optimiser = self.optimisers[name]
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    def _score(self, x: Tensor, mix: Tensor, random: torch.Generator) -> Tensor:
        radius = self.critic.config.phase_shuffle
        shifts = torch.randint(-radius, radius + 1, (SHUFFLED_LAYERS,), generator=random)
        return self.critic(x, mix, shifts)

    def _latent(self, count: int, random: torch.Generator) -> Tensor:
        dim = self.trained.config.latent_dim
        return (2 * torch.rand(count, dim, generator=random) - 1).to(self.device)

    def _mix(self, label: np.ndarray) -> Tensor:
        classes = len(self.trained.config.classes)
        return nn.functional.one_hot(torch.from_numpy(label), classes).float().to(self.device)
