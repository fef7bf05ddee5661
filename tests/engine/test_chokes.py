"""Chokes: who silences whom, within how long, and that simultaneous hits both sound."""

import numpy as np
import pytest
from small_world import MS, STEAL_FRAMES, flat, load, small_engine

OPEN, CLOSED, KICK = 0, 1, 2
LONG = 1600
SLACK = 1e-6


def fade(level, frames):
    return np.linspace(level, 0.0, frames, endpoint=False)


def test_a_hit_fades_the_pads_of_its_mask_within_their_choke_fade():
    with small_engine() as engine:
        load(engine, OPEN, flat(LONG, 0.25))
        load(engine, KICK, flat(LONG, 0.5))
        load(engine, CLOSED, [0.125])
        engine.set_chokes([0, 1 << OPEN])
        engine.post_set(OPEN, "choke_fade", 10.0)
        for pad in (OPEN, KICK):
            engine.post_hit(pad, 1.0)
        engine.post_hit(CLOSED, 1.0, frame=100)
        out = engine.render(400)[:, 0]
        assert (out[:100] == 0.75).all()
        assert out[100] == 0.875
        np.testing.assert_allclose(out[101:180], 0.5 + fade(0.25, 80)[1:], atol=SLACK)
        assert (out[180:] == 0.5).all()
        assert engine.counters()["choked"] == 1


def test_a_one_way_choke_does_not_work_the_other_way():
    with small_engine() as engine:
        load(engine, CLOSED, flat(LONG, 0.25))
        load(engine, OPEN, [0.125])
        engine.set_chokes([0, 1 << OPEN])
        engine.post_hit(CLOSED, 1.0)
        engine.post_hit(OPEN, 1.0, frame=100)
        assert (engine.render(400)[101:, 0] == 0.25).all()


@pytest.mark.parametrize("order", [(OPEN, CLOSED), (CLOSED, OPEN)])
def test_simultaneous_hits_of_a_group_both_sound_and_choke_what_is_older(order):
    group = (1 << OPEN) | (1 << CLOSED)
    with small_engine() as engine:
        load(engine, OPEN, flat(LONG, 0.25))
        load(engine, CLOSED, flat(LONG, 0.125))
        engine.set_chokes([group, group])
        engine.post_hit(OPEN, 1.0)
        for pad in order:
            engine.post_hit(pad, 1.0, frame=200)
        out = engine.render(LONG)[:, 0]
        assert (out[200 + 8 * MS : LONG - 1] == 0.375).all()
        assert engine.counters()["choked"] == 1


def test_a_pad_in_its_own_mask_is_monophonic():
    with small_engine() as engine:
        load(engine, KICK, flat(LONG, 0.25))
        engine.set_chokes([0, 0, 1 << KICK])
        for frame in (1, 301, 601):
            engine.post_hit(KICK, 1.0, frame=frame)
        out = engine.render(1200)[:, 0]
        assert (out[[300, 600, 900, 1100]] == 0.25).all()
        assert engine.counters()["voices"] == 1


def test_a_posted_choke_also_takes_what_began_at_its_frame():
    with small_engine() as engine:
        load(engine, OPEN, flat(LONG, 0.25))
        load(engine, KICK, flat(LONG, 0.5))
        engine.post_hit(OPEN, 1.0, frame=50)
        engine.post_hit(KICK, 1.0, frame=50)
        engine.post_choke(OPEN, frame=50)
        out = engine.render(LONG)[:, 0]
        np.testing.assert_allclose(out[50:114], 0.5 + fade(0.25, 64), atol=SLACK)
        assert (out[114:1600] == 0.5).all()


def test_a_choke_of_all_pads_takes_everything():
    with small_engine() as engine:
        for pad in range(16):
            load(engine, pad, flat(LONG, 0.03))
        for pad in range(8):
            engine.post_hit(2 * pad, 1.0)
        engine.post_choke(None, frame=10)
        out = engine.render(400)[:, 0]
        assert out[9] == pytest.approx(8 * 0.03)
        assert not out[10 + 8 * MS :].any()
        assert engine.counters()["voices"] == 0


def test_choking_a_voice_in_a_long_release_shortens_it():
    with small_engine() as engine:
        load(engine, OPEN, flat(LONG, 0.5))
        engine.post_hit(OPEN, 1.0, params=[("hold", 0.0), ("release", 200.0)])
        engine.post_choke(OPEN, frame=801)
        out = engine.render(LONG)[:, 0]
        assert out[801] == pytest.approx(0.25, rel=1e-5)
        np.testing.assert_allclose(out[801 : 801 + 64], fade(0.25, 64), atol=SLACK)
        assert not out[801 + 64 :].any()


