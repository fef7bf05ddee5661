"""The live generator: a WaveGAN stack rebuilt so that one core makes a hit in a few milliseconds.

Up-sampling is sub-pixel everywhere, the last layer included (a convolution at the low rate with
four times the channels, then a reshape): the exact form of a nearest-neighbour up-sampling by 4
and a convolution, and the fastest on a CPU. Class and latent enter every layer by FiLM (Perez et
al. 2018). Noise is an argument: it drives the upper layers (from 1024 steps of a 16384-frame
slice) and a branch of white noise shaped in bands and time; lower down it would make envelopes
wobble. Banks of modes give what rings a steady pitch.

Time is spent where a drum needs it: of the body's 256 steps the first half describes the first 186
ms, 64 frames a step, and the second half all the rest of the slice. The layers above the body
sound in those 186 ms alone; what rings on after them is modes and shaped noise.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from astrodrum_live.model.body_time import HEAD, HEAD_STEPS, START, BodyTime
from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.edges import slice_edges
from astrodrum_live.model.modes import STEADY_MODES_HZ, Modes
from astrodrum_live.model.shaped_noise import ShapedNoise
from astrodrum_live.model.subpixel import SubPixel, columns_of

UPS = 5
BODY_UPS = 2  # those without noise
HEAD_FADE = 1024  # frames over which the upper layers leave
TRACK_TAPS = 3


def widths(dim: int) -> tuple[int, ...]:
    """Channels before each of the five up-samplings: the paper's doubling, held at 8 * dim."""
    return (8 * dim, 8 * dim, 6 * dim, 3 * dim, dim)


class Film(nn.Module):
    """Scale and shift of each channel from the style: ``x * (1 + a(w)) + b(w)``."""

    def __init__(self, style_dim: int, channels: int) -> None:
        super().__init__()
        self.affine = nn.Linear(style_dim, 2 * channels)
        nn.init.zeros_(self.affine.bias)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:  # (B, T, C), (B, S) -> (B, T, C)
        scale, shift = self.affine(w).unsqueeze(1).chunk(2, dim=2)  # (B, 1, C) each
        return torch.addcmul(shift, x, 1 + scale)


