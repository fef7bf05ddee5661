"""Makers: pure functions of values, session and number, whatever they are batched with."""

import numpy as np
import pytest

from astrodrum_live.generation.makers import FrozenMaker, ModelMaker, Request
from astrodrum_live.generation.seeds import hit_seed, layer_number
from astrodrum_live.generation.sounds import Sounds, SoundsError
from astrodrum_live.layers import LAYERS
from astrodrum_live.model.bank import load_bank
from astrodrum_live.model.player import load_model
from astrodrum_live.params import MAX_PADS, PAD_INDEX, PAD_PARAMS

RATE = 48000


def values(**changed: float) -> np.ndarray:
    """Every row at its default, but for some, on all pads."""
    table = np.tile([row.default for row in PAD_PARAMS], (MAX_PADS, 1))
    for name, value in changed.items():
        table[:, PAD_INDEX[name]] = value
    return table


@pytest.fixture(scope="module")
def sounds(tiny_model):
    return Sounds(tiny_model, ({"kick": 1.0}, {"snare": 3.0, "perc": 1.0}, {"cymbal": 1.0}))


@pytest.fixture(scope="module")
def maker(sounds):
    return ModelMaker(sounds, RATE, session=7)


def test_seeds_are_what_they_have_always_been():
    """A hit is found again by its seed: these numbers may never change."""
    assert hit_seed(0, 0, 0) == 0x238275BC38FCBE91
    assert hit_seed(11, 1969, 0) == 0x19BA74665762FA1A
    assert hit_seed(11, 1969, 1) == 0xC47A152A3C3D9732
    assert hit_seed(2**32 - 1, 2**32 - 1, 10**9) == 0x8AA0504E150F21A6


def test_seeds_of_neighbours_differ():
    near = {hit_seed(p, s, n) for p in range(10) for s in range(10) for n in range(10)}
    assert len(near) == 1000


def test_no_two_layers_of_a_pad_share_a_number():
    counts = (0, 1, 7, 2**32, 2**40 - 1)
    numbers = [layer_number(layer, count) for layer in range(LAYERS) for count in counts]
    assert len(set(numbers)) == len(numbers)
    assert min(numbers) >= 2**40  # below lie those of hits for no layer
    assert max(numbers) < 2**63


def test_a_hit_is_the_same_alone_and_in_any_company(maker):
    table = values()
    wanted = Request(1, 5)
    alone = maker.make([wanted], table)[0]
    company = maker.make([Request(0, 1), wanted, Request(2, 9), Request(1, 4)], table)[1]
    assert alone.seed == company.seed
    np.testing.assert_allclose(company.audio, alone.audio, atol=1e-5)


def test_a_hit_follows_from_values_session_and_number_alone(maker, sounds):
    table = values()
    again = ModelMaker(sounds, RATE, session=7)
    other = ModelMaker(sounds, RATE, session=8)
    first = maker.make([Request(0, 3)], table)[0]
    np.testing.assert_array_equal(again.make([Request(0, 3)], table)[0].audio, first.audio)
    assert other.make([Request(0, 3)], table)[0].seed != first.seed
    assert maker.make([Request(0, 4)], table)[0].seed != first.seed


@pytest.mark.parametrize("row", ["seed", "z1", "z8", "lowpass_order", "average", "level"])
def test_every_kind_of_row_changes_the_hit(maker, row):
    changed = {"lowpass_order": 4.0, "average": 9.0, "level": -30.0}.get(row, 2.0)
    extra = {"lowpass": 2000.0} if row == "lowpass_order" else {}
    before = maker.make([Request(0, 0)], values(**extra))[0].audio
    after = maker.make([Request(0, 0)], values(**extra, **{row: changed}))[0].audio
    assert before.size != after.size or not np.allclose(before, after, atol=1e-4)


def test_at_radius_zero_a_pad_repeats_one_hit_in_every_session(maker, sounds):
    table = values(radius=0.0)
    one, two = maker.make([Request(0, 0), Request(0, 41)], table)
    assert one.seed == two.seed
    np.testing.assert_allclose(one.audio, two.audio, atol=1e-5)
    elsewhere = ModelMaker(sounds, RATE, session=1234).make([Request(0, 2)], table)[0]
    np.testing.assert_allclose(elsewhere.audio, one.audio, atol=1e-5)


