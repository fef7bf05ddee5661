"""What a recipe may teach by: the interface of an objective, and the choice of one."""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
import torch
from torch import nn

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.training.energy import EnergyObjective
from astrodrum_live.training.errors import TrainingError
from astrodrum_live.training.networks import Networks
from astrodrum_live.training.recipe import Recipe


class Objective(Protocol):
    """What teaches a generator: one ``step`` at a time, from hits, their classes and a seed."""

    @property
    def generator(self) -> nn.Module: ...

    @property
    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]: ...

    def modules(self) -> dict[str, nn.Module]: ...

    def step(
        self,
        step: int,
        batch: Callable[[int], tuple[np.ndarray, np.ndarray]],
        random: torch.Generator,
    ) -> dict[str, float]: ...


def make_objective(config: ModelConfig, recipe: Recipe, device: torch.device) -> Objective:
    """The objective a recipe names."""
    wanted = "live" if recipe.objective == "energy" else "wavegan"
    if config.kind != wanted:
        raise TrainingError(f"objective '{recipe.objective}' trains a '{wanted}' model")
    if recipe.objective == "energy":
        return EnergyObjective(config, recipe, device)
    from astrodrum_live.training.gan import GanObjective

    return GanObjective(config, recipe, device)


def networks_of(objective: Objective, step: int) -> Networks:
    """What ``objective`` would ship as it stands at ``step``."""
    encoder = objective.encoder if isinstance(objective, EnergyObjective) else None
    return Networks(objective.generator, encoder, step)
