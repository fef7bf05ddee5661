"""Every network builds and runs at tiny width, at every slice length; the paper's is its own."""

import numpy as np
import pytest
import torch
from tiny_models import CLASSES, DIM, tiny_config

from astrodrum_live.model.config import KINDS, SLICE_LENS, ModelConfig
from astrodrum_live.model.edges import slice_edges
from astrodrum_live.model.encoder import Encoder
from astrodrum_live.model.modes import windowed_sinc
from astrodrum_live.model.player import build_generator
from astrodrum_live.model.wavegan import SHUFFLED_LAYERS, Critic, Generator, phase_shift


def arguments(count: int, slice_len: int) -> tuple[torch.Tensor, ...]:
    random = torch.Generator().manual_seed(3)
    return (
        torch.randn(count, DIM, generator=random),
        torch.eye(len(CLASSES))[torch.arange(count) % len(CLASSES)],
        torch.randn(count, slice_len, generator=random),
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("slice_len", SLICE_LENS)
def test_every_generator_makes_whole_slices_in_range(kind: str, slice_len: int) -> None:
    network = build_generator(tiny_config(kind, slice_len))
    with torch.no_grad():
        wave = network(*arguments(2, slice_len))
    assert wave.shape == (2, slice_len)
    assert wave.dtype == torch.float32
    assert torch.isfinite(wave).all()
    assert 0 < wave.abs().max() <= 1


@pytest.mark.parametrize("slice_len", SLICE_LENS)
def test_critic_and_encoder_take_every_slice(slice_len: int) -> None:
    wave = torch.randn(2, slice_len)
    critic = Critic(tiny_config("wavegan", slice_len))
    shifts = torch.tensor([1, -2, 0, 2])
    assert len(shifts) == SHUFFLED_LAYERS
    assert critic(wave, torch.eye(3)[:2], shifts).shape == (2,)
    mean, log_variance = Encoder(tiny_config("live", slice_len), width=2)(wave)
    assert mean.shape == log_variance.shape == (2, DIM)


@pytest.mark.parametrize(
    ("slice_len", "widths", "count"),
    [
        (16384, [1024, 512, 256, 128, 64, 1], 19_065_345),
        (32768, [2048, 1024, 512, 256, 128, 64, 1], 73_149_953),
        (65536, [2048, 1024, 512, 256, 128, 64, 1], 73_149_953),
    ],
)
def test_the_papers_generator_has_the_papers_layers(
    slice_len: int, widths: list[int], count: int
) -> None:
    """Widths and sizes of the published network at d = 64, one latent of 100, no class."""
    config = ModelConfig("wavegan", ("any",), slice_len=slice_len)
    with torch.device("meta"):
        network = Generator(config)
    assert network.dense.in_features == 100
    assert network.dense.out_features == 16 * widths[0]
    assert [up.in_channels for up in network.ups] == widths[:-1]
    assert [up.out_channels for up in network.ups] == widths[1:]
    assert {up.kernel_size for up in network.ups} == {(25,)}
    assert sum(p.numel() for p in network.parameters()) == count


@pytest.mark.parametrize("shift", [-2, -1, 0, 1, 2])
def test_phase_shift_moves_and_reflects(shift: int) -> None:
    x = torch.arange(6.0)[None, None]
    reflected = np.pad(np.arange(6.0), 2, mode="reflect")
    expected = reflected[2 - shift : 8 - shift]
    np.testing.assert_array_equal(phase_shift(x, shift)[0, 0].numpy(), expected)


def test_live_hits_have_no_offset_and_are_silent_at_both_ends() -> None:
    network = build_generator(tiny_config())
    with torch.no_grad():
        for p in network.parameters():
            p.mul_(3)  # loud enough for the tanh to bend
        wave = network(*arguments(4, 16384)).numpy()
    assert np.abs(wave.mean(axis=1)).max() < 1e-5
    peak = np.abs(wave).max()
    assert np.abs(wave[:, 0]).max() < 0.02 * peak
    assert np.abs(wave[:, -1]).max() < 0.001 * peak


def test_a_class_mix_is_heard() -> None:
    for kind in KINDS:
        network = build_generator(tiny_config(kind))
        z, _, noise = arguments(1, 16384)
        with torch.no_grad():
            a, b = (network(z, torch.eye(3)[i : i + 1], noise) for i in (0, 1))
        assert (a - b).abs().max() > 1e-4


def test_live_noise_is_heard_and_its_absence_leaves_the_tone() -> None:
    network = build_generator(tiny_config())
    z, mix, noise = arguments(1, 16384)
    with torch.no_grad():
        a, b = network(z, mix, noise), network(z, mix, noise.flip(1))
        silent = network(z, mix, torch.zeros_like(noise))
    assert (a - b).abs().max() > 1e-4
    assert silent.abs().max() > 1e-4


def test_the_rate_of_the_modes_is_raised_cleanly() -> None:
    """A 3 kHz sine at 11,025 Hz becomes the same sine at 44.1 kHz within -54 dB."""
    low = torch.sin(2 * torch.pi * 3000 / 11025 * torch.arange(512.0))
    raised = torch.nn.functional.conv1d(low[None, None], windowed_sinc(4), padding=8)
    raised = raised[0].T.flatten()  # (4, 512) -> 2048 frames
    high = torch.sin(2 * torch.pi * 3000 / 44100 * torch.arange(2048.0))
    assert (raised - high)[64:-64].abs().max() < 0.002


@pytest.mark.parametrize("frames", SLICE_LENS)
def test_edges_rise_and_fall(frames: int) -> None:
    edges = slice_edges(frames)
    assert edges.dtype == np.float32
    assert edges[0] < 0.01
    assert edges[-1] < 1e-4
    assert (edges[16 : frames - frames // 8] == 1).all()
    assert (np.diff(edges[:16]) > 0).all()
    assert (np.diff(edges[-frames // 8 :]) <= 0).all()
