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

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.edges import slice_edges

UPS = 5
BODY_UPS = 2  # those without noise
START = 16  # steps of the first layer; the body has START * 16
STEP = 64  # frames in a step of the body's first half
HEAD_STEPS = START * 8
HEAD = HEAD_STEPS * STEP  # 8192 frames, 186 ms at 44.1 kHz
HEAD_FADE = 1024  # frames over which the upper layers leave
NOISE_FFT, NOISE_HOP = 256, 64  # 5.8 ms windows at 44.1 kHz: a band gain follows an attack
NOISE_LOW_BIN = 2  # 344 Hz: under it drums ring; noise there is learnt sooner and never left
QUIET_GAIN = -5.0  # the noise starts at e^-5 of full scale, so that the layers learn first
MODE_GAIN, STEADY_MODE_GAIN = -4.0, -7.0
MODES_HZ = (35.0, 3500.0)  # made at a quarter of the rate: under its Nyquist of 5.5 kHz
STEADY_MODES_HZ = (500.0, 9500.0)  # at half the rate: bells, hats, cymbals
RAISE_TAPS, RAISE_BLOCK = 17, 32


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

    def forward(self, x: Tensor, noise: Tensor, times: "BodyTime") -> Tensor:
        """(B, C, T) and (B, N) -> (B, N)."""
        bands = times.even(_three_taps(self.gains, x))  # (B, K, N / 64) natural log of the gain
        frames = noise.shape[-1] // NOISE_HOP
        bands = F.interpolate(bands, frames + 1, mode="linear", align_corners=True)
        gain = torch.exp(self.spread @ bands.clamp(-12.0, 3.0)) * self.mask  # (B, F, T)
        spectrum = torch.stft(
            noise, NOISE_FFT, NOISE_HOP, window=self.window, pad_mode="constant",
            return_complex=True,
        )  # (B, F, T)  # fmt: skip
        shaped = torch.view_as_complex(torch.view_as_real(spectrum) * gain.unsqueeze(-1))
        return torch.istft(shaped, NOISE_FFT, NOISE_HOP, window=self.window, length=noise.shape[-1])


