"""A hit posted for frame F sounds at frame F, at the level its velocity and pan say."""

import math

import numpy as np
import pytest
from small_world import IMPULSE, RATE, load, render, small_engine

BLOCKS = [1, 2, 3, 7, 32, 64, 128, 255, 256, 500, 1000, 1024]


@pytest.mark.parametrize("block", BLOCKS)
def test_impulse_comes_out_at_its_frame_wherever_in_the_block_it_falls(block):
    length = 5 * max(block, 40)
    edges = [n * block + offset for n in range(1, 4) for offset in (-1, 0, 1)]
    frames = sorted({frame for frame in [1, 5, 37, *edges] if 0 < frame < length})
    with small_engine(voices=64) as engine:
        load(engine, 0, IMPULSE)
        for frame in reversed(frames):
            assert engine.post_hit(0, 1.0, frame=frame)
        out = render(engine, length, [block] * length)
        expected = np.zeros(length, np.float32)
        expected[frames] = 0.5
        np.testing.assert_array_equal(out[:, 0], expected)
        np.testing.assert_array_equal(out[:, 1], 0.0)
        assert engine.drain_played()["frame"].tolist() == frames
        assert engine.counters()["late"] == 0


def test_a_hit_posted_soon_sounds_at_the_start_of_the_next_block():
    with small_engine() as engine:
        load(engine, 0, IMPULSE)
        engine.render(100)
        engine.post_hit(0, 1.0)
        assert engine.render(100)[:, 0].tolist() == [0.5] + [0.0] * 99


@pytest.mark.parametrize("velocity", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("pan", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_level_is_the_velocity_curve_times_constant_power_pan(velocity, pan):
    with small_engine() as engine:
        load(engine, 0, IMPULSE)
        engine.post_set(0, "gain", -6.0)
        engine.post_hit(0, velocity, params=[("pan", pan)])
        left, right = engine.render(16)[0]
        gain = 0.5 * velocity**1.6 * 10 ** (-6 / 20)
        assert left == pytest.approx(gain * math.cos((pan + 1) * math.pi / 4), rel=1e-6, abs=1e-9)
        assert right == pytest.approx(gain * math.sin((pan + 1) * math.pi / 4), rel=1e-6, abs=1e-9)


def test_velocity_is_spread_over_floor_and_ceiling_and_then_curved():
    with small_engine() as engine:
        load(engine, 0, IMPULSE)
        for name, value in [("floor", 0.2), ("ceiling", 0.6), ("curve", 2.0)]:
            engine.post_set(0, name, value)
        engine.post_hit(0, 0.5)
        assert engine.render(4)[0, 0] == pytest.approx(0.5 * 0.4**2, rel=1e-6)


@pytest.mark.parametrize("velocity", [float("nan"), -1.0])
def test_a_velocity_that_is_none_is_silent_and_spoils_nothing(velocity):
    with small_engine() as engine:
        load(engine, 0, IMPULSE)
        load(engine, 1, IMPULSE)
        engine.post_hit(0, velocity)
        engine.post_hit(1, 1.0)
        assert engine.render(8)[0, 0] == 0.5
        assert engine.counters()["bad_samples"] == 0


def test_hits_own_values_win_over_the_pads_for_that_hit_only():
    with small_engine() as engine:
        load(engine, 0, IMPULSE)
        engine.post_hit(0, 1.0, frame=1, params=[("gain", -60.0)])
        engine.post_hit(0, 1.0, frame=9)
        out = engine.render(16)[:, 0]
        assert out[1] == pytest.approx(0.0005, rel=1e-5)
        assert out[9] == 0.5


def test_a_pad_that_is_not_there_is_refused():
    with small_engine() as engine:
        for pad in (-1, 16):
            with pytest.raises(ValueError, match="0 to 15"):
                engine.post_hit(pad, 1.0)


def test_without_any_hit_the_trigger_is_counted_as_empty():
    with small_engine() as engine:
        engine.post_hit(3, 1.0)
        assert not engine.render(RATE // 100).any()
        assert engine.counters()["empty"] == 1
        assert engine.counters()["voices"] == 0


def test_a_block_longer_than_the_mix_buffer_is_rendered_in_parts():
    with small_engine() as engine:
        load(engine, 0, IMPULSE)
        for frame in (8191, 8192, 19_999):
            engine.post_hit(0, 1.0, frame=frame)
        out = engine.render(20_000)[:, 0]
        assert np.flatnonzero(out).tolist() == [8191, 8192, 19_999]
