"""The ears: small networks that learn to tell the classes apart before a run begins, and in whose
features a re-made hit must then be near the real one. One, drawn anew, is asked in a step: what
pleases them all is no weakness of one.

A distance between spectra weighs every bin by a fixed law; what makes a hit be taken for its class
is little of it. Features of a classifier, layer by layer, were found to agree with what people
hear and see as alike (Johnson, Alahi and Fei-Fei 2016; Zhang et al. 2018). Here their distance is
an energy distance as well, so that noise stays noise: see spectral.py. No ear shares seed, layers
or picture with the network that judges models (evaluation/network.py).
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from astrodrum_live.model.mel import mel_filters
from astrodrum_live.training.folder import Progress, untold
from astrodrum_live.training.recipe import EarSettings

PICTURES = ((80, 1024, 384), (96, 2048, 512), (64, 512, 256))  # bands, window, hop, frames
FLOOR_DB = -75.0  # under a hit's loudest band
WIDTHS = (24, 48, 64, 96)
SMOOTHING = 0.1  # of the labels
SCALE_HITS = 64  # two strangers' distances that a distance of 1 is the mean of
TINY = 1e-6
LATELY = 50  # steps

Batch = Callable[[int, int], tuple[np.ndarray, np.ndarray]]
Enough = Callable[[], bool]


def never() -> bool:
    """There is time."""
    return False


class Ear(nn.Module):
    """Waves (B, N) -> a list of features (B, C, bands, T): of four blocks, and the class scores.

    ``scale``: (5,), how far two hits of a batch are from each other in each, on average.
    ``picture``: bands, window and hop of the log-mel it hears.
    """

    window: Tensor
    filters: Tensor
    scale: Tensor

    def __init__(
        self, classes: int, sample_rate: int, picture: tuple[int, int, int] = PICTURES[0]
    ) -> None:
        super().__init__()
        bands, self.fft, self.hop = picture
        self.register_buffer("window", torch.hann_window(self.fft), persistent=False)
        filters = torch.from_numpy(mel_filters(bands, self.fft, sample_rate))
        self.register_buffer("filters", filters, persistent=False)
        self.register_buffer("scale", torch.ones(len(WIDTHS) + 1))
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.1),
                nn.AvgPool2d(2),  # unlike a maximum, it hears all of what it stands for
            )
            for a, b in pairwise((1, *WIDTHS))
        )  # fmt: skip
        self.classes = nn.Linear(WIDTHS[-1] * (bands >> len(WIDTHS)), classes)

    def picture(self, x: Tensor) -> Tensor:
        """Log-mel of hits (B, N): (B, 1, bands, T), 1 at the loudest, 0 at the floor."""
        spectrum = torch.stft(
            x, self.fft, self.hop, window=self.window, pad_mode="constant", return_complex=True
        )
        power = self.filters @ torch.view_as_real(spectrum).square().sum(-1)
        loudest = power.amax((1, 2), keepdim=True).clamp(min=1e-9)
        decibels = 10 * torch.log10(power / loudest + 10 ** (FLOOR_DB / 10))
        return (1 - decibels / FLOOR_DB).unsqueeze(1)

    def forward(self, x: Tensor) -> list[Tensor]:
        h, found = self.picture(x), []
        for block in self.blocks:
            h = block(h)
            found.append(h)
        flat = h.mean(3).flatten(1)  # the bands kept, the time averaged
        scores = self.classes(F.dropout(flat, 0.2, self.training))
        return [*found, scores[:, :, None, None]]

    def scores(self, x: Tensor) -> Tensor:
        """Class scores (B, C) of hits (B, N)."""
        return self(x)[-1].flatten(1)

    def energy(self, x: Tensor, y1: Tensor, y2: Tensor) -> Tensor:
        """d(x, y1) + d(x, y2) - d(y1, y2) per hit (B,), halved; 1: as far as a stranger."""
        with torch.no_grad():
            real = self(x)
        made = self(torch.cat([y1, y2]))
        first, second = [h[: len(x)] for h in made], [h[len(x) :] for h in made]
        near = self.distance(real, first) + self.distance(real, second)
        return (near - self.distance(first, second)) / 2

    def distance(self, a: list[Tensor], b: list[Tensor]) -> Tensor:
        """Mean over blocks and scores of the scaled distance (B,) between two lists of features."""
        found = [_apart(one, other) for one, other in zip(a, b, strict=True)]
        return (torch.stack(found, dim=1) / self.scale).mean(1)


def _apart(a: Tensor, b: Tensor) -> Tensor:
    """The mean over places of the distance over channels, unsquared: a proper score needs that."""
    return torch.sqrt((a - b).square().sum(1) + TINY).mean((1, 2))


class Ears(nn.Module):
    """All ears of a run."""

    def __init__(self, classes: int, sample_rate: int, settings: EarSettings) -> None:
        super().__init__()
        self.settings = settings
        self.all = nn.ModuleList(
            Ear(classes, sample_rate, PICTURES[i % len(PICTURES)]) for i in range(settings.count)
        )
        self.eval().requires_grad_(False)

    def energy(self, x: Tensor, y1: Tensor, y2: Tensor, random: torch.Generator) -> Tensor:
        """``Ear.energy`` (B,) of one of them."""
        ear = self.all[int(torch.randint(len(self.all), (1,), generator=random))]
        found: Tensor = ear.energy(x, y1, y2)  # type: ignore[operator]
        return found

    def energy_of_all(self, x: Tensor, y1: Tensor, y2: Tensor) -> Tensor:
        """The mean of ``Ear.energy`` (B,) over them."""
        return torch.stack([ear.energy(x, y1, y2) for ear in self.all]).mean(0)  # type: ignore[operator]

    def teach(
        self,
        batch: Batch,
        device: torch.device,
        progress: Progress = untold,
        enough: Enough = never,
    ) -> float:
        """Teach them one by one, each by steps of its own; the share of hits they get right.

        ``enough``: asked before each step whether to leave it at what they know.
        """
        shares = []
        for i, ear in enumerate(self.all):
            assert isinstance(ear, Ear)
            first = i * self.settings.steps
            shares.append(teach_ear(ear, batch, self.settings, device, first, progress, enough))
        return sum(shares) / len(shares)


def teach_ear(
    ear: Ear, batch: Batch, settings: EarSettings, device: torch.device,
    first: int = 0, progress: Progress = untold, enough: Enough = never,
) -> float:  # fmt: skip
    """Teach ``ear`` the classes of ``batch(step, count)`` from step ``first`` on, then freeze it.

    ``enough``: as in ``Ears.teach``. Gives the share of hits it got right, about the mean of the
    last fifty steps.
    """
    ear.requires_grad_(True)
    rates = torch.optim.AdamW(ear.parameters(), settings.learning_rate, weight_decay=1e-2)
    plan = torch.optim.lr_scheduler.OneCycleLR(
        rates, settings.learning_rate, total_steps=settings.steps
    )
    ear.train()
    right = 0.0
    for step in range(settings.steps):
        if enough():
            break
        wave, label = batch(first + step, settings.batch)
        x = torch.from_numpy(wave).to(device)
        y = torch.from_numpy(label).to(device)
        scores = ear.scores(x)
        loss = F.cross_entropy(scores, y, label_smoothing=SMOOTHING)
        rates.zero_grad(set_to_none=True)
        loss.backward()
        rates.step()
        plan.step()
        share = (scores.argmax(1) == y).float().mean().item()
        right += (share - right) / min(step + 1, LATELY)
        progress(first + step + 1, settings.steps * settings.count)
    ear.eval().requires_grad_(False)
    with torch.no_grad():
        wave, _ = batch(first, SCALE_HITS)
        found = ear(torch.from_numpy(wave).to(device))
        ear.scale.copy_(torch.stack([_apart(h, h.roll(1, 0)).mean() for h in found]))
    return right
