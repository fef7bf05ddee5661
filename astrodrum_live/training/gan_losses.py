"""The four losses WaveGAN was published with, as chrisdonahue/wavegan has them.

``real``, ``fake``: the critic's verdicts (B,), unbounded; every loss is a mean over the batch.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class GanLoss:
    """``critic(real, fake)`` and ``generator(fake)``: what each of the two makes small."""

    critic: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]


def _wasserstein_gap(real: Tensor, fake: Tensor) -> Tensor:
    """Arjovsky et al. 2017: the negative of the distance's estimate."""
    return fake.mean() - real.mean()


def _cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """Goodfellow et al. 2014: -log sigmoid(real) and -log(1 - sigmoid(fake)), halved."""
    return (F.softplus(-real).mean() + F.softplus(fake).mean()) / 2


def _squares(real: Tensor, fake: Tensor) -> Tensor:
    """Mao et al. 2017: real is one and made is zero, halved."""
    return ((real - 1).square().mean() + fake.square().mean()) / 2


_WASSERSTEIN = GanLoss(_wasserstein_gap, lambda fake: -fake.mean())

GAN_LOSSES = {
    "wgan-gp": _WASSERSTEIN,
    "wgan": _WASSERSTEIN,
    "dcgan": GanLoss(_cross_entropy, lambda fake: F.softplus(-fake).mean()),
    "lsgan": GanLoss(_squares, lambda fake: (fake - 1).square().mean()),
}


def gradient_penalty(
    score: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, share: Tensor
) -> Tensor:
    """How far the critic's slope is from one, squared, on the way from real to made hits.

    ``real``, ``fake``: (B, N); ``share``: (B, 1) in [0, 1], how far along each pair. Gulrajani et
    al., "Improved Training of Wasserstein GANs" (2017).
    """
    between = (real + share * (fake - real)).requires_grad_()
    (slope,) = torch.autograd.grad(score(between).sum(), between, create_graph=True)
    return (slope.norm(dim=1) - 1).square().mean()
