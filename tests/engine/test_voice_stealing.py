"""Beyond the polyphony the new hit is exact, and the quietest older one fades without a click."""

import numpy as np
import pytest
from small_world import LIVE, STEAL_FRAMES, flat, live_voices, load, small_engine

LONG = 1600
SLACK = 1e-6
LEVELS = [0.2, 0.05, 0.1, 0.15]


def full_house(engine, at=1):
    """Four voices of different levels, one frame apart; returns their sum."""
    engine.render(at - 1) if at > 1 else None
    for pad, level in enumerate(LEVELS):
        load(engine, pad, flat(LONG, level))
        engine.post_hit(pad, 1.0, frame=at + pad)
    return np.float32(sum(LEVELS))


def test_the_new_hit_is_exact_and_the_quietest_older_voice_fades_in_five_milliseconds():
    with small_engine(voices=4) as engine:
        before = full_house(engine)
        load(engine, 5, flat(LONG, 0.3))
        engine.post_hit(5, 1.0, frame=500)
        out = engine.render(1000)[:, 0]
        np.testing.assert_allclose(out[10:500], before, atol=SLACK)
        fading = np.linspace(0.05, 0.0, STEAL_FRAMES, endpoint=False)
        np.testing.assert_allclose(out[500:540], before - 0.05 + 0.3 + fading, atol=SLACK)
        np.testing.assert_allclose(out[540:], before - 0.05 + 0.3, atol=SLACK)
        counters = engine.counters()
        assert counters["stolen"] == 1
        assert counters["cut_off"] == 0
        assert counters["voices"] == counters["voices_max"] == 4


def test_the_newest_voices_are_spared_though_they_are_quieter():
    with small_engine(voices=4) as engine:
        for pad, level in enumerate([0.3, 0.2, 0.01, 0.02]):
            load(engine, pad, flat(LONG, level))
            engine.post_hit(pad, 1.0, frame=1 + 400 * (pad // 2))
        load(engine, 5, [0.1])
        engine.post_hit(5, 1.0, frame=500)
        out = engine.render(600)[:, 0]
        assert out[590] == pytest.approx(0.3 + 0.01 + 0.02, abs=SLACK)


def test_a_voice_that_is_about_to_be_loud_is_not_taken_for_a_quiet_one():
    swell = np.concatenate([flat(500, 0.001), flat(500, 0.3)])
    with small_engine(voices=2) as engine:
        load(engine, 0, swell)
        load(engine, 1, flat(LONG, 0.1))
        load(engine, 2, [0.0, 0.0])
        for pad in (0, 1):
            engine.post_hit(pad, 1.0, frame=1)
        engine.post_hit(2, 1.0, frame=300)
        assert engine.render(700)[650, 0] == pytest.approx(0.3, abs=SLACK)


def test_a_voice_that_has_just_ended_makes_room_without_a_theft():
    with small_engine(voices=1) as engine:
        load(engine, 0, flat(50, 0.5))
        for number in range(20):
            engine.post_hit(0, 1.0, frame=1 + 50 * number)
        out = engine.render(1001)[:, 0]
        assert (out[1:] == 0.5).all()
        assert engine.counters()["stolen"] == 0


def test_twelve_hits_in_one_block_are_all_on_time_and_at_full_level():
    with small_engine(voices=4) as engine:
        full_house(engine)
        engine.render(100)
        for number in range(12):
            load(engine, 6, [0.3], seed=number)
            engine.post_hit(6, 1.0, frame=100 + 5 * number)
        out = engine.render(64)[:, 0]
        beside = np.delete(out, np.arange(0, 60, 5))
        onsets = out[0:60:5] - np.concatenate([[np.float32(sum(LEVELS))], out[4:59:5]])
        np.testing.assert_allclose(onsets, 0.3, atol=0.5 / STEAL_FRAMES)
        assert np.abs(np.diff(beside)).max() <= sum(LEVELS) / STEAL_FRAMES + SLACK
        assert engine.drain_played()["frame"].tolist()[-12:] == list(range(100, 160, 5))
        assert engine.counters()["cut_off"] == 0


@pytest.mark.parametrize("per_block", [1, 4, 12])
def test_a_storm_on_96_voices_cuts_nothing_off_and_leaves_nothing_behind(per_block):
    rng = np.random.default_rng(per_block)
    with small_engine(voices=96, rate=48000, hit_seconds=0.1) as engine:
        for pad in range(8):
            load(engine, pad, *rng.uniform(-0.02, 0.02, (8, 4800)), rate=48000)
        for block in range(300):
            for _ in range(per_block):
                frame = 64 * block + int(rng.integers(1, 64))
                engine.post_hit(int(rng.integers(8)), rng.random(), frame=frame)
            engine.render(64)
            counters = engine.counters()
            assert counters["voices"] == live_voices(engine) <= 96
        assert counters["played"] == 300 * per_block
        assert counters["late"] == counters["cut_off"] == counters["bad_samples"] == 0
        engine.render(4800)
        assert not engine.render(64).any()
        assert engine.counters()["voices"] == 0
        assert not engine._header[0]["voice"]["state"].any()


def test_a_whole_house_struck_anew_at_one_frame_is_still_on_time():
    with small_engine(voices=96) as engine:
        load(engine, 0, flat(LONG, 0.005))
        load(engine, 1, flat(LONG, 0.004))
        for pad, frame in ((0, 1), (1, 500)):
            for _ in range(96):
                engine.post_hit(pad, 1.0, frame=frame)
        out = engine.render(LONG)[:, 0]
        assert out[500] == pytest.approx(96 * 0.009, rel=1e-4)
        np.testing.assert_allclose(out[545:1500], 96 * 0.004, rtol=1e-4)
        assert engine.counters()["stolen"] == 96
        assert engine.counters()["cut_off"] == 0


def test_beyond_all_reason_the_quietest_dying_voice_is_cut_off_and_counted():
    with small_engine(voices=2) as engine:
        for pad, level in enumerate([0.3, 0.2, 0.1, 0.1, 0.1]):
            load(engine, pad, flat(LONG, level))
            engine.post_hit(pad, 1.0, frame=100 + 2 * pad)
        out = engine.render(400)[:, 0]
        counters = engine.counters()
        assert counters["cut_off"] == 1
        assert counters["played"] == 5
        assert counters["voices"] == live_voices(engine) == 2
        assert np.abs(np.diff(out[109:])).max() < 0.3 / STEAL_FRAMES + 0.2 / STEAL_FRAMES + SLACK
        np.testing.assert_allclose(out[200:], 0.2, atol=SLACK)


def test_a_broken_hit_that_cuts_a_voice_off_leaves_no_broken_voice():
    with small_engine(voices=1) as engine:
        load(engine, 0, flat(LONG, 0.2))
        load(engine, 1, flat(LONG, np.nan))
        for frame in (1, 2, 3):
            engine.post_hit(0, 1.0, frame=frame)
        engine.post_hit(1, 1.0, frame=4)
        out = engine.render(400)
        assert np.isfinite(out).all()
        assert engine.counters()["bad_samples"] == 0
        assert engine.counters()["bad_hits"] == 1
        assert engine.counters()["voices"] == live_voices(engine)


def test_states_are_named_as_the_tests_name_them():
    from astrodrum_live.rt import voice

    assert voice.LIVE == LIVE
