"""The live generator's parts compute what they stand for, however they are laid out."""

import numpy as np
import pytest
import torch
from tiny_models import tiny_config
from torch.nn import functional as F

from astrodrum_live.model.body_time import HEAD_STEPS, STEP
from astrodrum_live.model.modes import RINGING, Modes, sines
from astrodrum_live.model.player import build_generator
from astrodrum_live.model.shaped_noise import NOISE_FFT, NOISE_HOP, NOISE_LOW_BIN, ShapedNoise
from astrodrum_live.model.subpixel import SubPixel
from astrodrum_live.model.traced import traced


def given(slice_len: int, count: int = 3) -> tuple[torch.Tensor, ...]:
    config = tiny_config("live", slice_len)
    random = torch.Generator().manual_seed(5)
    return (
        torch.randn(count, config.latent_dim, generator=random),
        torch.eye(len(config.classes))[torch.arange(count) % len(config.classes)],
        torch.randn(count, slice_len, generator=random),
    )


def test_a_sub_pixel_layer_is_a_convolution_and_a_shuffle() -> None:
    layer = SubPixel(6, 5, taps=5, stride=4)
    x = torch.randn(2, 6, 16)
    plain = F.conv1d(x, layer.weight, layer.bias, padding=2)  # (B, 5 * 4, T)
    shuffled = plain.view(2, 5, 4, 16).transpose(2, 3).reshape(2, 5, 64)
    assert torch.allclose(layer(x.transpose(1, 2)).transpose(1, 2), shuffled, atol=1e-5)


@pytest.mark.parametrize("slice_len", [16384, 32768])
def test_the_shaped_noise_is_torchs_own_transform_there_and_back(slice_len: int) -> None:
    shaper = ShapedNoise(4, 8, slice_len, 44100)
    random = torch.Generator().manual_seed(2)
    noise = torch.randn(2, slice_len, generator=random)
    bands = torch.randn(2, slice_len // STEP, 8, generator=random) - 3
    even = F.interpolate(
        bands.transpose(1, 2), slice_len // NOISE_HOP + 1, mode="linear", align_corners=True
    )
    gain = torch.exp(shaper.spread.T @ even)
    gain[:, :NOISE_LOW_BIN] = 0
    window = torch.hann_window(NOISE_FFT)
    spectrum = torch.stft(
        noise, NOISE_FFT, NOISE_HOP, window=window, pad_mode="constant", return_complex=True
    )
    expected = torch.istft(spectrum * gain, NOISE_FFT, NOISE_HOP, window=window, length=slice_len)
    assert torch.allclose(shaper(bands, noise), expected, atol=1e-5)


def test_sines_by_two_tables_are_sines() -> None:
    angle, turning = torch.rand(2, 7), 10 * torch.rand(2, 7)
    sine, cosine = sines(angle, turning, 96)
    steps = torch.arange(96.0).double().unsqueeze(1)
    turned = angle.double().unsqueeze(1) + turning.double().unsqueeze(1) * steps
    assert torch.allclose(sine.double(), turned.sin(), atol=1e-4)
    assert torch.allclose(cosine.double(), turned.cos(), atol=1e-4)


def test_a_gliding_mode_turns_as_fast_as_its_track_says() -> None:
    modes = Modes(4, 8, 1, 44100, hertz=(200.0, 200.0))
    glide = torch.linspace(1.5, -0.5, HEAD_STEPS)
    tracks = torch.zeros(1, 32768 // STEP, 2)
    tracks[0, :HEAD_STEPS, 1] = glide
    tracks[0, HEAD_STEPS:, 1] = glide[-1]
    wave = modes(tracks, torch.zeros(1, 8)).flatten().detach().double().numpy()
    speed = 2.0 ** np.tanh(glide.double().numpy())
    hertz = 200 * np.repeat(speed, STEP)
    angle = 2 * np.pi * np.concatenate([[0], np.cumsum(hertz)[:-1]]) / 44100
    inside = slice(200, HEAD_STEPS * STEP - 200)
    assert np.abs(wave[: len(angle)] - np.sin(angle))[inside].max() < 0.03


def test_the_ring_is_the_strongest_modes_and_the_glide_moves_it() -> None:
    modes = Modes(4, 8, 5, 44100, hertz=(50.0, 800.0))
    tracks = torch.full((2, 32768 // STEP, 6), -8.0)
    tracks[..., 5] = 0
    tracks[0, :, 1], tracks[1, :, 3] = -1.0, -2.0
    w = torch.zeros(2, 8)
    with torch.no_grad():
        modes.detune.bias.zero_()
        assert torch.allclose(modes.rings(tracks, w), modes.octaves[[1, 3]])
        tracks[0, RINGING, 5] = 0.5
        moved = modes.rings(tracks, w) - modes.octaves[[1, 3]]
    assert torch.allclose(moved, torch.tensor([float(np.tanh(0.5)), 0.0]), atol=1e-6)


def test_a_glide_costs_nothing_until_it_can_hardly_be_turned() -> None:
    modes = Modes(4, 8, 2, 44100)
    tracks = torch.zeros(1, 512, 3)
    assert modes.strain(tracks) == 0
    tracks[..., 2] = -0.9
    assert modes.strain(tracks) == 0
    tracks[..., 2] = -3.0
    assert modes.strain(tracks) == 4


@pytest.mark.parametrize("slice_len", [16384, 32768])
def test_settled_and_traced_a_generator_makes_the_same_bits(slice_len: int) -> None:
    config = tiny_config("live", slice_len)
    network = build_generator(config).eval().requires_grad_(False)
    hits = [tuple(a[i : i + 1] for a in given(slice_len)) for i in range(3)]
    with torch.inference_mode():
        before = [network(*one) for one in hits]
        network.settle()
        settled = [network(*one) for one in hits]
        play = traced(network, config)
        for _ in range(3):  # torch optimises a trace when it has seen it run
            after = [play(*one) for one in hits]
            assert all(torch.equal(a, b) for a, b in zip(settled, after, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(before, settled, strict=True))


def test_what_would_be_far_too_loud_stays_within_full_scale() -> None:
    """The offset that is taken away must not lift a saturated peak over it."""
    network = build_generator(tiny_config("live", 16384)).eval().requires_grad_(False)
    network.out.weight.mul_(300)
    with torch.inference_mode():
        hits = network(*given(16384))
    assert hits.abs().max() > 0.95
    assert hits.abs().max() <= 1.0
