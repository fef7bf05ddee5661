"""A model that plays: its network, built as the config says and filled with the weights."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from astrodrum_live.model.checkpoint import (
    AGAIN,
    CONFIG,
    WEIGHTS,
    ModelCard,
    ModelError,
    read_card,
    read_network,
)
from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.latents import Prior, white_noise

if TYPE_CHECKING:
    import torch


class Model:
    """A generator ready to play. Made by ``load_model``.

    ``generate`` is a pure function of (weights, z, mix, noise seed). On a CPU hits are made one by
    one, so that a hit has the same bits whatever its neighbours: a matrix product rounds
    otherwise with other rows beside it, and together they are hardly made faster.
    Not thread-safe: one thread generates.
    """

    def __init__(self, card: ModelCard, network: "torch.nn.Module", device: str) -> None:
        self.card, self.network, self.device = card, network, device
        self._play: Callable[..., torch.Tensor] | None = None

    @property
    def config(self) -> ModelConfig:
        """The network's shape."""
        return self.card.config

    @property
    def hash(self) -> str:
        """First 12 hex digits of the SHA-256 of the weights."""
        return self.card.hash

    @property
    def prior(self) -> Prior:
        """Where its latents come from."""
        return self.card.prior

    def generate(self, z: np.ndarray, mix: np.ndarray, noise_seeds: np.ndarray) -> np.ndarray:
        """Hits, float32 (n, slice_len) in [-1, 1] at ``config.sample_rate``, raw.

        ``z``: float32 (n, latent_dim). ``mix``: float32 (n, classes), rows summing to 1.
        ``noise_seeds``: uint64 (n,). Errors: ``ValueError`` for shapes that do not fit.
        """
        import torch

        z, mix = np.asarray(z, dtype=np.float32), np.asarray(mix, dtype=np.float32)
        count, config = len(noise_seeds), self.config
        for name, array, width in (
            ("z", z, config.latent_dim),
            ("mix", mix, len(config.classes)),
        ):
            if array.shape != (count, width):
                raise ValueError(f"{name} has shape {array.shape}; it must be ({count}, {width})")
        if not count:
            return np.zeros((0, config.slice_len), dtype=np.float32)
        noise = np.stack([white_noise(int(seed), config.slice_len) for seed in noise_seeds])
        at_once = 1 if self.device == "cpu" else count
        hits = np.empty((count, config.slice_len), dtype=np.float32)
        play = self._player()
        with torch.inference_mode():
            for i in range(0, count, at_once):
                rows = slice(i, i + at_once)
                given = (torch.from_numpy(a[rows]).to(self.device) for a in (z, mix, noise))
                hits[rows] = play(*given).float().cpu().numpy()
        return hits

    def _player(self) -> "Callable[..., torch.Tensor]":
        """The network, on a CPU as fast as it can be called; made when first it is needed."""
        if self._play is None:
            from astrodrum_live.model.traced import traced

            alone = self.device == "cpu" and self.config.kind == "live"
            self._play = traced(self.network, self.config) if alone else self.network
        return self._play


def load_model(folder: str | Path, device: str = "cpu") -> Model:
    """The model in ``folder``, on ``device``, in evaluation mode.

    Errors: ``ModelError``.
    """
    from astrodrum_live.model.live import LiveGenerator

    card = read_card(folder)
    tensors = read_network(card, "generator")
    _hold_against(card.config, tensors, card.folder / WEIGHTS)
    network = build_generator(card.config)
    load_weights(network, tensors, card.folder / WEIGHTS)
    network = network.to(device).eval().requires_grad_(False)
    if isinstance(network, LiveGenerator):
        network.settle()
    return Model(card, network, device)


def build_generator(config: ModelConfig) -> "torch.nn.Module":
    """A fresh generator of the config's kind."""
    if config.kind == "wavegan":
        from astrodrum_live.model.wavegan import Generator

        return Generator(config)
    from astrodrum_live.model.live import LiveGenerator

    return LiveGenerator(config)


def load_weights(network: "torch.nn.Module", arrays: dict[str, np.ndarray], file: Path) -> None:
    """Put arrays into a network of the same names and shapes. Errors: ``ModelError``."""
    import torch

    state = network.state_dict()
    missing = sorted(set(state) - set(arrays))
    extra = sorted(set(arrays) - set(state))
    if missing or extra:
        name = (missing or extra)[0]
        what = "is missing" if missing else "does not belong to this network"
        raise ModelError(f"{file}: tensor '{name}' {what}; weights and {CONFIG} differ: {AGAIN}")
    for name, tensor in state.items():
        if tuple(arrays[name].shape) != tuple(tensor.shape):
            raise ModelError(
                f"{file}: tensor '{name}' has shape {tuple(arrays[name].shape)}, the config asks "
                f"for {tuple(tensor.shape)}; weights and {CONFIG} differ: {AGAIN}"
            )
        if not np.isfinite(arrays[name]).all():
            raise ModelError(f"{file}: tensor '{name}' holds values that are not finite; {AGAIN}")
    network.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in arrays.items()})


def _hold_against(config: ModelConfig, arrays: dict[str, np.ndarray], file: Path) -> None:
    """Compare sizes before memory is asked for: a config of a few bytes may want 9 GB.
    Errors: ``ModelError``."""
    from astrodrum_live.model.live import widths
    from astrodrum_live.model.wavegan import layer_widths

    live = config.kind == "live"
    channels = widths(config.dim) if live else layer_widths(config.dim, config.slice_len)
    kernels = sum(a * b for a, b in pairwise(channels)) * config.kernel_len
    held = sum(array.size for array in arrays.values())
    if kernels > held:
        raise ModelError(
            f"{file}: holds {held} numbers, the config asks for {kernels} in its kernels alone; "
            f"weights and {CONFIG} differ: {AGAIN}"
        )
