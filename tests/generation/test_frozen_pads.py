"""A kit that was played once sounds like itself from its first moment."""

import numpy as np
import pytest

from astrodrum_live.generation.freezer import FIRST, Freezer
from astrodrum_live.generation.frozen_pads import (
    FOLDER,
    HITS,
    KEPT,
    FrozenPad,
    load_pad,
    pad_key,
    save_pad,
)
from astrodrum_live.generation.makers import FrozenMaker, ModelMaker, Request
from astrodrum_live.generation.seeds import layer_number
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.layers import LAYERS, MADE_FOR
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS

RATE = 48000
DEFAULTS = tuple(row.default for row in PAD_PARAMS)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRODRUM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def some_pad(velocities=(0.3, 0.3, 0.9)) -> FrozenPad:
    """Hits of different lengths."""
    audio = [np.arange(10 + 5 * n, dtype=np.int16) for n in range(len(velocities))]
    seeds = np.arange(len(velocities), dtype=np.uint64)
    return FrozenPad(audio, seeds, np.array(velocities), RATE)


def row_with(**values: float) -> np.ndarray:
    row = np.array(DEFAULTS)
    for name, value in values.items():
        row[PAD_INDEX[name]] = value
    return row


def test_a_pads_key_follows_all_that_its_hits_are_made_from_and_nothing_else():
    key = pad_key("abc", {"kick": 1.0}, row_with())
    assert pad_key("abc", {"kick": 1.0}, row_with(gain=-6.0, pan=1.0, curve=2.0)) == key
    others = [
        pad_key("abd", {"kick": 1.0}, row_with()),
        pad_key("abc", {"snare": 1.0}, row_with()),
        pad_key("abc", {"kick": 1.0}, row_with(), (0.5, 0.0)),
        pad_key("abc", {"kick": 1.0}, row_with(), (0.0, 0.5)),
        *(
            pad_key("abc", {"kick": 1.0}, row_with(**{row.name: row.low}))
            for row in PAD_PARAMS
            if row.stage == "hit" and row.low != row.default
        ),
    ]
    assert key not in others
    assert len(set(others)) == len(others)


def test_what_is_saved_is_loaded(cache, tmp_path):
    save_pad(cache / FOLDER, "k", some_pad())
    found = load_pad(tmp_path, "k")
    assert found is not None
    for audio, wanted in zip(found.audio, some_pad().audio, strict=True):
        assert audio.dtype == np.int16
        assert np.array_equal(audio, wanted)
    assert np.array_equal(found.seeds, some_pad().seeds)
    assert np.array_equal(found.velocities, some_pad().velocities)
    assert found.rate == RATE


def test_a_layer_without_hits_of_its_own_plays_the_nearest_ones():
    assert [some_pad().of(layer) for layer in range(LAYERS)] == [[0, 1], [0, 1], [2]]
    assert [some_pad([0.6]).of(layer) for layer in range(LAYERS)] == [[0]] * LAYERS


def test_a_file_from_before_there_were_layers_serves_every_stroke(cache, tmp_path):
    (cache / FOLDER).mkdir(parents=True)
    audio, seeds = np.ones((5, 40), np.int16), np.arange(5, dtype=np.uint64)
    np.savez(cache / FOLDER / "old.npz", audio=audio, seeds=seeds, rate=np.int64(RATE))
    found = load_pad(tmp_path, "old")
    assert len(found.audio) == 5
    assert [found.of(layer) for layer in range(LAYERS)] == [[0, 1, 2, 3, 4]] * LAYERS


@pytest.mark.parametrize(
    "changed",
    [
        {"audio": np.ones(34, np.int16)},
        {"audio": np.ones(45, np.float32)},
        {"frames": np.array([10, 15, 20, 0])},
        {"velocities": np.array([0.3])},
        {"seeds": np.zeros(0, np.uint64)},
    ],
)
def test_a_file_whose_parts_disagree_is_as_good_as_none(cache, tmp_path, changed):
    save_pad(cache / FOLDER, "k", some_pad())
    path = cache / FOLDER / "k.npz"
    with np.load(path) as stored:
        parts = dict(stored)
    np.savez(path, **(parts | changed))
    assert load_pad(tmp_path, "k") is None


