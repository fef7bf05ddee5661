"""Pads that wander: where they are follows from the bar, and home is a message away."""

import numpy as np
import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import Hit, Home, Set
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.homes import Homes
from astrodrum_live.generation.planner import LOW
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.layers import LAYERS
from astrodrum_live.live.drift import Drift, bars_of
from astrodrum_live.live.offline import OfflineInstrument
from astrodrum_live.model.latents import NormalPrior, UniformPrior
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS
from astrodrum_live.transport.transport import Transport

RATE = 48000
BAR = 2 * RATE  # at 120 BPM
KIT = """version = 1
[[pad]]
name = "kick"
class = "kick"
drift = 1.0
drift_bars = 1
[[pad]]
name = "snare"
class = "snare"
drift = 0.5
[[pad]]
name = "tom"
class = "tom"
"""
CLASSES = ("kick", "snare")


@pytest.fixture
def engine():
    engine = Engine(EngineConfig(rate=RATE, hit_seconds=0.1))
    for pad in (0, 1):
        engine.post_set(pad, "drift", 0.5)
        engine.post_set(pad, "drift_bars", 2.0)
    yield engine
    engine.close()


def row(**changed: float) -> np.ndarray:
    values = np.array([param.default for param in PAD_PARAMS])
    for name, value in changed.items():
        values[PAD_INDEX[name]] = value
    return values


def home_of(prior, **changed: float) -> np.ndarray:
    homes = Homes(prior, Sounds(None, ({"kick": 1.0},)), CLASSES)
    return homes.of(0, row(seed=7, **changed))[1]


@pytest.mark.parametrize("prior", [NormalPrior(64, 2), UniformPrior(64, 2)])
def test_an_excursion_leads_away_and_back_smoothly_and_the_next_one_elsewhere(prior):
    home = home_of(prior)
    far = [np.linalg.norm(home_of(prior, drift=0.8, wander=n / 64) - home) for n in range(65)]
    assert far[0] == far[64] == 0.0
    np.testing.assert_array_equal(np.argsort(far[:33]), np.arange(33))  # ever further, half way
    np.testing.assert_allclose(far[33:], far[31::-1], rtol=1e-3, atol=1e-3)
    assert max(np.abs(np.diff(far))) < 0.06 * far[32]  # of a jump there would be one large step
    other = home_of(prior, drift=0.8, wander=1.5) - home
    first = home_of(prior, drift=0.8, wander=0.5) - home
    assert abs(other @ first) < 0.95 * np.linalg.norm(other) * np.linalg.norm(first)
    np.testing.assert_array_equal(home_of(prior, drift=0.8, wander=16.0), home)


def test_a_drift_of_0_stays_and_of_1_arrives_at_another_drum_of_the_class():
    prior = NormalPrior(64, 2)
    np.testing.assert_array_equal(home_of(prior, wander=0.5), home_of(prior))
    size = np.linalg.norm(home_of(prior, drift=1.0, wander=0.5))
    assert size == pytest.approx(8.0, rel=0.25)  # on the sphere, as any drum: the root of 64


def test_without_a_transport_two_seconds_are_a_bar(engine):
    drift = Drift(engine)
    assert drift.place(0, 0) == 0.0
    assert drift.place(0, BAR) == 0.5
    assert drift.place(0, BAR + BAR // 16) == 0.5 + 1 / 32
    assert drift.place(0, BAR + BAR // 16 - 1) == 0.5
    assert drift.place(0, 2 * BAR * 17) == 1.0  # after sixteen excursions the first comes again


def test_a_transport_that_plays_says_where_the_bar_is(engine):
    transport = Transport(RATE)
    drift = Drift(engine, bars_of(transport))
    transport.set_beats_per_bar(3)
    transport.set_tempo(60.0, 0)
    transport.start(RATE, 0)
    assert drift.place(0, RATE + 3 * RATE) == 0.5  # a bar of three seconds, of two bars
    transport.stop(5 * RATE)
    assert drift.place(0, BAR) == 0.5


def test_home_holds_until_the_next_excursion_begins(engine):
    drift = Drift(engine)
    drift.move(0, BAR)
    drift.move(1, BAR)
    drift.home(0, BAR)
    assert [engine.value(pad, "wander") for pad in (0, 1)] == [0.0, 0.5]
    assert drift.place(0, BAR + BAR // 2) == 0.0
    assert drift.place(0, 2 * BAR + BAR // 2) == 1.25
    drift.home(None, 2 * BAR + BAR // 2)
    assert [engine.value(pad, "wander") for pad in (0, 1)] == [1.0, 1.0]


def fill(engine, pad: int, count: int) -> None:
    for layer in range(LAYERS):
        for n in range(count):
            engine.rings.push(pad, layer, np.ones(10), RATE, n, int(engine.rings.epochs()[pad]))


def test_a_pad_moves_only_when_it_was_struck_and_has_its_hits(engine):
    """A generator that cannot serve is not asked for more, and nobody's silence costs anything."""
    drift = Drift(engine)
    fill(engine, 0, LOW)
    engine.render(BAR // 2)
    before = engine.rings.epochs().copy()
    drift.step()  # the first move needs no stroke: nothing has been heard yet
    assert list((engine.rings.epochs() - before)[:3]) == [1, 0, 0]  # the second pad has no hits
    assert engine.value(0, "wander") == 0.25
    engine.render(BAR // 2)
    fill(engine, 0, LOW + 1)
    drift.step()
    assert engine.value(0, "wander") == 0.25  # nobody struck it
    engine.post_hit(0, 0.5)
    engine.render(256)
    drift.step()
    assert engine.value(0, "wander") == 0.5
    drift.step()
    assert engine.value(0, "wander") == 0.5  # its new hits are not there yet


def rendered(patch, timed, block=256, generator="cpu"):
    instrument = OfflineInstrument(patch, 1, RATE, block, generator)
    try:
        return np.concatenate(list(instrument.render(timed)))
    finally:
        instrument.close()


def score() -> list:
    timed = [(1 + 4000 * n, Hit(n % 3, 0.7)) for n in range(30)]
    timed += [(40000, Home(0)), (70000, Set(2, "drift", 0.7)), (90001, Set(0, "drift_bars", 3.0))]
    return sorted(timed, key=lambda item: item[0])


def test_a_drifting_kit_renders_the_same_bits_at_any_block_size(kit):
    patch = load_patch(kit("three", KIT))
    expected = rendered(patch, score())
    for block in (100, 8000):
        np.testing.assert_array_equal(rendered(patch, score(), block), expected)


def test_offline_each_hit_is_where_its_bar_says(kit):
    patch = load_patch(kit("three", KIT))
    instrument = OfflineInstrument(patch, 1, RATE, 256, "frozen")
    try:
        places = []
        pieces = instrument.render([(1 + BAR * n // 8, Hit(0, 0.7)) for n in range(9)])
        for _ in pieces:
            if len(instrument.engine.drain_played()):
                places.append(instrument.engine.value(0, "wander"))
        np.testing.assert_array_equal(places, np.arange(9) / 8)
    finally:
        instrument.close()
