"""Unpitched hits are copied; pitched ones are read by a cubic, at speed, and inside their hit."""

import numpy as np
import pytest
from small_world import HARD, RATE, load, small_engine

PITCHES = [-24.0, -12.0, -7.3, -0.1, 0.1, 5.0, 12.0, 24.0]


def sine(frames, hertz, rate=RATE):
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(frames) / rate)


def catmull_rom(hit, positions):
    """The reference, in double precision: ``hit`` with silence around it."""
    padded = np.concatenate([[0.0], np.asarray(hit, np.float64), [0.0, 0.0]])
    index = positions.astype(int)
    t = positions - index
    p0, p1, p2, p3 = (padded[index + k] for k in range(4))
    slope1, slope2 = (p2 - p0) / 2, (p3 - p1) / 2
    return ((2 * t**3 - 3 * t**2 + 1) * p1 + (t**3 - 2 * t**2 + t) * slope1
            + (3 * t**2 - 2 * t**3) * p2 + (t**3 - t**2) * slope2)  # fmt: skip


def play(engine, pitch=0.0, velocity=1.0, frames=2000):
    engine.post_hit(0, velocity, params=[("pitch", pitch)])
    return engine.render(frames)


def test_an_unpitched_hit_is_copied_bit_for_bit():
    hit = np.random.default_rng(1).uniform(-0.9, 0.9, 777).astype(np.float32)
    with small_engine() as engine:
        load(engine, 0, hit)
        out = play(engine)
        np.testing.assert_array_equal(out[:777, 0], hit)
        assert not out[777:].any()


def test_an_unpitched_hit_times_a_gain_is_one_multiplication():
    hit = np.random.default_rng(2).uniform(-0.9, 0.9, 777).astype(np.float32)
    with small_engine() as engine:
        load(engine, 0, hit)
        out = play(engine, velocity=0.5)
        np.testing.assert_array_equal(out[:777, 0], hit * np.float32(0.5**1.6))


@pytest.mark.parametrize("pitch", PITCHES)
def test_a_pitched_hit_is_its_cubic_read_at_the_new_speed(pitch):
    hit = np.random.default_rng(3).uniform(-0.5, 0.5, 400)
    step = np.rint(2 ** (np.float64(np.float32(pitch)) / 12) * 2**32) / 2**32
    positions = np.arange(np.ceil(400 / step)) * step
    with small_engine() as engine:
        load(engine, 0, hit)
        out = play(engine, pitch)[:, 0]
        np.testing.assert_allclose(
            out[: positions.size], catmull_rom(hit.astype(np.float32), positions), atol=2e-6
        )
        assert not out[positions.size :].any()
        assert engine.counters()["voices"] == 0


@pytest.mark.parametrize("pitch", [-12.0, -5.0, 7.0, 12.0])
def test_a_pitched_sine_is_a_sine_of_the_new_frequency(pitch):
    with small_engine() as engine:
        load(engine, 0, sine(1600, 200.0))
        step = 2 ** (pitch / 12)
        frames = int(1500 / step)
        out = play(engine, pitch, frames=4000)[:frames, 0]
        inside = slice(2, frames)  # the first samples border on the silence before the hit
        np.testing.assert_allclose(out[inside], sine(frames, 200.0 * step)[inside], atol=1.5e-3)


def test_a_hit_at_another_rate_keeps_its_pitch():
    with small_engine(rate=48000) as engine:
        load(engine, 0, sine(8000, 440.0, 44100), rate=44100)
        out = play(engine, frames=8000)[:, 0]
        inside = slice(2, int(7990 * 48000 / 44100) // 2)
        np.testing.assert_allclose(out[inside], sine(8000, 440.0, 48000)[inside], atol=1e-4)


def test_turning_pitch_glides_to_the_new_frequency_without_a_step():
    with small_engine() as engine:
        load(engine, 0, sine(1600, 50.0))
        engine.post_hit(0, 1.0)
        engine.post_set(0, "pitch", 12.0, frame=400)
        out = engine.render(2000)[:, 0]
        steepest = 0.5 * 2 * np.pi * 100.0 / RATE  # of a sine of twice the frequency
        assert np.abs(np.diff(out[1:900])).max() < 1.01 * steepest
        positions = 400 + glide_length(1.0, 2.0, 160) + 2.0 * np.arange(300)
        np.testing.assert_allclose(
            out[560:860], 0.5 * np.sin(2 * np.pi * 50.0 * positions / RATE), atol=1e-4
        )


def glide_length(start, end, frames):
    """How far a hit is read while its step moves from ``start`` to ``end``."""
    return sum(start + (end - start) * k / frames for k in range(frames))


@pytest.mark.parametrize("poison", [np.nan, np.inf, 1e30])
@pytest.mark.parametrize("pitch", [0.0, *PITCHES])
def test_nothing_beyond_a_hit_is_ever_read(poison, pitch):
    hit = np.random.default_rng(4).uniform(-0.5, 0.5, 37)
    outs = []
    for filling in (0.0, poison):
        with small_engine(voices=2, hit_seconds=0.05) as engine:
            engine.memory.arena[:] = filling
            load(engine, 0, hit)
            for frame, glide in [(1, -24.0), (40, 24.0), (60, pitch)]:
                engine.post_hit(0, 0.5, frame=frame, params=[("pitch", pitch)])
                engine.post_hit(0, 0.5, frame=frame)
                engine.post_set(0, "pitch", glide, frame=frame + 7)
            outs.append(engine.render(900))
            assert engine.counters()["bad_samples"] == 0
    np.testing.assert_array_equal(outs[0], outs[1])


@pytest.mark.parametrize(("audio", "rate"), [([], RATE), ([1.0], 0.0), ([1.0], float("nan"))])
def test_a_hit_that_cannot_be_played_is_refused_at_the_door(audio, rate):
    with small_engine() as engine, pytest.raises(ValueError, match="cannot be played"):
        engine.rings.push(0, HARD, np.array(audio), rate, 1, 0)
