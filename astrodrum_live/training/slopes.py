"""How the descriptors of a model's hits change with the latent: gradients through the generator."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch

from astrodrum_live.model.latents import white_noise
from astrodrum_live.training.torch_descriptors import Ear

if TYPE_CHECKING:
    from astrodrum_live.model.player import Model

AT_ONCE = 8  # hits whose way through the network is kept in memory

Sense = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""(z (n, D), mix (n, C), noise seeds (n,)) -> descriptors (n, J), NaN where a hit has none, and
their gradients by z (n, J, D)."""


def sense_of(model: "Model") -> Sense:
    """The gradients of a model's descriptors, as ``torch_descriptors`` has them. Thread: one."""
    ear = Ear(model.config.slice_len, model.config.sample_rate)

    def part(z: np.ndarray, mix: np.ndarray, seeds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        noise = np.stack([white_noise(int(seed), model.config.slice_len) for seed in seeds])
        given = [torch.from_numpy(a.astype(np.float32)).to(model.device) for a in (z, mix, noise)]
        given[0].requires_grad_(True)
        heard = ear(model.network(*given).float().cpu())
        known = torch.isfinite(heard)
        kept = torch.where(known, heard, torch.zeros_like(heard))
        gradients = np.zeros((*heard.shape, z.shape[1]), np.float32)
        columns = [j for j in range(heard.shape[1]) if bool(known[:, j].any())]
        for j in columns:
            (by_z,) = torch.autograd.grad(kept[:, j].sum(), given[0], retain_graph=j != columns[-1])
            gradients[:, j] = by_z.cpu().numpy()
        return heard.detach().numpy().astype(np.float64), gradients

    def sense(z: np.ndarray, mix: np.ndarray, seeds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        parts = [
            part(z[i : i + AT_ONCE], mix[i : i + AT_ONCE], seeds[i : i + AT_ONCE])
            for i in range(0, len(z), AT_ONCE)
        ]
        values, gradients = (np.concatenate(column) for column in zip(*parts, strict=True))
        return values, gradients

    return sense
