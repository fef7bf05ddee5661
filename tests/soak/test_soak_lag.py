"""How far what is heard lags behind the fader: hits of places that it left a while ago."""

import numpy as np
import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.origin import origin_of
from astrodrum_live.params import PAD_INDEX
from astrodrum_live.soak.lag import Lag

RATE = 48000
SHARE = PAD_INDEX["kit_morph"]


@pytest.fixture
def engine():
    engine = Engine(EngineConfig(rate=RATE, hit_seconds=0.05))
    engine.render(480)
    yield engine
    engine.close()


def strike(engine, share: float, pad: int = 0) -> None:
    """A hit that was made for this place of the fader."""
    row = engine.row(pad)
    row[SHARE] = share
    audio = np.float32([0.1])
    origin = origin_of("model", 1, 7, 0.5, row, audio)
    epoch = int(engine.rings.epochs()[pad])
    for layer in range(3):
        engine.rings.push(pad, layer, audio, RATE, 7, epoch, 0, origin)
    engine.post_hit(pad, 0.5)
    engine.render(480)


def passed(engine, seconds: float) -> None:
    engine.render(round(seconds * RATE))


def test_hits_of_where_the_fader_is_or_was_just_now_are_not_stale(engine):
    lag = Lag(engine, {0})
    lag.moved(0.25)
    strike(engine, 0.25)
    lag.moved(0.5)
    passed(engine, 0.05)
    strike(engine, 0.25)
    lag.listen()
    assert (lag.heard, lag.stale) == (2, 0)


def test_hits_of_a_place_that_was_left_more_than_100_ms_ago_are_stale(engine):
    lag = Lag(engine, {0})
    lag.moved(0.25)
    passed(engine, 0.3)  # it rests there: that is no lag
    lag.moved(0.5)
    lag.moved(0.75)
    passed(engine, 0.12)
    strike(engine, 0.25)
    lag.listen()
    assert (lag.heard, lag.stale) == (1, 1)


def test_a_place_that_the_fader_passes_twice_counts_by_the_last_time(engine):
    lag = Lag(engine, {0})
    for share in (0.25, 0.5, 0.25):
        lag.moved(share)
        passed(engine, 0.2)
    strike(engine, 0.25)
    lag.listen()
    assert (lag.heard, lag.stale) == (1, 0)


def test_pads_that_are_on_no_way_are_not_counted(engine):
    lag = Lag(engine, {1})
    lag.moved(0.25)
    strike(engine, 0.0)
    lag.listen()
    assert lag.heard == 0