def test_a_wider_radius_strays_further(maker):
    def spread(radius: float) -> float:
        audio, _ = maker.raw([Request(0, n) for n in range(8)], values(radius=radius))
        loud = np.abs(np.fft.rfft(audio, axis=1))
        return float(np.std(loud, axis=0).sum())

    assert spread(0.0) < spread(2.0)


def test_raw_hits_are_as_the_model_makes_them(maker):
    audio, seeds = maker.raw([Request(0, 0), Request(0, 1)], values())
    assert audio.shape == (2, 16384)
    assert maker.sample_rate == 44100
    assert len(set(seeds)) == 2
    assert np.isfinite(audio).all()


def test_a_mix_of_classes_is_weighed(sounds):
    mixes = sounds.mixes(("kick", "snare", "cymbal", "perc"))
    np.testing.assert_allclose(mixes, [[1, 0, 0, 0], [0, 0.75, 0, 0.25], [0, 0, 1, 0]])


def test_an_unknown_class_names_its_neighbour(tiny_model):
    with pytest.raises(SoundsError, match=r"no class 'snair' \(did you mean 'snare'\?\)"):
        ModelMaker(Sounds(tiny_model, ({"snair": 1.0},)), RATE, 0)


def test_sounds_survive_the_pipe(sounds):
    assert Sounds.from_message(sounds.to_message()) == sounds


def test_another_kit_of_the_same_model_needs_no_second_loading(maker, sounds, tiny_model):
    maker = ModelMaker(sounds, RATE, session=7)
    other = Sounds(tiny_model, ({"cymbal": 1.0},))
    assert maker.plays(other)
    maker.take(other)
    loaded = ModelMaker(other, RATE, session=7)
    made, expected = (m.make([Request(0, 0)], values())[0].audio for m in (maker, loaded))
    np.testing.assert_array_equal(made, expected)


def test_the_frozen_bank_is_played_in_turn(sounds, tiny_model):
    maker, bank = FrozenMaker(sounds, RATE, session=0), load_bank(tiny_model)
    seeds = [made.seed for made in maker.make([Request(0, n) for n in range(8)], values())]
    assert sorted(seeds[:4]) == sorted(bank.seeds[0].tolist())
    assert seeds[4:] == seeds[:4]
    snares = {made.seed for made in maker.make([Request(1, n) for n in range(8)], values())}
    assert snares == set(bank.seeds[1].tolist())  # the heaviest class of the mix


def test_the_frozen_bank_repeats_at_radius_zero_and_is_filtered_as_the_pad_says(sounds):
    maker = FrozenMaker(sounds, RATE, session=0)
    still = maker.make([Request(0, n) for n in range(6)], values(radius=0.0))
    assert len({made.seed for made in still}) == 1
    plain, dull = (maker.make([Request(0, 0)], values(average=points))[0] for points in (1.0, 40.0))
    assert plain.seed == dull.seed
    assert not np.allclose(plain.audio, dull.audio[: plain.audio.size], atol=1e-4)


def test_a_pad_with_a_latent_stands_there_whatever_its_seed(tiny_model, maker):
    z = tuple(np.round(np.random.RandomState(2).randn(16) * 4096) / 4096)
    sounds = Sounds(tiny_model, ({"kick": 1.0}, {"kick": 1.0}), latents=((), z))
    placed = ModelMaker(Sounds.from_message(sounds.to_message()), RATE, session=7)
    model = load_model(tiny_model)

    def expected(place: np.ndarray, seed: int) -> np.ndarray:
        mix = np.eye(len(model.config.classes), dtype=np.float32)[:1]
        return model.generate(place[None], mix, np.array([seed], np.uint64))[0]

    for seed in (1, 2):
        hits, seeds = placed.raw([Request(1, 0)], values(radius=0.0, seed=seed))
        np.testing.assert_array_equal(hits[0], expected(np.array(z, np.float32), seeds[0]))
    moved = np.array(z, np.float32)
    moved[2] += 1.5
    hits, seeds = placed.raw([Request(1, 0)], values(radius=0.0, z3=1.5))
    np.testing.assert_array_equal(hits[0], expected(moved, seeds[0]))
    plain = placed.raw([Request(0, 0)], values())[0]
    np.testing.assert_array_equal(plain, maker.raw([Request(0, 0)], values())[0])
