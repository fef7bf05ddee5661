"""The published losses, by hand; the penalty of a critic whose slope is known."""

import math

import numpy as np
import pytest
import torch

from astrodrum_live.training.gan_losses import GAN_LOSSES, gradient_penalty
from astrodrum_live.training.recipe import GANS
from astrodrum_live.training.rms_prop import RmsProp

REAL, FAKE = torch.tensor([2.0, 0.0]), torch.tensor([-1.0, 0.5])


def minus_log_sigmoid(x: float) -> float:
    return math.log(1 + math.exp(-x))


@pytest.mark.parametrize(
    ("name", "critic", "generator"),
    [
        ("wgan", -0.25 - 1.0, 0.25),
        ("wgan-gp", -0.25 - 1.0, 0.25),
        ("lsgan", ((1 + 1) / 2 + (1 + 0.25) / 2) / 2, (4 + 0.25) / 2),
        (
            "dcgan",
            sum(map(minus_log_sigmoid, (2.0, 0.0, 1.0, -0.5))) / 4,
            sum(map(minus_log_sigmoid, (-1.0, 0.5))) / 2,
        ),
    ],
)
def test_a_loss_is_the_published_one(name: str, critic: float, generator: float) -> None:
    loss = GAN_LOSSES[name]
    assert loss.critic(REAL, FAKE).item() == pytest.approx(critic, rel=1e-6)
    assert loss.generator(FAKE).item() == pytest.approx(generator, rel=1e-6)


def test_every_objective_has_its_loss() -> None:
    assert set(GANS) == set(GAN_LOSSES)


def test_the_penalty_of_a_linear_critic_is_its_slopes_distance_from_one() -> None:
    weight = torch.tensor([3.0, 4.0], requires_grad=True)  # of length 5 everywhere
    real, fake = torch.randn(2, 6, 2)
    penalty = gradient_penalty(lambda x: x @ weight, real, fake, torch.rand(6, 1))
    assert penalty.item() == pytest.approx(16.0)
    penalty.backward()
    np.testing.assert_allclose(weight.grad, 2 * 4 * np.array([0.6, 0.8]), rtol=1e-6)


def test_the_penalty_is_taken_between_real_and_made_hits() -> None:
    """The slope of x^2 / 2 is x: at a share s of the way from 1 to 3 it is 1 + 2 s."""
    real, fake = torch.ones(3, 1), 3 * torch.ones(3, 1)
    share = torch.tensor([[0.0], [0.5], [1.0]])
    penalty = gradient_penalty(lambda x: (x.square() / 2).sum(1), real, fake, share)
    assert penalty.item() == pytest.approx((0 + 1 + 4) / 3)


def test_rmsprop_is_tensorflows() -> None:
    """Two steps by hand: the running mean starts at one, epsilon stands under the root."""
    weight = torch.nn.Parameter(torch.tensor([1.0, 0.0]))
    optimiser = RmsProp([weight], 0.1, decay=0.9)
    mean, expected = np.ones(2), np.array([1.0, 0.0])
    for slope in (np.array([2.0, 0.0]), np.array([-1.0, 3.0])):
        weight.grad = torch.tensor(slope, dtype=torch.float32)
        optimiser.step()
        mean = 0.9 * mean + 0.1 * slope**2
        expected = expected - 0.1 * slope / np.sqrt(mean + 1e-10)
    np.testing.assert_allclose(weight.detach(), expected, rtol=1e-6)
