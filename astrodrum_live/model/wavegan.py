"""WaveGAN as published: Donahue, McAuley and Puckette, "Adversarial Audio Synthesis" (2019).

Dense, then transposed convolutions of kernel 25 and stride 4 with ReLU, tanh at the end and, if
wanted, one learned filter after it; a critic of strided convolutions with LeakyReLU 0.2 and phase
shuffle. Layer widths for each slice length are the authors' (chrisdonahue/wavegan), and so are
TensorFlow's SAME edges: an imported checkpoint gives the samples it gave there.

Conditioning is ours, as light as it can be: the class mix stands beside the latent, and the critic
adds the projection of its features on a class embedding (Miyato and Koyama 2018). A model of a
single class has nothing to be told: both are then the paper's networks exactly.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from astrodrum_live.model.config import ModelConfig

FIRST_STEPS = 16
SHUFFLED_LAYERS = 4  # the critic's layers that phase shuffle follows, at every slice length


def layer_strides(slice_len: int) -> tuple[int, ...]:
    """Strides of the up-samplings from 16 steps to the slice: 4s, and a last 2 for 32768."""
    return {16384: (4,) * 5, 32768: (4,) * 5 + (2,), 65536: (4,) * 6}[slice_len]


def mix_width(config: ModelConfig) -> int:
    """Columns of the class mix that the networks see: none where there is one class only."""
    return len(config.classes) if len(config.classes) > 1 else 0


def layer_widths(dim: int, slice_len: int) -> tuple[int, ...]:
    """Channels at 16 steps and after every up-sampling but the last: 16 d (32 d) down to d."""
    count = len(layer_strides(slice_len))
    return tuple(dim * 2**i for i in reversed(range(count)))


class Generator(nn.Module):
    """``forward(z (B, D), mix (B, C), noise) -> (B, slice_len)`` in [-1, 1].

    ``noise`` is taken and not used, so that both kinds of generator are called alike; with one
    class, so is ``mix``. A post filter may carry the wave beyond [-1, 1], as the authors' does.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        widths = layer_widths(config.dim, config.slice_len)
        strides = layer_strides(config.slice_len)
        layer = {"zeros": _Up, "nearest": _NearestUp}[config.upsample]
        self.dense = nn.Linear(config.latent_dim + mix_width(config), FIRST_STEPS * widths[0])
        self.ups = nn.ModuleList(
            layer(c_in, c_out, config.kernel_len, stride)
            for c_in, c_out, stride in zip(widths, (*widths[1:], 1), strides, strict=True)
        )
        self.post_filter = _PostFilter(config.post_filter) if config.post_filter else None
        self.apply(_glorot)

    def forward(self, z: Tensor, mix: Tensor, noise: Tensor | None = None) -> Tensor:
        z = torch.cat([z, mix], dim=1) if mix_width(self.config) else z
        x = self.dense(z).view(len(z), -1, FIRST_STEPS)  # (B, 16 d, 16)
        for up in self.ups:
            x = up(F.relu(x))
        x = torch.tanh(x)
        return (self.post_filter(x) if self.post_filter is not None else x).squeeze(1)


class Critic(nn.Module):
    """``forward(x (B, N), mix (B, C), shifts (4,)) -> (B,)``: how real a hit of a class sounds.

    ``shifts``: phase shuffle's shift in steps after each of the first four layers, whole numbers
    in +-``phase_shuffle``, one for the whole batch as in the authors' code; None for none.
    """

    def __init__(self, config: ModelConfig) -> None:
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
        classes = mix_width(config)
        self.embed = nn.Linear(classes, features, bias=False) if classes else None
        self.apply(_glorot)

    def forward(self, x: Tensor, mix: Tensor, shifts: Tensor | None = None) -> Tensor:
        x = x.unsqueeze(1)  # (B, 1, N)
        for i, down in enumerate(self.downs):
            x = F.leaky_relu(down(x), 0.2)
            if shifts is not None and i < SHUFFLED_LAYERS:
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


class _Up(nn.ConvTranspose1d):
    """TensorFlow's SAME: T steps become exactly stride * T, the odd spare step cut at the end."""

    def __init__(self, c_in: int, c_out: int, kernel: int, stride: int) -> None:
        spare = kernel - stride
        super().__init__(
            c_in, c_out, kernel, stride,
            padding=max(0, spare) // 2, output_padding=max(0, -spare),
        )  # fmt: skip

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        return super().forward(input, output_size)[..., : input.shape[-1] * self.stride[0]]


class _NearestUp(nn.Conv1d):
    """Every step repeated ``stride`` times, then a SAME convolution: the authors' other way up.

    Computed as the one transposed convolution that is equal to both, of kernel + stride - 1 taps:
    a quarter of the products. Weights that are not being trained are folded once.
    """

    def __init__(self, c_in: int, c_out: int, kernel: int, stride: int) -> None:
        super().__init__(c_in, c_out, kernel)
        self.repeats = stride
        self._folded: tuple[tuple[int, int], Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        return F.conv_transpose1d(
            x, self._kernel(), self.bias, self.repeats, padding=self.kernel_size[0] // 2
        )

    def _kernel(self) -> Tensor:
        if self.weight.requires_grad or self.weight.is_inference():
            return folded(self.weight, self.repeats)
        state = (self.weight.data_ptr(), self.weight._version)
        if self._folded is None or self._folded[0] != state:
            with torch.inference_mode(False):  # what is kept may meet a gradient of z later
                self._folded = (state, folded(self.weight, self.repeats))
        return self._folded[1]


class _Down(nn.Conv1d):
    """TensorFlow's SAME: T steps become exactly T / stride, the odd zero at the end."""

    def __init__(self, c_in: int, c_out: int, kernel: int, stride: int) -> None:
        super().__init__(c_in, c_out, kernel, stride)
        spare = max(0, kernel - stride)
        self.ends = (spare // 2, spare - spare // 2)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, self.ends))


class _PostFilter(nn.Module):
    """One SAME convolution of a wave (B, 1, N), without bias, by FFT: 512 taps of a single channel
    are the slowest thing a CPU's convolution can be asked for."""

    def __init__(self, taps: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(1, 1, taps))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        frames, taps = x.shape[-1], self.weight.shape[-1]
        length = frames + taps  # no wrap-around
        spectrum = torch.fft.rfft(x, length) * torch.fft.rfft(self.weight.flip(2), length)
        start = taps // 2  # TensorFlow pads (taps - 1) // 2 before
        return torch.fft.irfft(spectrum, length)[..., start : start + frames]


def folded(weight: Tensor, repeats: int) -> Tensor:
    """(C_out, C_in, K) to (C_in, C_out, K + repeats - 1): the transposed convolution that repeats
    every step and then convolves."""
    flipped = weight.flip(2).transpose(0, 1)
    total = F.pad(flipped, (0, repeats - 1))
    for i in range(1, repeats):
        total = total + F.pad(flipped, (i, repeats - 1 - i))
    return total


def _glorot(module: nn.Module) -> None:
    """TensorFlow's default start, which the published rates were chosen for."""
    if isinstance(module, nn.Linear | nn.Conv1d | nn.ConvTranspose1d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
