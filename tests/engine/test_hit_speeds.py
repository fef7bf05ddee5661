"""Speed, acceleration and fit: where in its hit a voice is. A hit that rises by 1/4096 a frame
tells its own position: cubic interpolation keeps a straight line."""

import numpy as np
import pytest
from small_world import RATE, flat, live_voices, load, small_engine

FRAMES = 1200
UNIT = 1 / 4096


def positions(engine, frames, **own):
    """Where the hit is read, frame by frame; -1 where nothing sounds."""
    engine.post_hit(0, 1.0, params=own.items())
    return engine.render(frames)[:, 0] / UNIT - 1.0


def rising(frames=FRAMES):
    return (np.arange(frames, dtype=np.float32) + 1) * UNIT


@pytest.mark.parametrize("speed", [0.25, 0.5, 1.5, 2.0, 16.0])
def test_speed_is_the_rate(speed):
    with small_engine() as engine:
        load(engine, 0, rising())
        found = positions(engine, 500, speed=speed)
        expected = np.arange(500) * speed
        inside = (expected > 1) & (expected < FRAMES - 2)
        np.testing.assert_allclose(found[inside], expected[inside], atol=0.01)
        assert (found[expected >= FRAMES] == -1).all()


def test_speed_multiplies_pitch_and_the_hits_own_rate():
    with small_engine() as engine:
        load(engine, 0, rising(), rate=RATE / 2)
        found = positions(engine, 300, speed=3.0, pitch=12.0)
        np.testing.assert_allclose(found[1:300], np.arange(1, 300) * 3.0, atol=0.01)


def line(begin, end, lasts):
    """Positions after 0, 1, 2... frames of a rate that goes from begin to end."""
    k = np.arange(lasts)
    return begin * k + (end - begin) / lasts * k * (k - 1) / 2


@pytest.mark.parametrize(("speed", "accelerate"), [(1.0, 1.0), (2.0, -0.5), (0.5, 3.0)])
def test_the_rate_goes_in_a_line_and_arrives_as_the_hit_ends(speed, accelerate):
    end = speed * (1 + accelerate)
    lasts = round(FRAMES / ((speed + end) / 2))
    with small_engine() as engine:
        load(engine, 0, rising())
        found = positions(engine, lasts + 10, speed=speed, accelerate=accelerate)
        expected = line(speed, end, lasts)
        inside = (expected > 1) & (expected < FRAMES - 2)
        np.testing.assert_allclose(found[:lasts][inside], expected[inside], atol=0.02)
        assert (found[lasts + 2 :] == -1).all()
        assert live_voices(engine) == engine.counters()["voices"] == 0


def test_an_acceleration_backwards_is_the_same_from_the_other_side():
    with small_engine() as engine:
        load(engine, 0, rising(), rising())
        ahead = positions(engine, 900, accelerate=1.0)[:700]
        back = positions(engine, 900, speed=-1.0, accelerate=1.0)
        middle = slice(50, 700)
        np.testing.assert_allclose(back[middle], FRAMES - 1 - ahead[middle], atol=0.01)


@pytest.mark.parametrize("accelerate", [-1.0, -2.0, -8.0])
def test_a_rate_that_comes_to_zero_ends_there_without_a_click(accelerate):
    with small_engine() as engine:
        load(engine, 0, flat(FRAMES, 0.5))
        engine.post_hit(0, 1.0, params=[("accelerate", accelerate), ("hold", 10000)])
        out = engine.render(4 * FRAMES)[:, 0]
        lasts = FRAMES / ((1 + abs(1 + accelerate)) / 2) / abs(accelerate)
        sounding = np.flatnonzero(out)
        # a hit that is over just as its rate is arrives slowly: half a frame sooner is many
        assert sounding[-1] == pytest.approx(lasts, abs=60 if accelerate == -1.0 else 12)
        assert out.min() == 0.0
        if accelerate != -1.0:  # there the hit is over as its rate is
            assert np.abs(np.diff(out[1:])).max() <= 0.5 / 8 + 1e-6
        assert live_voices(engine) == engine.counters()["voices"] == 0


def test_an_acceleration_is_over_when_the_hold_is():
    """20 ms are 160 frames: from 1 to 2 in these, not in the 800 of the whole hit."""
    with small_engine() as engine:
        load(engine, 0, rising())
        found = positions(engine, 160, accelerate=1.0, hold=20.0)
        np.testing.assert_allclose(found[2:160], line(1.0, 2.0, 160)[2:], atol=0.02)


def test_a_turned_pitch_leaves_an_acceleration_alone():
    with small_engine() as engine, small_engine() as other:
        for one in (engine, other):
            load(one, 0, rising())
        engine.post_set(0, "pitch", 7.0, frame=100)
        own = {"accelerate": 1.0}
        np.testing.assert_array_equal(positions(engine, 700, **own), positions(other, 700, **own))


def test_a_turned_gain_does_not_end_a_glide():
    """Rows other than the pitch also make the pad look at its voices."""
    with small_engine() as engine, small_engine() as other:
        for one in (engine, other):
            load(one, 0, rising())
            one.post_hit(0, 1.0)
            one.post_set(0, "pitch", 12.0, frame=100)
        engine.post_set(0, "attack", 5.0, frame=150)
        np.testing.assert_array_equal(engine.render(600), other.render(600))


def test_fit_makes_the_hit_last_one_of_its_periods():
    """At 10 Hz 800 frames; the hit has 1200, so it is read at 3/2."""
    with small_engine() as engine:
        load(engine, 0, rising())
        found = positions(engine, 820, fit=10.0)
        np.testing.assert_allclose(found[1:798], np.arange(1, 798) * 1.5, atol=0.01)
        assert (found[801:] == -1).all()


def test_fit_counts_the_whole_hit_whatever_part_plays():
    with small_engine() as engine:
        load(engine, 0, rising())
        found = positions(engine, 820, fit=10.0, end=0.5)
        np.testing.assert_allclose(found[1:380], np.arange(1, 380) * 1.5, atol=0.01)
        assert (found[401:] == -1).all()
