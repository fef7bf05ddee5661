"""The paper's layers in a world small enough to compute by hand: edges, repeats, the filter."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.wavegan import Critic, Generator, folded


def tiny(**changes: object) -> ModelConfig:
    values = {"kind": "wavegan", "classes": ["kick"], "latent_dim": 3, "dim": 1}
    return ModelConfig.from_dict(values | changes)


def test_an_up_sampling_has_tensorflows_edges() -> None:
    """One step becomes taps 10 to 13 of the kernel: TensorFlow cuts 10 before and 11 after."""
    up = Generator(tiny()).ups[-1].requires_grad_(False)
    up.weight.copy_(torch.arange(25.0)[None, None])
    up.bias.zero_()
    np.testing.assert_array_equal(up(torch.ones(1, 1, 1))[0, 0], [10, 11, 12, 13])


def test_the_last_layer_of_32768_frames_doubles_only() -> None:
    up = Generator(tiny(slice_len=32768)).ups[-1].requires_grad_(False)
    up.weight.copy_(torch.arange(25.0)[None, None])
    up.bias.zero_()
    np.testing.assert_array_equal(up(torch.ones(1, 1, 1))[0, 0], [11, 12])


@pytest.mark.parametrize("repeats", [2, 4])
def test_a_folded_kernel_repeats_and_convolves(repeats: int) -> None:
    x, weight = torch.randn(2, 3, 16), torch.randn(5, 3, 25)
    expected = F.conv1d(x.repeat_interleave(repeats, 2), weight, padding=12)
    found = F.conv_transpose1d(x, folded(weight, repeats), stride=repeats, padding=12)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


def test_a_folded_kernel_follows_its_weights() -> None:
    network = Generator(tiny(upsample="nearest")).requires_grad_(False)
    z, mix = torch.ones(1, 3), torch.ones(1, 1)
    with torch.inference_mode():
        before, again = network(z, mix), network(z, mix)
    network.ups[0].weight.mul_(2)
    assert torch.equal(before, again)
    assert (network(z, mix) - before).abs().max() > 1e-4
    z.requires_grad_()
    network(z, mix).sum().backward()  # a latent can be sought through a kept kernel
    assert z.grad.abs().max() > 0


def test_the_post_filter_is_a_same_convolution() -> None:
    """Of 512 taps TensorFlow lays 255 before and 256 after."""
    network = Generator(tiny(post_filter=512)).requires_grad_(False)
    x = torch.randn(2, 1, 2000)
    expected = F.conv1d(F.pad(x, (255, 256)), network.post_filter.weight)
    torch.testing.assert_close(network.post_filter(x), expected, rtol=0, atol=1e-4)


def test_one_class_means_no_conditioning() -> None:
    alone, among = Generator(tiny()), Generator(tiny(classes=["kick", "hat"]))
    assert (alone.dense.in_features, among.dense.in_features) == (3, 5)
    z = torch.rand(1, 3)
    with torch.no_grad():
        assert torch.equal(alone(z, torch.ones(1, 1)), alone(z, torch.zeros(1, 1)))
    assert Critic(tiny()).embed is None
    assert Critic(tiny(classes=["kick", "hat"])).embed is not None


@pytest.mark.parametrize(
    ("slice_len", "strides"),
    [(16384, [4] * 5), (32768, [4] * 5 + [2]), (65536, [4] * 6)],
)
def test_the_critic_is_the_papers(slice_len: int, strides: list[int]) -> None:
    with torch.device("meta"):
        critic = Critic(ModelConfig("wavegan", ("any",), slice_len=slice_len))
    widths = [64 * 2**i for i in range(len(strides))]
    assert [down.stride[0] for down in critic.downs] == strides
    assert [down.out_channels for down in critic.downs] == widths
    assert critic.dense.in_features == 16 * widths[-1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"upsample": "cubic"}, "cubic"), ({"post_filter": -1}, "between 0 and 4096")],
)
def test_an_option_that_does_not_exist_is_named(changes: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tiny(**changes)
