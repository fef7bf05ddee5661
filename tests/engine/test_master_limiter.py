"""Below the limiter's ceiling nothing is touched, above it nothing passes, and it lets go again."""

import numpy as np
import pytest
from small_world import MS, RATE, flat, load, small_engine


def ceiling_gain(decibels):
    return np.float32(10 ** (decibels / 20))


def test_below_the_ceiling_not_a_bit_is_touched():
    hit = np.random.default_rng(6).uniform(-0.96, 0.96, 1600).astype(np.float32)
    with small_engine() as engine:
        load(engine, 0, hit)
        engine.post_hit(0, 1.0)
        np.testing.assert_array_equal(engine.render(1600)[:, 0], hit)
        assert engine.counters()["limited_blocks"] == 0


@pytest.mark.parametrize("decibels", [-12.0, -3.0, -0.3, 0.0])
@pytest.mark.parametrize("peak", [1.0, 8.0, 60.0])
def test_no_sample_ever_exceeds_the_ceiling(decibels, peak):
    hit = np.random.default_rng(7).uniform(-peak, peak, 1600)
    with small_engine() as engine:
        load(engine, 0, hit)
        engine.post_set(None, "ceiling", decibels)
        engine.post_set(None, "recovery", 10.0)
        engine.post_set(None, "gain", 12.0)
        engine.render(20 * MS)  # the ceiling moves as a ramp, too
        for pan in (-1.0, 0.3):
            engine.post_hit(0, 1.0, params=[("pan", pan)])
        out = engine.render(1600)
        assert np.abs(out).max() <= ceiling_gain(decibels)
        assert np.abs(out).max() > 0.999 * ceiling_gain(decibels)
        assert engine.take_peak() <= ceiling_gain(decibels)
        assert engine.counters()["limited_blocks"] == 1


def test_both_sides_are_pulled_down_alike():
    with small_engine() as engine:
        load(engine, 0, flat(100, 4.0))
        engine.post_hit(0, 1.0, params=[("pan", -0.5)])
        left, right = engine.render(100).T
        np.testing.assert_allclose(right / left, np.tan(np.pi / 8), rtol=1e-5)


def test_after_a_peak_the_gain_recovers_exponentially_and_then_lets_go_entirely():
    recovery = 10 * RATE // 1000  # frames to 1 - 1/e
    with small_engine() as engine:
        load(engine, 0, [4.0])
        load(engine, 1, flat(1600, 0.2))
        engine.post_set(None, "recovery", 10.0)
        engine.post_hit(0, 1.0)
        engine.post_hit(1, 1.0, frame=1)
        gain = engine.render(1600)[1:, 0] / np.float32(0.2)
        start = ceiling_gain(-0.3) / 4.0
        expected = 1 - (1 - start) * np.exp(-np.arange(1, 600) / recovery)
        np.testing.assert_allclose(gain[:599], expected, atol=1e-3)
        assert (gain[1200:1500] == 1.0).all()


def test_a_new_ceiling_comes_down_as_a_ramp_from_its_own_frame():
    with small_engine() as engine:
        load(engine, 0, flat(400, 0.9))
        engine.post_hit(0, 1.0)
        engine.post_set(None, "ceiling", -12.0, frame=150)
        out = engine.render(400)[:, 0]
        assert (out[:150] == np.float32(0.9)).all()
        assert np.abs(np.diff(out)).max() <= 1.01 / (20 * MS)  # full scale in 20 ms at most
        assert (out[150 + 20 * MS :] <= ceiling_gain(-12.0)).all()


def test_the_peak_meter_shows_the_highest_sample_since_last_asked():
    with small_engine() as engine:
        load(engine, 0, [0.1, -0.7, 0.2])
        engine.post_hit(0, 1.0)
        engine.render(64)
        assert engine.take_peak() == pytest.approx(0.7)
        engine.render(64)
        assert engine.take_peak() == 0.0


def test_a_mono_device_hears_the_mean_of_both_sides():
    with small_engine() as engine:
        load(engine, 0, [0.5])
        engine._header[0]["channels"] = 1
        engine.post_hit(0, 1.0)
        out = np.empty((8, 1), np.float32)
        engine.call_back(out)
        assert out[:, 0].tolist() == [0.25] + [0.0] * 7


def test_further_channels_of_a_device_stay_silent():
    with small_engine() as engine:
        load(engine, 0, [0.5])
        engine._header[0]["channels"] = 4
        engine.post_hit(0, 1.0)
        out = np.full((8, 4), np.nan, np.float32)
        engine.call_back(out)
        assert out[0].tolist() == [0.5, 0.0, 0.0, 0.0]
        assert not out[1:].any()
