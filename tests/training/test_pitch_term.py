"""The pitch term hears what rings lowest, and says nothing of what does not ring."""

import math

import pytest
import torch

from astrodrum_live.training.pitch import Pitch, pitch_error

PITCH = Pitch(44100, torch.device("cpu"))
TIME = torch.arange(32768) / 44100


def ring(hertz: float) -> torch.Tensor:
    """A decaying sine that falls to its pitch, as a kick does."""
    fall = hertz * (TIME + 0.02 * (1 - torch.exp(-TIME / 0.01)))
    return (0.9 * torch.exp(-TIME / 0.2) * torch.sin(2 * math.pi * fall))[None]


@pytest.mark.parametrize("hertz", [38.0, 51.0, 66.0, 140.0, 300.0])
def test_a_ring_is_heard_within_a_twentieth_of_an_octave(hertz: float) -> None:
    heard, sure = PITCH.heard(ring(hertz))
    assert sure.item() == 1
    assert heard.item() == pytest.approx(math.log2(hertz), abs=0.05)


def test_noise_and_what_rings_higher_have_no_pitch_here() -> None:
    noise = torch.randn(1, 32768, generator=torch.Generator().manual_seed(0))
    for wave in (noise, ring(900.0), torch.zeros(1, 32768)):
        assert PITCH.heard(wave)[1].item() == 0


def test_the_error_is_in_octaves_and_draws_towards_the_hit() -> None:
    rings = torch.tensor([math.log2(51.0)], requires_grad=True)
    error = pitch_error(PITCH, ring(102.0), rings)
    assert error.item() == pytest.approx(1.0, abs=0.05)
    error.backward()
    assert rings.grad.item() < 0  # a higher ring is nearer
