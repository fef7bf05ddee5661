"""A run may begin with a model's weights: what fits is taken, what does not starts fresh."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from astrodrum_live.model.checkpoint import ModelError, save_model
from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.encoder import Encoder
from astrodrum_live.model.latents import UniformPrior
from astrodrum_live.model.live import LiveGenerator
from astrodrum_live.training.warm_start import start_from

OLD = ModelConfig(
    "live", ("kick", "snare"), latent_dim=6, dim=2, kernel_len=3, style_dim=8, noise_bands=5,
    modes=4,
)  # fmt: skip


def networks(config):
    return {"generator": LiveGenerator(config), "encoder": Encoder(config)}


@pytest.fixture
def model(tmp_path):
    torch.manual_seed(3)
    made = networks(OLD)
    arrays = {
        name: {key: value.numpy() for key, value in network.state_dict().items()}
        for name, network in made.items()
    }
    save_model(tmp_path, OLD, UniformPrior(6, 2), arrays, {}, {}, {})
    return tmp_path, made


def test_the_same_network_starts_with_every_weight(model):
    folder, old = model
    new = networks(OLD)
    assert start_from(folder, new, OLD.classes) == []
    for name, network in new.items():
        for key, value in network.state_dict().items():
            assert torch.equal(value, old[name].state_dict()[key])


def test_a_longer_slice_and_more_modes_keep_what_fits(model):
    folder, old = model
    config = replace(OLD, slice_len=32768, steady_modes=3)
    new = networks(config)
    fresh = start_from(folder, new, OLD.classes)
    assert fresh
    assert all(name.startswith("generator.steady_modes.") for name in fresh)
    short = torch.zeros(1, 16384)
    short[0, 16:6000] = torch.randn(5984, generator=torch.Generator().manual_seed(1))
    long = torch.cat([short, torch.zeros(1, 16384)], dim=1)
    with torch.no_grad():
        before, after = old["encoder"](short)[0], new["encoder"](long)[0]
    assert torch.allclose(before, after, atol=0.2 * float(before.abs().max()))


def test_a_new_class_begins_as_the_one_its_name_ends_in(model):
    folder, old = model
    classes = ("e_kick", "kick", "snare", "whistle")
    new = networks(replace(OLD, classes=classes))
    start_from(folder, new, classes)
    had = old["generator"].embed.weight.detach().numpy()
    has = new["generator"].embed.weight.detach().numpy()
    assert np.array_equal(has[:, 0], had[:, 0])
    assert np.array_equal(has[:, 2], had[:, 1])
    assert np.allclose(has[:, 3], had.mean(axis=1))


def test_a_model_that_shares_nothing_is_refused(model, tmp_path):
    folder, _ = model
    with pytest.raises(ModelError, match="nothing in it fits"):
        start_from(folder, {"critic": torch.nn.Linear(2, 2)}, ("kick",))
