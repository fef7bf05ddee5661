"""Knobs, velocity and morphs in the making of hits."""

import shutil

import numpy as np
import pytest

from astrodrum_live.generation.homes import morphed
from astrodrum_live.generation.makers import ModelMaker, Request
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.model.checkpoint import read_card, store_knobs
from astrodrum_live.model.dynamics import NEUTRAL
from astrodrum_live.model.knobs import KNOBS, Knobs
from astrodrum_live.params import MAX_PADS, PAD_INDEX, PAD_PARAMS

RATE = 44100
SNARE = 1


def values(**changed: float) -> np.ndarray:
    table = np.tile([row.default for row in PAD_PARAMS], (MAX_PADS, 1))
    for name, value in changed.items():
        table[:, PAD_INDEX[name]] = value
    return table


@pytest.fixture(scope="module")
def folder(tiny_model, tmp_path_factory):
    """The tiny model with a knob along each of the first axes; tuning is hidden."""
    folder = tmp_path_factory.mktemp("knobs") / "model"
    shutil.copytree(tiny_model, folder)
    card = read_card(folder)
    classes, dim = len(card.config.classes), card.config.latent_dim
    paths = np.zeros((classes, len(KNOBS), 3, dim), np.float32)
    for j in range(len(KNOBS)):
        paths[:, j, :, j] = (-2, 0, 2)
    spans = np.tile(np.float32([-6, 6]), (classes, len(KNOBS), 1))
    rho = np.full((classes, len(KNOBS)), 0.95, np.float32)
    rho[:, KNOBS.index("tuning")] = 0.5
    store_knobs(card, Knobs(paths, spans, rho, np.ones_like(rho)), {})
    return folder


def maker_of(folder) -> ModelMaker:
    return ModelMaker(Sounds(folder, ({"kick": 1.0},)), RATE, session=3)


@pytest.fixture(scope="module")
def maker(folder):
    return maker_of(folder)


def raw(maker, velocity=NEUTRAL, **changed: float) -> np.ndarray:
    return maker.raw([Request(0, 0, velocity)], values(**changed))[0][0]


def test_knobs_in_the_middle_leave_a_pad_as_a_model_without_knobs_makes_it(maker, tiny_model):
    np.testing.assert_array_equal(raw(maker), raw(maker_of(tiny_model)))


@pytest.mark.parametrize("radius", [0.0, 0.6])
@pytest.mark.parametrize("knob", [name for name in KNOBS if name != "tuning"])
def test_a_turned_knob_changes_the_hit_the_same_way_each_time(maker, folder, knob, radius):
    turned = raw(maker, radius=radius, **{knob: 0.9})
    assert np.abs(turned - raw(maker, radius=radius)).max() > 1e-4
    np.testing.assert_array_equal(raw(maker_of(folder), radius=radius, **{knob: 0.9}), turned)


def test_a_hidden_knob_changes_nothing(maker):
    np.testing.assert_array_equal(raw(maker, tuning=1.0), raw(maker))


def test_velocity_changes_the_sound_by_as_much_as_dynamics_says(maker):
    still = raw(maker, velocity=1.0, dynamics=0.0)
    np.testing.assert_array_equal(still, raw(maker))
    some, more = (raw(maker, velocity=1.0, dynamics=amount) for amount in (0.5, 1.0))
    assert 1e-4 < np.abs(some - still).max() < np.abs(more - still).max()


def test_at_the_neutral_velocity_dynamics_says_nothing(maker):
    np.testing.assert_array_equal(raw(maker, dynamics=1.0), raw(maker, dynamics=0.0))


def test_a_morph_goes_from_the_pads_class_to_another(maker, folder):
    snare = ModelMaker(Sounds(folder, ({"snare": 1.0},)), RATE, session=3)
    np.testing.assert_array_equal(raw(maker, morph_to=SNARE), raw(maker))
    whole = raw(maker, morph=1.0, morph_to=SNARE)
    np.testing.assert_array_equal(whole, raw(snare))
    half = raw(maker, morph=0.5, morph_to=SNARE)
    assert np.abs(half - whole).max() > 1e-4 < np.abs(half - raw(maker)).max()


def test_a_morphed_mix_is_weighed_and_an_absent_class_moves_nothing():
    mix = np.array([0.5, 0.5, 0.0], np.float32)
    np.testing.assert_allclose(morphed(mix, 0.5, 2), [0.25, 0.25, 0.5])
    np.testing.assert_array_equal(morphed(mix, 0.5, 40), mix)
