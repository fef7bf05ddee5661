"""Everything a player can turn is a ramp: no step above its bound, and the target is reached."""

import numpy as np
import pytest
from small_world import RATE, flat, load, small_engine

LONG = 1600  # frames: the longest hit of the small world
SLACK = 1e-6  # float32 rounding


def steepest(signal):
    return float(np.abs(np.diff(signal)).max())


def test_pad_gain_moves_within_ten_milliseconds_and_no_steeper():
    with small_engine() as engine:
        load(engine, 0, flat(LONG, 0.5))
        engine.post_hit(0, 1.0)
        engine.post_set(0, "gain", -60.0, frame=200)
        out = engine.render(LONG)[:, 0]
        target = 0.5 * 10 ** (-60 / 20)
        assert (out[:201] == 0.5).all()
        line = np.linspace(0.5, target, 80, endpoint=False)
        np.testing.assert_allclose(out[200:280], line, atol=SLACK)
        np.testing.assert_allclose(out[280:], target, rtol=1e-5)


def test_pan_moves_both_sides_and_no_steeper():
    with small_engine() as engine:
        load(engine, 0, flat(LONG, 0.5))
        engine.post_hit(0, 1.0)
        engine.post_set(0, "pan", 1.0, frame=200)
        left, right = engine.render(LONG)[:-1].T
        assert max(steepest(left), steepest(right)) <= 0.5 / 80 + SLACK
        assert left[280] == pytest.approx(0.0, abs=1e-7)
        assert right[280] == 0.5


def test_a_control_swept_faster_than_its_ramp_never_steps():
    rng = np.random.default_rng(5)
    with small_engine() as engine:
        load(engine, 0, flat(LONG, 0.2))
        engine.post_hit(0, 1.0)
        for frame in range(10, LONG - 100, 13):
            engine.post_set(0, "gain", rng.uniform(-60, 12), frame=frame)
            engine.post_set(0, "pan", rng.uniform(-1, 1), frame=frame)
        out = engine.render(LONG)[:-1]
        full = 0.2 * 10 ** (12 / 20)
        assert max(steepest(out[:, 0]), steepest(out[:, 1])) <= full / 80 + SLACK


def test_master_gain_moves_within_twenty_milliseconds_from_its_own_frame():
    with small_engine() as engine:
        load(engine, 0, flat(LONG, 0.5))
        engine.post_hit(0, 1.0)
        engine.post_set(None, "gain", -20.0, frame=300)
        out = engine.render(LONG)[:, 0]
        assert (out[:301] == 0.5).all()
        np.testing.assert_allclose(out[300:460], np.linspace(0.5, 0.05, 161)[:-1], atol=SLACK)
        np.testing.assert_allclose(out[460:], 0.05, rtol=1e-5)


def test_attack_hold_and_release_last_as_long_as_they_say():
    with small_engine() as engine:
        load(engine, 0, flat(LONG))
        engine.post_set(None, "ceiling", 0.0)
        envelope = [("attack", 10.0), ("hold", 20.0), ("release", 40.0)]
        engine.post_hit(0, 0.5, params=[*envelope, ("gain", -20.0)])
        out = engine.render(LONG)[:, 0]
        top = np.float32(0.5**1.6 * 0.1)
        expected = np.concatenate([
            np.linspace(0, top, 80, endpoint=False), np.full(160, top),
            np.linspace(top, 0, 320, endpoint=False), np.zeros(LONG - 560),
        ])  # fmt: skip
        np.testing.assert_allclose(out, expected, atol=SLACK)
        assert engine.counters()["voices"] == 0


def test_turning_gain_does_not_cut_an_attack_short():
    with small_engine() as engine:
        load(engine, 0, flat(LONG, 0.5))
        engine.post_hit(0, 1.0, params=[("attack", 100.0)])
        engine.post_set(0, "gain", -6.0, frame=80)
        out = engine.render(LONG)[:, 0]
        assert steepest(out[:-1]) <= 0.5 / 800 + SLACK
        assert out[900] == pytest.approx(0.5 * 10 ** (-6 / 20), rel=1e-5)


def test_turning_something_else_meanwhile_does_not_delay_a_ramp():
    outs = []
    for others in ([], range(205, 400, 5)):
        with small_engine() as engine:
            load(engine, 0, flat(LONG, 0.5))
            engine.post_hit(0, 0.7, params=[("attack", 5.0)])
            engine.post_set(0, "gain", -7.0, frame=200)
            for frame in others:
                engine.post_set(0, "choke_fade", frame / 10, frame=frame)
                engine.post_set(0, "pitch", 0.0, frame=frame)
            outs.append(engine.render(LONG))
    np.testing.assert_array_equal(outs[0], outs[1])


def test_voices_follow_their_pad_but_for_what_the_hit_set_itself():
    with small_engine() as engine:
        load(engine, 0, flat(LONG, 0.25))
        engine.post_hit(0, 1.0)
        engine.post_hit(0, 1.0, params=[("gain", 0.0)])
        engine.post_set(0, "gain", -60.0, frame=100)
        out = engine.render(LONG)[:, 0]
        assert out[50] == 0.5
        assert out[300] == pytest.approx(0.25 + 0.25 * 0.001, rel=1e-5)


def test_a_setting_is_taken_at_its_frame_by_coming_hits():
    with small_engine() as engine:
        load(engine, 0, [0.5])
        engine.post_set(0, "gain", -20.0, frame=11)
        for frame in (10, 11, 12):
            engine.post_hit(0, 1.0, frame=frame)
        out = engine.render(RATE // 10)[:, 0]
        np.testing.assert_allclose(out[10:13], [0.5, 0.05, 0.05], rtol=1e-6)


@pytest.mark.parametrize("value", [1e9, -1e9, float("nan")])
def test_values_are_clamped_at_the_door(value):
    with small_engine() as engine:
        taken = engine.post_set(0, "gain_db", value)
        assert -60.0 <= taken <= 12.0
        assert engine.value(0, "gain") == taken
        with pytest.raises(KeyError, match="did you mean 'gain'"):
            engine.post_set(0, "gian", value)


def test_a_ramp_lasts_the_same_time_at_any_rate():
    for rate in (8000, 44100, 96000):
        with small_engine(rate=rate) as engine:
            load(engine, 0, flat(rate // 10, 0.5), rate=rate)
            engine.post_hit(0, 1.0)
            engine.post_set(0, "gain", -60.0, frame=1)
            out = engine.render(rate // 10)[:, 0]
            assert int((out > 0.00051).sum()) == pytest.approx(rate // 100, abs=2)
