"""Encoding: a sound is found again in latent space, and refinement never leads away from it."""

import numpy as np
import pytest
import torch

from astrodrum_live.model.checkpoint import save_model
from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.encoder import Encoder
from astrodrum_live.model.latents import GRID, NormalPrior, Prior, UniformPrior
from astrodrum_live.model.player import Model, build_generator, load_model
from astrodrum_live.training.encoding import SampleEncoder, as_trained
from astrodrum_live.training.inversion import Inversion, Place
from astrodrum_live.training.resynthesis import Original

RATE = 44100
CLASSES = ("kick", "hat")
TINY = {"latent_dim": 4, "dim": 2, "kernel_len": 5, "style_dim": 8, "noise_bands": 4, "modes": 4}


def make_model(folder, kind: str = "live", encoder: bool = False) -> Model:
    torch.manual_seed(2)
    shape = TINY if kind == "live" else {"latent_dim": 4, "dim": 1}
    config = ModelConfig(kind, CLASSES, **shape)
    generator = build_generator(config)
    with torch.no_grad():  # random weights hardly listen to their latent: louder, they do
        for tensor in generator.parameters():
            tensor.mul_(1.6)
    networks = {"generator": generator} | ({"encoder": Encoder(config)} if encoder else {})
    arrays = {
        name: {key: tensor.numpy() for key, tensor in network.state_dict().items()}
        for name, network in networks.items()
    }
    prior: Prior = NormalPrior(4, 2) if kind == "live" else UniformPrior(4, 2)
    save_model(folder, config, prior, arrays, {}, {}, {})
    return load_model(folder)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """So few draws of the prior are as good as 256 to see that the best is taken."""
    monkeypatch.setattr("astrodrum_live.training.inversion.DRAWS", 24)
    monkeypatch.setattr("astrodrum_live.training.encoding.NEAREST_OF", 4)


@pytest.fixture(scope="module", params=["live", "wavegan"])
def model(request, tmp_path_factory):
    torch.set_num_threads(1)
    return make_model(tmp_path_factory.mktemp("m") / request.param, request.param)


@pytest.fixture(scope="module")
def own(model):
    """A hit of the model's own: its class, latent, and sound."""
    z = model.prior.sample(1, 99)
    hit = model.generate(z[None], np.eye(2, dtype=np.float32)[1:], np.array([7], np.uint64))[0]
    wave = as_trained(hit, RATE, model.config)
    assert not isinstance(wave, str)
    return z, wave


def test_a_generated_hit_is_found_nearer_than_a_draw(model, own):
    inversion = Inversion(model)
    found = inversion.refine(own[1], inversion.start(own[1], (0, 1)), steps=25)
    measured = Original(own[1], RATE)
    encoder = SampleEncoder(model)

    def away(z, label) -> float:
        return measured.distance(encoder.strokes(z, label, 2, 50)).mel_l1_db

    draws = [away(model.prior.sample(1, seed), 1) for seed in range(500, 508)]
    assert away(found.z, found.label) < np.median(draws)


def test_refinement_leads_nearer_and_never_away(model, own):
    inversion = Inversion(model)
    far = inversion.start(own[1], (0,))
    z = model.prior.sample(0, 12345)
    start = Place(z, 0, inversion.error(own[1], z, 0))
    refined = inversion.refine(own[1], start, steps=15)
    assert refined.error < start.error
    for steps in (0, 1, 3):
        assert inversion.refine(own[1], far, steps).error <= far.error


def test_a_place_is_on_the_priors_grid_and_within_its_support(model, own):
    inversion = Inversion(model)
    low, high = model.prior.support()
    corner = Place(high.copy(), 0, float("inf"))
    place = inversion.refine(own[1], corner, steps=10)
    np.testing.assert_array_equal(np.round(place.z * GRID) / GRID, place.z)
    assert (place.z >= low).all()
    assert (place.z <= high).all()


def test_the_same_sample_is_found_at_the_same_place(model, own):
    once, again = (SampleEncoder(model).encode(own[1], (0, 1), 4) for _ in range(2))
    np.testing.assert_array_equal(once.place.z, again.place.z)
    assert once.refined == again.refined


def test_a_refinement_that_comes_no_nearer_is_not_taken(model, own, monkeypatch):
    encoder, original = SampleEncoder(model), Original(own[1], RATE)

    def away(z: np.ndarray) -> float:
        return original.distance(encoder.strokes(z, 0, 4, 1000)).lsd_db

    far = max((model.prior.sample(0, seed) for seed in range(900, 908)), key=away)
    monkeypatch.setattr(Inversion, "refine", lambda *arguments: Place(far, 0, 0.0))
    encoded = encoder.encode(own[1], (1,), 1)
    assert encoded.start.lsd_db < away(far)
    assert encoded.refined == encoded.start
    assert not np.array_equal(encoded.place.z, far)


def test_the_encoders_answer_is_where_it_starts(tmp_path, own):
    model = make_model(tmp_path / "with", encoder=True)
    inversion = Inversion(model)
    with torch.inference_mode():
        mean, _ = inversion.encoder(torch.from_numpy(own[1])[None])
    start = inversion.start(own[1], (0, 1))
    np.testing.assert_allclose(start.z, mean[0].numpy(), atol=1 / GRID)
    errors = [inversion.error(own[1], start.z, label) for label in (0, 1)]
    assert start.label == int(np.argmin(errors))


def test_progress_is_told_up_to_the_last_step(model, own):
    told: list[int] = []
    inversion = Inversion(model)
    inversion.refine(own[1], inversion.start(own[1], (1,)), 3, told.append)
    assert told == [1, 2, 3]


def test_lsd_of_a_sound_with_itself_is_zero_and_of_a_gain_the_gain():
    wave = np.random.RandomState(0).randn(8192) * np.exp(-np.arange(8192) / 2000)
    original = Original(wave, RATE)
    assert original.distance(wave[None]).lsd_db == 0.0
    louder = original.distance(2 * wave[None])
    assert louder.lsd_db == pytest.approx(20 * np.log10(2), abs=0.1)
    assert louder.mel_l1_db == pytest.approx(20 * np.log10(2), abs=0.1)


def test_two_takes_of_white_noise_lie_where_theory_says():
    """The level of a noise bin is the log of an exponential draw: deviation 5.57 dB, times √2."""
    random = np.random.RandomState(1)
    takes = random.randn(2, RATE)
    found = Original(takes[0], RATE).distance(takes[1:])
    assert found.lsd_db == pytest.approx(7.88, abs=0.15)
    assert found.mel_l1_db < 4.0