def test_choking_a_voice_that_ends_sooner_changes_nothing():
    outs = []
    for chokes in ([], [100], [100, 101, 102]):
        with small_engine() as engine:
            load(engine, OPEN, flat(LONG, 0.5))
            engine.post_set(OPEN, "choke_fade", 100.0)
            engine.post_hit(OPEN, 1.0, params=[("hold", 0.0), ("release", 50.0)])
            for frame in chokes:
                engine.post_choke(OPEN, frame=frame)
            outs.append(engine.render(LONG))
            assert engine.counters()["choked"] == 0
    np.testing.assert_array_equal(outs[0], outs[1])
    np.testing.assert_array_equal(outs[0], outs[2])


def test_choking_twice_fades_and_counts_once():
    with small_engine() as engine:
        load(engine, OPEN, flat(LONG, 0.5))
        engine.post_hit(OPEN, 1.0)
        engine.post_choke(OPEN, frame=100)
        engine.post_choke(OPEN, frame=130)
        out = engine.render(400)[:, 0]
        np.testing.assert_allclose(out[100:164], fade(0.5, 64), atol=SLACK)
        assert engine.counters()["choked"] == 1


def test_panic_silences_within_five_milliseconds_and_forgets_the_schedule():
    with small_engine() as engine:
        load(engine, OPEN, flat(LONG, 0.25))
        engine.post_hit(OPEN, 1.0)
        engine.post_hit(OPEN, 1.0, params=[("hold", 0.0), ("release", 200.0)])
        for frame in range(200, 1200, 50):
            engine.post_hit(OPEN, 1.0, frame=frame)
        engine.render(100)
        engine.post_panic()
        out = engine.render(LONG)[:, 0]
        assert np.abs(np.diff(out)).max() <= 0.5 / STEAL_FRAMES + SLACK
        assert not out[STEAL_FRAMES:].any()
        assert engine.counters()["voices"] == 0
        assert engine.counters()["played"] == 2


def test_a_hit_posted_after_a_panic_sounds_even_in_the_same_block():
    with small_engine() as engine:
        load(engine, KICK, flat(LONG, 0.25))
        engine.post_hit(KICK, 1.0, frame=10)
        engine.post_panic()
        engine.post_hit(KICK, 0.5, frame=20)
        engine.post_hit(KICK, 1.0)
        engine.render(64)
        log = engine.drain_played()
        assert log["frame"].tolist() == [0, 20]
        assert log["velocity"].tolist() == [1.0, 0.5]


def test_a_hush_forgets_the_schedule_but_lets_ring_what_rings():
    with small_engine() as engine:
        load(engine, KICK, flat(LONG, 0.25))
        engine.post_hit(KICK, 1.0)
        engine.post_hit(KICK, 1.0, frame=200)
        engine.render(100)
        engine.post_hush()
        engine.post_hit(KICK, 0.0, frame=300)
        out = engine.render(LONG)[:, 0]
        assert (out[: LONG - 100] == 0.25).all()
        assert engine.drain_played()["frame"].tolist() == [0, 300]


def test_a_hush_right_behind_a_panic_does_not_save_what_rings():
    with small_engine() as engine:
        load(engine, KICK, flat(LONG, 0.25))
        engine.post_hit(KICK, 1.0)
        engine.render(100)
        engine.post_panic()
        engine.post_hush()
        out = engine.render(LONG)[:, 0]
        assert not out[STEAL_FRAMES:].any()


def test_settings_that_were_scheduled_survive_a_panic():
    with small_engine() as engine:
        load(engine, KICK, [0.5])
        for frame in (300, 100, 200):
            engine.post_hit(KICK, 1.0, frame=frame)
            engine.post_set(KICK, "gain", -frame / 10, frame=frame)
        engine.render(10)
        engine.post_panic()
        engine.post_hit(KICK, 1.0, frame=250)
        engine.post_hit(KICK, 1.0, frame=350)
        out = engine.render(400)[:, 0]
        np.testing.assert_array_equal(np.flatnonzero(out), [240, 340])
        np.testing.assert_allclose(out[[240, 340]], [0.5 * 0.1, 0.5 * 10**-1.5], rtol=1e-5)
