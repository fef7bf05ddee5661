"""The live generator: a WaveGAN stack rebuilt so that one core makes a hit in a few milliseconds.

Up-sampling is sub-pixel everywhere, the last layer included (a convolution at the low rate with
four times the channels, then a reshape): the exact form of a nearest-neighbour up-sampling by 4
and a convolution, and the fastest on a CPU. Class and latent enter every layer by FiLM (Perez et
al. 2018). Noise is an argument: it drives the upper layers (from 1024 steps of a 16384-frame
slice) and a branch of white noise shaped in bands and time; lower down it would make envelopes
wobble. A bank of modes gives what rings a steady pitch.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.edges import slice_edges

UPS = 5
BODY_UPS = 2  # those without noise: up to 256 steps of a 16384-frame slice
NOISE_FFT, NOISE_HOP = 256, 64  # 5.8 ms windows at 44.1 kHz: a band gain follows an attack
NOISE_LOW_BIN = 2  # 344 Hz: under it drums ring; noise there is learnt sooner and never left
QUIET_GAIN = -5.0  # the noise starts at e^-5 of full scale, so that the layers learn first
MODE_GAIN = -4.0
LOW_MODE_HZ, HIGH_MODE_HZ = 35.0, 3500.0  # under a quarter of the rate's Nyquist: 5.5 kHz
RAISE_TAPS = 17


def widths(dim: int) -> tuple[int, ...]:
    """Channels before each of the five up-samplings: the paper's doubling, held at 8 * dim."""
    return (8 * dim, 8 * dim, 6 * dim, 3 * dim, dim)


class Film(nn.Module):
    """Scale and shift of each channel from the style: ``x * (1 + a(w)) + b(w)``."""

    def __init__(self, style_dim: int, channels: int) -> None:
        super().__init__()
        self.affine = nn.Linear(style_dim, 2 * channels)
        nn.init.zeros_(self.affine.bias)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:  # (B, C, T), (B, S) -> (B, C, T)
        scale, shift = self.affine(w).unsqueeze(-1).chunk(2, dim=1)  # (B, C, 1) each
        return torch.addcmul(shift, x, 1 + scale)


