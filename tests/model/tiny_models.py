"""Models small enough to build in a test, and a folder to keep one in."""

from pathlib import Path

import numpy as np
import torch

from astrodrum_live.model.checkpoint import save_model
from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.latents import MixturePrior, Prior, UniformPrior
from astrodrum_live.model.player import build_generator

CLASSES = ("kick", "snare", "hat")
DIM = 6


def tiny_config(kind: str = "live", slice_len: int = 16384) -> ModelConfig:
    return ModelConfig(
        kind=kind, classes=CLASSES, slice_len=slice_len, latent_dim=DIM, dim=2,
        kernel_len=25 if kind == "wavegan" else 5, style_dim=8, noise_bands=6, modes=4,
    )  # fmt: skip


def tiny_mixture() -> MixturePrior:
    """Two components a class, well apart, so that a draw tells its class."""
    label = np.repeat(np.arange(len(CLASSES), dtype=np.int32), 2)
    means = np.zeros((len(label), DIM), dtype=np.float32)
    means[np.arange(len(label)), label] = np.tile([2.0, 3.0], len(CLASSES))
    return MixturePrior(
        means=means,
        scales=np.full(means.shape, 0.1, dtype=np.float32),
        chances=np.full(len(label), 0.5, dtype=np.float32),
        label=label,
        within=np.full(DIM, 0.2, dtype=np.float32),
        across=np.full(DIM, 1.5, dtype=np.float32),
        low=np.full(DIM, -2.0, dtype=np.float32),
        high=np.full(DIM, 4.0, dtype=np.float32),
        classes=len(CLASSES),
    )


def save_tiny(folder: Path, kind: str = "live") -> str:
    config = tiny_config(kind)
    prior: Prior = tiny_mixture() if kind == "live" else UniformPrior(DIM, len(CLASSES))
    torch.manual_seed(1)
    state = build_generator(config).state_dict()
    arrays = {name: tensor.numpy() for name, tensor in state.items()}
    return save_model(folder, config, prior, {"generator": arrays}, {}, {}, {})