class Up(nn.Module):
    """Four times as many steps: convolution at the low rate, reshape, FiLM, noise, LeakyReLU."""

    def __init__(self, config: ModelConfig, c_in: int, c_out: int, noisy: bool) -> None:
        super().__init__()
        self.conv = SubPixel(c_in, c_out, config.kernel_len, config.stride)
        self.film = Film(config.style_dim, c_out)
        self.noise_gain = nn.Linear(config.style_dim, c_out) if noisy else None
        if self.noise_gain is not None:
            nn.init.normal_(self.noise_gain.weight, std=0.01)
            nn.init.constant_(self.noise_gain.bias, 0.05)

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None = None) -> Tensor:
        """(B, T, C), (B, S) and perhaps (B, N) -> (B, 4T, C')."""
        x = self.film(self.conv(x), w)
        if self.noise_gain is not None and noise is not None:
            one = noise[:, :: noise.shape[-1] // x.shape[1]]  # (B, 4T)
            steep = (one - one.roll(1, -1)) * 0.5**0.5  # no low end: see NOISE_LOW_BIN
            x = torch.addcmul(x, steep.unsqueeze(2), self.noise_gain(w).unsqueeze(1))
        return F.leaky_relu(x, 0.2)


class LiveGenerator(nn.Module):
    """Latent, class mix and white noise to a hit: a pure function of its arguments and weights.

    ``forward(z (B, D), mix (B, C), noise (B, slice_len)) -> (B, slice_len)`` float32 in [-1, 1];
    ``noise`` is white with unit variance. The first 16 frames rise and the last eighth of the
    slice falls on fixed raised cosines, as in the training hits.
    """

    edges: Tensor
    leave: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.times = BodyTime(config.slice_len)
        c = widths(config.dim)
        style = config.style_dim
        self.embed = nn.Linear(len(config.classes), style, bias=False)
        self.mapping = nn.Sequential(
            nn.Linear(config.latent_dim + style, style), nn.LeakyReLU(0.2),
            nn.Linear(style, style), nn.LeakyReLU(0.2),
        )  # fmt: skip
        self.seed = nn.Linear(style, c[0] * START)
        self.film = Film(style, c[0])
        self.ups = nn.ModuleList(
            Up(config, c[i], c[i + 1], noisy=i >= BODY_UPS) for i in range(UPS - 1)
        )
        # No bias: it could only add an offset, and a tone at a quarter of the rate.
        self.out = SubPixel(c[-1], 1, config.kernel_len, config.stride, bias=False)
        self.noise = ShapedNoise(c[2], config.noise_bands, config.slice_len, config.sample_rate)
        self.modes = Modes(c[2], style, config.modes, config.sample_rate) if config.modes else None
        self.steady_modes = (
            Modes(
                c[2], style, config.steady_modes, config.sample_rate, STEADY_MODES_HZ, divisor=2,
                glides=False,
            )
            if config.steady_modes
            else None
        )  # fmt: skip
        edges = torch.from_numpy(slice_edges(config.slice_len))
        self.register_buffer("edges", edges, persistent=False)
        leave = torch.ones(HEAD)
        leave[-HEAD_FADE:] = 0.5 + 0.5 * torch.cos(
            math.pi * (torch.arange(HEAD_FADE) + 0.5) / HEAD_FADE
        )
        self.register_buffer("leave", leave, persistent=False)
        self._laid: tuple[Tensor, Tensor] | None = None

    def style(self, z: Tensor, mix: Tensor) -> Tensor:
        """The style w (B, S) of a latent (B, D) and a class mix (B, C)."""
        return self.mapping(torch.cat([z, self.embed(mix)], dim=1))

    def body(self, w: Tensor) -> Tensor:
        """The layers no noise enters: (B, S) -> (B, 256, 6 dim)."""
        x = self.seed(w).view(w.shape[0], -1, START).transpose(1, 2)  # (B, 16, 8 dim)
        x = F.leaky_relu(self.film(x, w), 0.2)
        for up in self.ups[:BODY_UPS]:
            x = up(x, w)
        return x

    def tracks(self, x: Tensor) -> Tensor:
        """What the body says of noise and modes, every 64 frames: (B, N / 64, K)."""
        matrix, bias = self._laid or self._lay()
        return self.times.even(F.linear(columns_of(x, TRACK_TAPS), matrix, bias))

    def tone(self, tracks: Tensor, w: Tensor) -> Tensor:
        """What the modes ring, (B, N); no noise enters."""
        tone = tracks.new_zeros(len(tracks), self.config.slice_len)
        banks = (self.modes, self.steady_modes)
        for modes, part in zip(banks, self._split(tracks)[1:], strict=True):
            if modes is not None:
                tone = tone + modes(part, w)
        return tone

    def strain(self, tracks: Tensor) -> Tensor:
        """See ``Modes.strain``; 0 where nothing glides."""
        if self.modes is None:
            return tracks.new_zeros(())
        return self.modes.strain(self._split(tracks)[1])

    def rings(self, tracks: Tensor, w: Tensor) -> Tensor | None:
        """See ``Modes.rings``; None where nothing glides."""
        return self.modes.rings(self._split(tracks)[1], w) if self.modes is not None else None

    def finish(
        self, x: Tensor, tracks: Tensor, w: Tensor, tone: Tensor, noise: Tensor,
        low_precision: bool = False,
    ) -> Tensor:  # fmt: skip
        """From the body to the hit; several draws of noise may share one body and tone.

        ``low_precision``: bfloat16 where it pays in training; never at the sample rate, where
        its 8 bits would be heard as noise.
        """
        wave = self.noise(self._split(tracks)[0], noise) + tone
        x, noise = x[:, :HEAD_STEPS], noise[:, :HEAD]
        for up in self.ups[BODY_UPS:]:
            with torch.autocast(x.device.type, torch.bfloat16, enabled=low_precision):
                x = up(x, w, noise)
        head = self.out(x.float()).squeeze(2)  # (B, HEAD)
        head = (head - head.mean(-1, keepdim=True)) * self.leave  # an offset that leaves: a thump
        wave = torch.cat([wave[:, :HEAD] + head, wave[:, HEAD:]], dim=1)
        # An offset would be free of charge below, and would drive the tanh into saturation.
        wave = torch.tanh(wave - wave.mean(-1, keepdim=True)) * self.edges
        offset = wave.sum(-1, keepdim=True) / self.edges.sum()
        # No DC, still silent at both ends, and still within full scale.
        return (wave - offset * self.edges) / (1 + offset.abs())

    def forward(self, z: Tensor, mix: Tensor, noise: Tensor) -> Tensor:
        w = self.style(z, mix)
        x = self.body(w)
        tracks = self.tracks(x)
        return self.finish(x, tracks, w, self.tone(tracks, w), noise)

    def settle(self) -> None:
        """Lay the weights out once and for all, for playing: they must not be changed any more."""
        self._laid = self._lay()
        for module in self.modules():
            if isinstance(module, SubPixel):
                module.settle()

    def _lay(self) -> tuple[Tensor, Tensor]:
        """The convolutions of three taps that make all tracks, as one matrix."""
        convs = [part.gains for part in self._tracked() if part is not None]
        matrix = torch.cat([conv.weight.transpose(1, 2).flatten(1) for conv in convs])
        return matrix, torch.cat([conv.bias for conv in convs if conv.bias is not None])

    def _split(self, tracks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The tracks of noise, modes and steady modes."""
        sizes = [0 if part is None else len(part.gains.weight) for part in self._tracked()]
        noise, modes, steady = tracks.split(sizes, dim=2)
        return noise, modes, steady

    def _tracked(self) -> tuple[ShapedNoise, Modes | None, Modes | None]:
        return self.noise, self.modes, self.steady_modes