class Up(nn.Module):
    """Four times as many steps: convolution at the low rate, reshape, FiLM, noise, LeakyReLU."""

    def __init__(self, config: ModelConfig, c_in: int, c_out: int, noisy: bool) -> None:
        super().__init__()
        self.stride = config.stride
        self.conv = nn.Conv1d(
            c_in, c_out * config.stride, config.kernel_len, padding=config.kernel_len // 2
        )
        self.film = Film(config.style_dim, c_out)
        self.noise_gain = nn.Linear(config.style_dim, c_out) if noisy else None
        if self.noise_gain is not None:
            nn.init.normal_(self.noise_gain.weight, std=0.01)
            nn.init.constant_(self.noise_gain.bias, 0.05)

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None = None) -> Tensor:
        x = self.film(_interleave(self.conv(x), self.stride), w)  # (B, C, 4T)
        if self.noise_gain is not None and noise is not None:
            one = noise[:, :: noise.shape[-1] // x.shape[-1]]  # (B, 4T)
            steep = (one - one.roll(1, -1)) * 0.5**0.5  # no low end: see NOISE_LOW_BIN
            x = torch.addcmul(x, self.noise_gain(w).unsqueeze(-1), steep.unsqueeze(1))
        return F.leaky_relu(x, 0.2)


class ShapedNoise(nn.Module):
    """White noise given band gains over time by a short-time Fourier transform."""

    window: Tensor
    spread: Tensor
    mask: Tensor

    def __init__(self, channels: int, bands: int, sample_rate: int) -> None:
        super().__init__()
        self.gains = nn.Conv1d(channels, bands, 3, padding=1)
        nn.init.normal_(self.gains.weight, std=0.02)
        self.gains.bias = nn.Parameter(torch.full((bands,), QUIET_GAIN))
        self.register_buffer("window", torch.hann_window(NOISE_FFT), persistent=False)
        self.register_buffer("spread", band_spread(bands, sample_rate), persistent=False)
        self.register_buffer("mask", noise_mask(NOISE_FFT // 2 + 1), persistent=False)

    def forward(self, x: Tensor, noise: Tensor) -> Tensor:  # (B, C, T), (B, N) -> (B, N)
        bands = self.gains(x)  # (B, K, T) natural log of the gain
        frames = noise.shape[-1] // NOISE_HOP
        bands = F.interpolate(bands, frames + 1, mode="linear", align_corners=True)
        gain = torch.exp(self.spread @ bands.clamp(-12.0, 3.0)) * self.mask  # (B, F, T)
        spectrum = torch.stft(
            noise, NOISE_FFT, NOISE_HOP, window=self.window, pad_mode="constant",
            return_complex=True,
        )  # (B, F, T)  # fmt: skip
        return torch.istft(
            spectrum * gain, NOISE_FFT, NOISE_HOP, window=self.window, length=noise.shape[-1]
        )


class Modes(nn.Module):
    """Sines for what rings: shells, beaters, bells; one amplitude each over time, and one glide.

    Frequencies lie evenly in pitch from 35 Hz to 3.5 kHz; each may move to half way to its
    neighbours, and all glide together by up to an octave, as a kick does. Convolutions alone take
    far longer to learn a steady pitch. An oscillator bank in a drum GAN: Lavault, Roebel and Voiry,
    "StyleWaveGAN" (2022). Made at a quarter of the rate and raised by a windowed sinc.
    """

    octaves: Tensor
    phases: Tensor
    raise4: Tensor

    def __init__(self, channels: int, style_dim: int, modes: int, sample_rate: int) -> None:
        super().__init__()
        self.modes = modes
        self.rate = sample_rate / 4
        self.gains = nn.Conv1d(channels, modes + 1, 3, padding=1)
        nn.init.normal_(self.gains.weight, std=0.02)
        start = torch.full((modes + 1,), MODE_GAIN)
        start[-1] = 0.0  # the glide
        self.gains.bias = nn.Parameter(start)
        self.detune = nn.Linear(style_dim, modes)
        nn.init.normal_(self.detune.weight, std=0.02)
        nn.init.uniform_(self.detune.bias, -0.1, 0.1)
        octaves = torch.linspace(math.log2(LOW_MODE_HZ), math.log2(HIGH_MODE_HZ), modes)
        self.register_buffer("octaves", octaves, persistent=False)
        phases = math.pi * torch.arange(modes) ** 2 / max(1, modes)  # Schroeder 1970: no peak
        self.register_buffer("phases", phases.unsqueeze(-1), persistent=False)
        self.register_buffer("raise4", windowed_sinc(4), persistent=False)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:  # (B, C, T), (B, S) -> (B, N)
        tracks = self.gains(x)
        steps = x.shape[-1] * 16
        gain = torch.exp(tracks[:, :-1].clamp(-12.0, 1.0))  # (B, K, T)
        gain = F.interpolate(gain, steps, mode="linear", align_corners=False)
        glide = torch.tanh(tracks[:, -1:])
        spacing = (self.octaves[-1] - self.octaves[0]) / max(1, self.modes - 1)
        pitch = self.octaves + 0.5 * spacing * torch.tanh(self.detune(w))  # (B, K) octaves of Hz
        run = torch.exp2(glide).cumsum(-1)  # (B, 1, T), in steps of the body
        run = F.interpolate(
            F.pad(run, (1, 0)), steps + 1, mode="linear", align_corners=True
        )[..., :steps]  # fmt: skip
        turning = 2 * math.pi * 16 / self.rate * torch.exp2(pitch)  # (B, K) radians in a step
        angle = torch.addcmul(self.phases, turning.unsqueeze(-1), run)  # (B, K, steps)
        tone = (gain * torch.sin(angle)).sum(1, keepdim=True)  # (B, 1, steps)
        return _interleave(F.conv1d(tone, self.raise4, padding=RAISE_TAPS // 2), 4).squeeze(1)


class LiveGenerator(nn.Module):
    """Latent, class mix and white noise to a hit: a pure function of its arguments and weights.

    ``forward(z (B, D), mix (B, C), noise (B, slice_len)) -> (B, slice_len)`` float32 in [-1, 1];
    ``noise`` is white with unit variance. The first 16 frames rise and the last eighth of the
    slice falls on fixed raised cosines, as in the training hits.
    """

    edges: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.start = config.slice_len // config.stride**UPS  # steps of the first layer
        c = widths(config.dim)
        style = config.style_dim
        self.embed = nn.Linear(len(config.classes), style, bias=False)
        self.mapping = nn.Sequential(
            nn.Linear(config.latent_dim + style, style), nn.LeakyReLU(0.2),
            nn.Linear(style, style), nn.LeakyReLU(0.2),
        )  # fmt: skip
        self.seed = nn.Linear(style, c[0] * self.start)
        self.film = Film(style, c[0])
        self.ups = nn.ModuleList(
            Up(config, c[i], c[i + 1], noisy=i >= BODY_UPS) for i in range(UPS - 1)
        )
        half = config.kernel_len // 2
        self.out = nn.Conv1d(c[-1], config.stride, config.kernel_len, padding=half)
        self.noise = ShapedNoise(c[2], config.noise_bands, config.sample_rate)
        self.modes = Modes(c[2], style, config.modes, config.sample_rate) if config.modes else None
        edges = torch.from_numpy(slice_edges(config.slice_len))
        self.register_buffer("edges", edges, persistent=False)

    def style(self, z: Tensor, mix: Tensor) -> Tensor:
        """The style w (B, S) of a latent (B, D) and a class mix (B, C)."""
        return self.mapping(torch.cat([z, self.embed(mix)], dim=1))

    def body(self, w: Tensor) -> Tensor:
        """The layers no noise enters: (B, S) -> (B, 6 dim, start * 16)."""
        x = self.seed(w).view(w.shape[0], -1, self.start)  # (B, 8 dim, 16)
        x = F.leaky_relu(self.film(x, w), 0.2)
        for up in self.ups[:BODY_UPS]:
            x = up(x, w)
        return x

    def tone(self, x: Tensor, w: Tensor) -> Tensor:
        """What the modes ring, (B, N); no noise enters."""
        if self.modes is None:
            return x.new_zeros(len(x), self.config.slice_len)
        return self.modes(x, w)

    def finish(
        self, x: Tensor, w: Tensor, tone: Tensor, noise: Tensor, low_precision: bool = False
    ) -> Tensor:
        """From the body to the hit; several draws of noise may share one body and tone.

        ``low_precision``: bfloat16 where it pays in training; never at the sample rate, where
        its 8 bits would be heard as noise.
        """
        shaped = self.noise(x, noise)
        for up in self.ups[BODY_UPS:]:
            with torch.autocast(x.device.type, torch.bfloat16, enabled=low_precision):
                x = up(x, w, noise)
        x = x.float()
        wave = _interleave(self.out(x), self.config.stride).squeeze(1)  # (B, N)
        wave = wave + shaped + tone
        # An offset would be free of charge below, and would drive the tanh into saturation.
        wave = torch.tanh(wave - wave.mean(-1, keepdim=True)) * self.edges
        offset = wave.sum(-1, keepdim=True) / self.edges.sum()
        return wave - offset * self.edges  # no DC, and still silent at both ends

    def forward(self, z: Tensor, mix: Tensor, noise: Tensor) -> Tensor:
        w = self.style(z, mix)
        x = self.body(w)
        return self.finish(x, w, self.tone(x, w), noise)


def band_spread(bands: int, sample_rate: int) -> Tensor:
    """Weights (bins, bands) that draw band gains as straight lines between mel-spaced centres.

    Mel as in O'Shaughnessy 1987: 2595 log10(1 + f / 700).
    """
    hertz = torch.linspace(0, sample_rate / 2, NOISE_FFT // 2 + 1)
    mel = 2595 * torch.log10(1 + hertz / 700)
    place = mel / mel[-1] * (bands - 1)  # 0 .. bands - 1
    return (1 - (place[:, None] - torch.arange(bands)[None, :]).abs()).clamp(min=0)


def noise_mask(bins: int) -> Tensor:
    """Zero for the bins that are left to modes and layers, one for the rest: (bins, 1)."""
    return (torch.arange(bins) >= NOISE_LOW_BIN).float().unsqueeze(1)


def windowed_sinc(times: int) -> Tensor:
    """A polyphase low-pass (times, 1, 17) that raises the rate ``times``-fold; Kaiser, beta 6."""
    span = RAISE_TAPS // 2
    taps = torch.arange(-span, span + 1, dtype=torch.float64)
    offsets = torch.arange(times, dtype=torch.float64)[:, None] / times
    place = taps[None] - offsets  # (times, 17), in frames of the lower rate
    shape = torch.special.i0(6 * torch.sqrt((1 - (place / (span + 1)) ** 2).clamp(min=0)))
    kernel = torch.sinc(place) * shape
    return (kernel / kernel.sum(1, keepdim=True)).float().unsqueeze(1)


def _interleave(x: Tensor, stride: int) -> Tensor:  # (B, C * s, T) -> (B, C, T * s)
    batch, channels, steps = x.shape
    x = x.view(batch, channels // stride, stride, steps).transpose(2, 3)
    return x.reshape(batch, channels // stride, steps * stride)