class Modes(nn.Module):
    """Sines for what rings: shells, beaters, bells; one amplitude each over time, and one glide.

    Frequencies lie evenly in pitch over ``hertz``; each may move to half way to its neighbours.
    Where the bank ``glides``, all rise or fall together by up to an octave in the head, as a kick
    does; one that does not costs next to nothing, so it can be dense. Convolutions alone take far
    longer to learn a steady pitch. An oscillator bank in a drum GAN: Lavault, Roebel and Voiry,
    "StyleWaveGAN" (2022). Made at ``1 / divisor`` of the rate and raised by a windowed sinc.
    """

    octaves: Tensor
    phases: Tensor
    raiser: Tensor

    def __init__(
        self, channels: int, style_dim: int, modes: int, sample_rate: int,
        hertz: tuple[float, float] = MODES_HZ, divisor: int = 4, glides: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.modes, self.divisor, self.glides = modes, divisor, glides
        self.rate, self.fine = sample_rate / divisor, STEP // divisor
        self.gains = nn.Conv1d(channels, modes + glides, 3, padding=1)
        nn.init.normal_(self.gains.weight, std=0.02)
        start = torch.full((modes + glides,), MODE_GAIN if glides else STEADY_MODE_GAIN)
        if glides:
            start[-1] = 0.0
        self.gains.bias = nn.Parameter(start)
        self.detune = nn.Linear(style_dim, modes)
        nn.init.normal_(self.detune.weight, std=0.02)
        nn.init.uniform_(self.detune.bias, -0.1, 0.1)
        octaves = torch.linspace(math.log2(hertz[0]), math.log2(hertz[1]), modes)
        self.register_buffer("octaves", octaves, persistent=False)
        phases = math.pi * torch.arange(modes) ** 2 / max(1, modes)  # Schroeder 1970: no peak
        self.register_buffer("phases", phases.unsqueeze(-1), persistent=False)
        self.register_buffer("raiser", raising_matrix(divisor), persistent=False)

    def forward(self, x: Tensor, w: Tensor, times: "BodyTime") -> Tensor:
        """(B, C, T) and (B, S) -> (B, N)."""
        tracks = times.even(_three_taps(self.gains, x))  # (B, K, N / 64), and the glide
        gain = torch.exp(tracks[:, : self.modes].clamp(-12.0, 1.0))
        spacing = (self.octaves[-1] - self.octaves[0]) / max(1, self.modes - 1)
        pitch = self.octaves + 0.5 * spacing * torch.tanh(self.detune(w))  # (B, K) octaves of Hz
        turning = (2 * math.pi * self.fine / self.rate * torch.exp2(pitch)).unsqueeze(-1)
        if self.glides:
            speed = torch.exp2(torch.tanh(tracks[:, -1:, :HEAD_STEPS]))  # (B, 1, head)
            run = F.pad(speed.cumsum(-1), (1, 0))  # (B, 1, head + 1), in steps
            head = self._gliding(gain[..., :HEAD_STEPS], run, turning)
            there = self.phases + turning * run[..., -1:]  # (B, K, 1) radians at the tail's start
            tail = self._steady(gain[..., HEAD_STEPS - 1 :], there, turning * speed[..., -1:])
            tone = torch.cat([head, tail], dim=1)
        else:
            tone = self._steady(F.pad(gain, (1, 0), "replicate"), self.phases, turning)
        tone = F.pad(tone, (RAISE_TAPS // 2, RAISE_TAPS // 2))
        blocks = tone.unfold(-1, RAISE_BLOCK + RAISE_TAPS - 1, RAISE_BLOCK)
        return (blocks @ self.raiser).flatten(1)

    def _gliding(self, gain: Tensor, run: Tensor, turning: Tensor) -> Tensor:
        """One sine for every mode and sample."""
        frames = gain.shape[-1] * self.fine
        gain = F.interpolate(gain, frames, mode="linear", align_corners=False)
        run = F.interpolate(run, frames + 1, mode="linear", align_corners=True)[..., :frames]
        angle = torch.addcmul(self.phases, turning, run)  # (B, K, frames)
        return (gain * torch.sin(angle)).sum(1)

    def _steady(self, gain: Tensor, angle: Tensor, turning: Tensor) -> Tensor:
        """At a pitch that stays, sines of sums are products, and S steps one matrix product.

        ``gain`` (B, K, 1 + S), the first that of the step before; ``angle``: radians at the start;
        ``turning``: radians a step.
        """
        middle = (gain[..., 1:-1] + gain[..., 2:]) / 2
        edge = torch.cat([gain[..., :1], middle, gain[..., -1:]], dim=-1)  # (B, K, S + 1)
        steps = torch.arange(gain.shape[-1] - 1, device=gain.device)
        part = torch.arange(self.fine, device=gain.device) / self.fine
        at, within = angle + turning * steps, turning * part  # (B, K, S), (B, K, fine)
        start, climb = edge[..., :-1], edge.diff(dim=-1)
        sine, cosine = torch.sin(at), torch.cos(at)
        left = torch.cat([start * sine, start * cosine, climb * sine, climb * cosine], dim=1)
        sine, cosine = torch.sin(within), torch.cos(within)
        right = torch.cat([cosine, sine, part * cosine, part * sine], dim=1)  # (B, 4K, fine)
        return (left.transpose(1, 2) @ right).flatten(1)


class BodyTime(nn.Module):
    """When the body's steps are: evenly over the head, and evenly over what follows it."""

    before: Tensor
    share: Tensor

    def __init__(self, slice_len: int) -> None:
        super().__init__()
        half = HEAD_STEPS
        frame = (torch.arange(slice_len // STEP, dtype=torch.float64) + 0.5) * STEP
        stretch = (slice_len - HEAD) / HEAD  # 1, 3 or 7: of a step's length in the tail
        place = torch.where(
            frame < HEAD, frame / STEP, half + (frame - HEAD) / (STEP * stretch)
        ) - 0.5  # fmt: skip
        place = place.clamp(0, 2 * half - 1)
        before = place.floor().clamp(max=2 * half - 2)
        self.register_buffer("before", before.long(), persistent=False)
        self.register_buffer("share", (place - before).float(), persistent=False)
        self.even_already = stretch == 1

    def even(self, x: Tensor) -> Tensor:
        """The body's tracks (B, C, T), linearly read every 64 frames: (B, C, N / 64)."""
        if self.even_already:
            return x
        return torch.lerp(
            x.index_select(-1, self.before), x.index_select(-1, self.before + 1), self.share
        )


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
        half = config.kernel_len // 2
        # No bias: it could only add an offset, and a tone at a quarter of the rate.
        self.out = nn.Conv1d(c[-1], config.stride, config.kernel_len, padding=half, bias=False)
        self.noise = ShapedNoise(c[2], config.noise_bands, config.sample_rate)
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

    def style(self, z: Tensor, mix: Tensor) -> Tensor:
        """The style w (B, S) of a latent (B, D) and a class mix (B, C)."""
        return self.mapping(torch.cat([z, self.embed(mix)], dim=1))

    def body(self, w: Tensor) -> Tensor:
        """The layers no noise enters: (B, S) -> (B, 6 dim, 256)."""
        x = self.seed(w).view(w.shape[0], -1, START)  # (B, 8 dim, 16)
        x = F.leaky_relu(self.film(x, w), 0.2)
        for up in self.ups[:BODY_UPS]:
            x = up(x, w)
        return x

    def tone(self, x: Tensor, w: Tensor) -> Tensor:
        """What the modes ring, (B, N); no noise enters."""
        tone = x.new_zeros(len(x), self.config.slice_len)
        for modes in (self.modes, self.steady_modes):
            if modes is not None:
                tone = tone + modes(x, w, self.times)
        return tone

    def finish(
        self, x: Tensor, w: Tensor, tone: Tensor, noise: Tensor, low_precision: bool = False
    ) -> Tensor:
        """From the body to the hit; several draws of noise may share one body and tone.

        ``low_precision``: bfloat16 where it pays in training; never at the sample rate, where
        its 8 bits would be heard as noise.
        """
        wave = self.noise(x, noise, self.times) + tone
        x, noise = x[..., :HEAD_STEPS], noise[:, :HEAD]
        for up in self.ups[BODY_UPS:]:
            with torch.autocast(x.device.type, torch.bfloat16, enabled=low_precision):
                x = up(x, w, noise)
        head = _interleave(self.out(x.float()), self.config.stride).squeeze(1)  # (B, HEAD)
        head = head - head.mean(-1, keepdim=True)  # an offset that leaves would be a thump
        wave = wave + F.pad(head * self.leave, (0, wave.shape[1] - HEAD))
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


def raising_matrix(times: int) -> Tensor:
    """``windowed_sinc`` for a block at once: 32 frames and 8 either side to 32 * ``times`` frames.

    A product with it is many times as fast on a CPU as the convolution of one channel.
    """
    kernel = windowed_sinc(times).squeeze(1)  # (times, 17)
    matrix = torch.zeros(RAISE_BLOCK + RAISE_TAPS - 1, RAISE_BLOCK, times)
    for frame in range(RAISE_BLOCK):
        matrix[frame : frame + RAISE_TAPS, frame] = kernel.T
    return matrix.flatten(1)


def _three_taps(conv: nn.Conv1d, x: Tensor) -> Tensor:
    """A convolution of three taps as one matrix product: on one core, a tenth of the time."""
    padded = F.pad(x, (1, 1))
    stacked = torch.cat([padded[..., :-2], x, padded[..., 2:]], dim=1)  # (B, 3C, T)
    weight = conv.weight.transpose(1, 2).flatten(1)  # (K, 3C)
    assert conv.bias is not None
    return weight @ stacked + conv.bias.unsqueeze(-1)


def _interleave(x: Tensor, stride: int) -> Tensor:  # (B, C * s, T) -> (B, C, T * s)
    batch, channels, steps = x.shape
    x = x.view(batch, channels // stride, stride, steps).transpose(2, 3)
    return x.reshape(batch, channels // stride, steps * stride)
