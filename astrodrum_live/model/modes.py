"""All that rings in a hit: banks of sines with gains over time, and one glide."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from astrodrum_live.model.body_time import HEAD_STEPS, STEP

MODE_GAIN, STEADY_MODE_GAIN = -4.0, -7.0
MODES_HZ = (35.0, 3500.0)  # made at a quarter of the rate: under its Nyquist of 5.5 kHz
STEADY_MODES_HZ = (500.0, 9500.0)  # at half the rate: bells, hats, cymbals
RINGING = slice(32, HEAD_STEPS)  # steps in which a drum's pitch is told: the strike is over
GLIDE_EASE = 1.0  # of the glide before its tanh; there its slope is .42
RAISE_TAPS, RAISE_BLOCK = 17, 32
TURNS = 32  # steps whose sines are products of two tables


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
    part: Tensor
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
        self.register_buffer("phases", phases, persistent=False)
        self.register_buffer("part", torch.arange(self.fine) / self.fine, persistent=False)
        self.register_buffer("raiser", raising_matrix(divisor), persistent=False)

    def forward(self, tracks: Tensor, w: Tensor) -> Tensor:
        """Natural logs of gains, (B, N / 64, K) and the glide, and the style (B, S) -> (B, N)."""
        gain = torch.exp(tracks[..., : self.modes].clamp(-12.0, 1.0))
        turning = 2 * math.pi * self.fine / self.rate * torch.exp2(self._pitch(w))  # radians a step
        if self.glides:
            speed = torch.exp2(torch.tanh(tracks[:, :HEAD_STEPS, -1:]))  # (B, head, 1)
            run = F.pad(speed.cumsum(1), (0, 0, 1, 0))  # (B, head + 1, 1), in steps
            head = self._gliding(gain[:, :HEAD_STEPS], run[:, :-1], speed, turning)
            there = self.phases + turning * run[:, -1]  # (B, K) radians at the tail's start
            tail = self._steady(gain[:, HEAD_STEPS - 1 :], there, turning * speed[:, -1])
            tone = torch.cat([head, tail], dim=1)
        else:
            before = torch.cat([gain[:, :1], gain], dim=1)
            tone = self._steady(before, self.phases, turning)
        tone = F.pad(tone, (RAISE_TAPS // 2, RAISE_TAPS // 2))
        blocks = tone.unfold(-1, RAISE_BLOCK + RAISE_TAPS - 1, RAISE_BLOCK)
        return (blocks @ self.raiser).flatten(1)

    def strain(self, tracks: Tensor) -> Tensor:
        """How far the glide is driven to where it can hardly be turned any more: a penalty.

        Without it the glide drifts to a whole octave down, for all time and every hit, and then
        neither a kick's fall nor its pitch is learnt.
        """
        glide = tracks[:, :HEAD_STEPS, self.modes :]  # (B, head, 1), or none
        return F.relu(glide.abs() - GLIDE_EASE).square().sum(2).mean()

    def rings(self, tracks: Tensor, w: Tensor) -> Tensor:
        """The pitch of each hit's strongest mode while it rings, in octaves of Hz (B,).

        Which mode that is can have no slope; the glide and its own detuning do.
        """
        while_ringing = tracks[:, RINGING]
        strongest = torch.exp(while_ringing[..., : self.modes]).sum(1).argmax(1, keepdim=True)
        own = self._pitch(w).gather(1, strongest).squeeze(1)
        return own + torch.tanh(while_ringing[..., self.modes :]).mean(1).sum(1)

    def _pitch(self, w: Tensor) -> Tensor:
        """Of every mode, in octaves of Hz (B, K), the glide left out."""
        spacing = (self.octaves[-1] - self.octaves[0]) / max(1, self.modes - 1)
        return self.octaves + 0.5 * spacing * torch.tanh(self.detune(w))

    def _gliding(self, gain: Tensor, run: Tensor, speed: Tensor, turning: Tensor) -> Tensor:
        """One sine for every mode and sample: the gain in straight lines from each step's middle
        to the next one's. ``run``: (B, S, 1) steps turned before each, at ``speed``.
        """
        edge = _edges(torch.cat([gain[:, :1], gain], dim=1))  # (B, S + 1, K)
        knots = torch.stack([edge[:, :-1], gain], dim=2).flatten(1, 2)
        climb = torch.cat([knots, edge[:, -1:]], dim=1).diff(dim=1)  # (B, 2S, K) in half a step
        half = self.fine // 2
        within = (torch.arange(half, device=gain.device) + 0.5).unsqueeze(1) / half
        level = torch.addcmul(knots.unsqueeze(2), climb.unsqueeze(2), within).flatten(1, 2)
        turned = (run + speed * self.part).flatten(1)  # (B, frames), in steps
        angle = torch.addcmul(self.phases, turned.unsqueeze(2), turning.unsqueeze(1))
        return (level * torch.sin(angle)).sum(2)

    def _steady(self, gain: Tensor, angle: Tensor, turning: Tensor) -> Tensor:
        """At a pitch that stays, sines of sums are products, and S steps one matrix product.

        ``gain`` (B, 1 + S, K), the first that of the step before; ``angle``: radians at the start;
        ``turning``: radians a step.
        """
        edge = _edges(gain)
        start, climb = edge[:, :-1], edge.diff(dim=1)  # (B, S, K)
        sine, cosine = sines(angle, turning, gain.shape[1] - 1)  # (B, S, K)
        left = torch.cat([start * sine, start * cosine, climb * sine, climb * cosine], dim=-1)
        within = turning.unsqueeze(2) * self.part  # (B, K, fine)
        sine, cosine = torch.sin(within), torch.cos(within)
        right = torch.cat([cosine, sine, self.part * cosine, self.part * sine], dim=1)
        return (left @ right).flatten(1)


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


def _edges(gain: Tensor) -> Tensor:
    """Gains at the edges of S steps (B, S + 1, K), from those of the step before and the steps."""
    middle = (gain[:, 1:-1] + gain[:, 2:]) / 2
    return torch.cat([gain[:, :1], middle, gain[:, -1:]], dim=1)


def sines(angle: Tensor, turning: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """Sine and cosine (B, S, K) of ``angle + turning * s``, by the sines of 32 steps and of every
    32nd step: a tenth of the time, and nearer to the truth than those of large angles."""
    s = torch.arange(TURNS, device=turning.device).unsqueeze(1)
    t = torch.arange(0, steps, TURNS, device=turning.device).unsqueeze(1)
    fine = turning.unsqueeze(1) * s  # (B, 32, K)
    coarse = angle.unsqueeze(-2) + turning.unsqueeze(1) * t  # (B, S / 32, K)
    a, b = torch.sin(coarse).unsqueeze(2), torch.cos(coarse).unsqueeze(2)  # (B, S / 32, 1, K)
    c, d = torch.sin(fine).unsqueeze(1), torch.cos(fine).unsqueeze(1)
    sine, cosine = a * d + b * c, b * d - a * c
    return sine.flatten(1, 2), cosine.flatten(1, 2)