def test_a_damaged_file_is_as_good_as_none(cache, tmp_path):
    save_pad(cache / FOLDER, "k", some_pad())
    path = cache / FOLDER / "k.npz"
    whole = path.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:length])
        assert load_pad(tmp_path, "k") is None


def test_the_cache_does_not_grow_for_ever(cache):
    for number in range(KEPT + 5):
        save_pad(cache / FOLDER, f"k{number}", some_pad([0.6]))
    assert len(list((cache / FOLDER).glob("*.npz"))) == KEPT


def test_a_kit_is_frozen_once_and_the_frozen_maker_plays_it(cache, tiny_model):
    sounds = Sounds(tiny_model, ({"kick": 1.0}, {"snare": 1.0}), (DEFAULTS, DEFAULTS))
    values = np.array(sounds.rows)
    before = FrozenMaker(sounds, RATE, 0).make([Request(0, 0)], values)[0].seed
    maker = ModelMaker(sounds, RATE, 0)
    freezer = Freezer(maker, sounds, RATE, cache / FOLDER)
    steps = 0
    while freezer.step():
        steps += 1
    assert steps == 2 * HITS * LAYERS
    assert not Freezer(maker, sounds, RATE, cache / FOLDER).step()
    frozen = FrozenMaker(sounds, RATE, 0)
    own = load_pad(tiny_model, pad_key(maker.hash, {"kick": 1.0}, values[0]))
    assert np.allclose(own.velocities, np.repeat(MADE_FOR, HITS))
    for layer, velocity in enumerate(MADE_FOR):
        requests = [Request(0, number, velocity) for number in range(HITS)]
        made = frozen.make(requests, values)
        assert {hit.seed for hit in made} == {int(own.seeds[index]) for index in own.of(layer)}
    assert before not in {hit.seed for hit in made}
    assert all(np.abs(hit.audio).max() > 0.01 for hit in made)


def test_a_frozen_hit_is_the_made_one_without_its_inaudible_end(cache, tiny_model):
    sounds = Sounds(tiny_model, ({"kick": 1.0},), (DEFAULTS,))
    maker = ModelMaker(sounds, RATE, 0)
    freezer = Freezer(maker, sounds, RATE, cache / FOLDER)
    while freezer.step():
        pass
    own = load_pad(tiny_model, pad_key(maker.hash, {"kick": 1.0}, np.array(DEFAULTS)))
    request = Request(0, layer_number(LAYERS - 1, FIRST), MADE_FOR[-1])
    made = maker.make([request], np.array(sounds.rows))[0]
    kept = own.audio[own.of(LAYERS - 1)[0]].astype(np.float32) / 32767
    assert made.seed == int(own.seeds[own.of(LAYERS - 1)[0]])
    np.testing.assert_allclose(kept, made.audio[: kept.size], atol=1.0 / 32767)
    assert np.abs(made.audio[kept.size :]).max(initial=0.0) <= 1e-4 * np.abs(made.audio).max()


def test_a_turned_knob_falls_back_to_the_class(cache, tiny_model):
    sounds = Sounds(tiny_model, ({"kick": 1.0},), (DEFAULTS,))
    values = np.array(sounds.rows)
    freezer = Freezer(ModelMaker(sounds, RATE, 0), sounds, RATE, cache / FOLDER)
    while freezer.step():
        pass
    own = {hit.seed for hit in FrozenMaker(sounds, RATE, 0).make([Request(0, 0)], values)}
    values[0, PAD_INDEX["z1"]] = 1.0
    turned = {hit.seed for hit in FrozenMaker(sounds, RATE, 0).make([Request(0, 0)], values)}
    assert own.isdisjoint(turned)
