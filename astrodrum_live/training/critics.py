"""Critics for the live generator's adversarial phase: spectrograms at several resolutions, and the
attack's waveform; each told the class by projection (Miyato and Koyama 2018).

Hinge loss (Lim and Ye 2017) with a lazy penalty on the real hits' gradient (R1: Mescheder, Geiger
and Nowozin 2018; lazily: Karras et al. 2020). One critic, drawn anew, is asked in a step.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.training.recipe import Adversarial

ATTACK = 4096  # frames the waveform's critic hears
COMPRESSION = 0.5  # of magnitudes, so that what is faint is heard too
PENALTY_EVERY = 16


class Verdict(nn.Module):
    """Score of every place of a map of features, a class's own direction added to it."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.plain = nn.Linear(channels, 1)
        self.of_class = nn.Embedding(classes, channels)
        nn.init.zeros_(self.of_class.weight)

    def forward(self, h: Tensor, label: Tensor) -> Tensor:  # (B, C, ...), (B,) -> (B, places)
        h = h.flatten(2).transpose(1, 2)  # (B, places, C)
        own = h @ self.of_class(label).unsqueeze(-1) / h.shape[-1] ** 0.5
        return (self.plain(h) + own).squeeze(-1)


class SpectrumCritic(nn.Module):
    """Real and imaginary parts of a short-time Fourier transform, magnitudes compressed."""

    window: Tensor

    def __init__(self, fft: int, width: int, classes: int) -> None:
        super().__init__()
        self.fft = fft
        self.register_buffer("window", torch.hann_window(fft), persistent=False)
        channels = (2, width, 2 * width, 4 * width, 4 * width)
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, (5, 3), stride=(4, 2) if i < 2 else 2, padding=(2, 1))
            for i, (a, b) in enumerate(pairwise(channels))
        )
        self.verdict = Verdict(channels[-1], classes)

    def forward(self, x: Tensor, label: Tensor) -> Tensor:  # (B, N), (B,) -> (B, places)
        spectrum = torch.stft(
            x, self.fft, self.fft // 4, window=self.window, pad_mode="constant",
            return_complex=True,
        )  # fmt: skip
        parts = torch.view_as_real(spectrum) / self.window.square().sum().sqrt()
        size = parts.square().sum(-1, keepdim=True) + 1e-8
        h = (parts * size ** ((COMPRESSION - 1) / 2)).permute(0, 3, 1, 2)  # (B, 2, F, T)
        for conv in self.convs:
            h = F.leaky_relu(conv(h), 0.2)
        return self.verdict(h, label)


class AttackCritic(nn.Module):
    """The paper's critic, narrow, on the first 93 ms, without phase shuffle: it blurs attacks."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        channels = (1, width, 2 * width, 4 * width, 4 * width)
        self.convs = nn.ModuleList(
            nn.Conv1d(a, b, 25, stride=4, padding=12) for a, b in pairwise(channels)
        )
        self.verdict = Verdict(channels[-1], classes)

    def forward(self, x: Tensor, label: Tensor) -> Tensor:  # (B, N), (B,) -> (B, places)
        h = x[:, None, :ATTACK]
        for conv in self.convs:
            h = F.leaky_relu(conv(h), 0.2)
        return self.verdict(h, label)


class Critics(nn.Module):
    """All critics of a run, and what they and the generator are to make smaller."""

    def __init__(self, model: ModelConfig, settings: Adversarial) -> None:
        super().__init__()
        classes = len(model.classes)
        self.settings = settings
        self.all = nn.ModuleList(
            [SpectrumCritic(fft, settings.width, classes) for fft in settings.ffts]
            + [AttackCritic(settings.width, classes)]
        )

    def pick(self, random: torch.Generator) -> nn.Module:
        """The critic to ask in this step."""
        return self.all[int(torch.randint(len(self.all), (1,), generator=random))]

    def loss(
        self, critic: nn.Module, step: int, real: Tensor, made: Tensor, label: Tensor
    ) -> Tensor:
        """Hinge loss of telling ``real`` from ``made`` (B, N); every 16th step with the penalty."""
        penalised = step % PENALTY_EVERY == 0 and self.settings.penalty > 0
        real = real.detach().requires_grad_(penalised)
        says = critic(real, label)
        loss = F.relu(1 - says).mean() + F.relu(1 + critic(made.detach(), label)).mean()
        if penalised:
            (slope,) = torch.autograd.grad(says.mean(1).sum(), real, create_graph=True)
            weight = 0.5 * self.settings.penalty * PENALTY_EVERY
            loss = loss + weight * slope.square().sum(1).mean()
        return loss
