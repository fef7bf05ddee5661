"""WaveGAN as published: Donahue, McAuley and Puckette, "Adversarial Audio Synthesis" (2019).

Dense, then transposed convolutions of kernel 25 and stride 4 with ReLU, tanh at the end; a critic
of strided convolutions with LeakyReLU 0.2 and phase shuffle. Layer widths for each slice length
are the authors' (chrisdonahue/wavegan). Conditioning is ours, as light as it can be: the class mix
stands beside the latent, and the critic adds the projection of its features on a class embedding
(Miyato and Koyama 2018). With no classes at all both are the paper's networks exactly.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from astrodrum_live.model.config import ModelConfig

FIRST_STEPS = 16


def layer_strides(slice_len: int) -> tuple[int, ...]:
    """Strides of the up-samplings from 16 steps to the slice: 4s, and a last 2 for 32768."""
    return {16384: (4,) * 5, 32768: (4,) * 5 + (2,), 65536: (4,) * 6}[slice_len]


def layer_widths(dim: int, slice_len: int) -> tuple[int, ...]:
    """Channels at 16 steps and after every up-sampling but the last: 16 d (32 d) down to d."""
    count = len(layer_strides(slice_len))
    return tuple(dim * 2**i for i in reversed(range(count)))


class Generator(nn.Module):
    """``forward(z (B, D), mix (B, C), noise) -> (B, slice_len)`` in [-1, 1].

    ``noise`` is taken and not used, so that both kinds of generator are called alike.
    ``conditional=False``: the paper's own, which ignores ``mix``.
    """

    def __init__(self, config: ModelConfig, conditional: bool = True) -> None:
        super().__init__()
        self.config, self.conditional = config, conditional
        widths = layer_widths(config.dim, config.slice_len)
        strides = layer_strides(config.slice_len)
        inputs = config.latent_dim + (len(config.classes) if conditional else 0)
        self.dense = nn.Linear(inputs, FIRST_STEPS * widths[0])
        self.ups = nn.ModuleList(
            _up(c_in, c_out, config.kernel_len, stride)
            for c_in, c_out, stride in zip(widths, (*widths[1:], 1), strides, strict=True)
        )
        self.apply(_glorot)

    def forward(self, z: Tensor, mix: Tensor, noise: Tensor | None = None) -> Tensor:
        z = torch.cat([z, mix], dim=1) if self.conditional else z
        x = self.dense(z).view(len(z), -1, FIRST_STEPS)  # (B, 16 d, 16)
        for up in self.ups:
            x = up(F.relu(x))
        return torch.tanh(x).squeeze(1)


class Critic(nn.Module):
    """``forward(x (B, N), mix (B, C), shifts (L,)) -> (B,)``: how real a hit of a class sounds.

    ``shifts``: phase shuffle's shift in frames after each of the first layers, whole numbers in
    +-``phase_shuffle``, one for the whole batch as in the authors' code; None for none.
    """

    def __init__(self, config: ModelConfig, conditional: bool = True) -> None:
        super().__init__()
        self.config = config
        widths = tuple(reversed(layer_widths(config.dim, config.slice_len)))
        strides = layer_strides(config.slice_len)
        strides = tuple(reversed(strides)) if 2 not in strides else strides
        self.downs = nn.ModuleList(
            _Down(c_in, c_out, config.kernel_len, stride)
            for c_in, c_out, stride in zip((1, *widths[:-1]), widths, strides, strict=True)
        )
        features = widths[-1] * FIRST_STEPS
        self.dense = nn.Linear(features, 1)
        self.embed = nn.Linear(len(config.classes), features, bias=False) if conditional else None
        self.apply(_glorot)

    @property
    def shuffled_layers(self) -> int:
        """Layers that phase shuffle follows: all but the last."""
        return len(self.downs) - 1

    def forward(self, x: Tensor, mix: Tensor, shifts: Tensor | None = None) -> Tensor:
        x = x.unsqueeze(1)  # (B, 1, N)
        for i, down in enumerate(self.downs):
            x = F.leaky_relu(down(x), 0.2)
            if shifts is not None and i < self.shuffled_layers:
                x = phase_shift(x, int(shifts[i]))
        x = x.flatten(1)  # (B, 16 d * 16)
        score = self.dense(x).squeeze(1)
        if self.embed is not None:
            score = score + (self.embed(mix) * x).sum(1) / x.shape[1] ** 0.5
        return score


def phase_shift(x: Tensor, shift: int) -> Tensor:
    """(B, C, T) moved by ``shift`` steps, the gap filled by reflection."""
    if shift == 0:
        return x
    padded = F.pad(x, (max(shift, 0), max(-shift, 0)), mode="reflect")
    return padded[..., : x.shape[-1]] if shift > 0 else padded[..., -x.shape[-1] :]


def _up(c_in: int, c_out: int, kernel: int, stride: int) -> nn.ConvTranspose1d:
    """TensorFlow's SAME: T steps become exactly stride * T."""
    spare = kernel - stride
    extra = spare % 2
    return nn.ConvTranspose1d(
        c_in, c_out, kernel, stride, padding=(spare + extra) // 2, output_padding=extra
    )


class _Down(nn.Conv1d):
    """TensorFlow's SAME: T steps become exactly T / stride, the odd zero at the end."""

    def __init__(self, c_in: int, c_out: int, kernel: int, stride: int) -> None:
        super().__init__(c_in, c_out, kernel, stride)
        spare = max(0, kernel - stride)
        self.ends = (spare // 2, spare - spare // 2)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, self.ends))


def _glorot(module: nn.Module) -> None:
    """TensorFlow's default start, which the published rates were chosen for."""
    if isinstance(module, nn.Linear | nn.Conv1d | nn.ConvTranspose1d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
