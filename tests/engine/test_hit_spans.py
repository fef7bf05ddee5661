"""Which part of a hit plays, which way round, how often, and with what edges."""

import numpy as np
import pytest
from small_world import MS, flat, live_voices, load, small_engine

THREE = [0.1, 0.2, 0.3]


def play(engine, frames, *, pad=0, **own):
    engine.post_hit(pad, 1.0, params=own.items())
    return engine.render(frames)[:, 0]


def ramp(frames):
    return np.arange(1, frames + 1, dtype=np.float32) / 1024


def test_a_hit_plays_backwards():
    with small_engine() as engine:
        load(engine, 0, THREE)
        np.testing.assert_array_equal(
            play(engine, 5, speed=-1.0), np.float32([0.3, 0.2, 0.1, 0, 0])
        )


def test_backwards_and_forwards_are_two_voices_of_one_hit():
    with small_engine() as engine:
        load(engine, 0, THREE, THREE)
        engine.post_hit(0, 1.0)
        out = play(engine, 3, speed=-1.0)
        np.testing.assert_array_equal(out, np.float32(THREE) + np.float32(THREE[::-1]))


def test_begin_and_end_choose_the_part_that_plays():
    with small_engine() as engine:
        load(engine, 0, ramp(400))
        out = play(engine, 400, begin=0.25, end=0.75)
        np.testing.assert_array_equal(out[MS : 200 - MS], ramp(400)[100 + MS : 300 - MS])
        assert not out[200:].any()
        assert live_voices(engine) == engine.counters()["voices"] == 0


def test_a_cut_edge_is_a_fade_of_one_millisecond():
    with small_engine() as engine:
        load(engine, 0, flat(400, 0.5))
        out = play(engine, 400, begin=0.25, end=0.75)
        rise = 0.5 * np.arange(1, MS + 1) / (MS + 1)
        np.testing.assert_allclose(out[:MS], rise, rtol=1e-6)
        np.testing.assert_allclose(out[200 - MS : 200], rise[::-1], rtol=1e-6)
        assert (out[MS : 200 - MS] == 0.5).all()


def test_an_edge_that_is_the_hits_own_is_left_alone():
    with small_engine() as engine:
        load(engine, 0, flat(400, 0.5), flat(400, 0.5))
        assert (play(engine, 400, end=0.5)[: 200 - MS] == 0.5).all()
        assert (play(engine, 400, begin=0.5)[MS:200] == 0.5).all()


def test_edges_take_no_more_than_their_share_of_a_short_part():
    with small_engine() as engine:
        load(engine, 0, flat(160, 0.5))
        out = play(engine, 160, end=0.1)  # 16 frames: 19 % are 3
        assert (out[:13] == 0.5).all()
        np.testing.assert_allclose(out[13:16], [0.375, 0.25, 0.125])


def test_an_edge_lasts_a_millisecond_at_any_speed():
    with small_engine() as engine:
        load(engine, 0, flat(800, 0.5))
        out = play(engine, 400, begin=0.5, speed=2.0)
        assert np.count_nonzero(out[:200] < 0.4999) == pytest.approx(MS, abs=1)


def test_a_part_backwards_begins_at_its_end():
    with small_engine() as engine:
        load(engine, 0, ramp(400))
        out = play(engine, 400, begin=0.25, end=0.75, speed=-1.0)
        np.testing.assert_array_equal(out[MS : 200 - MS], ramp(400)[100 + MS : 300 - MS][::-1])


def test_a_loop_plays_the_part_so_often():
    with small_engine() as engine:
        load(engine, 0, THREE)
        out = play(engine, 12, loop=3)
        np.testing.assert_array_equal(out, np.float32(THREE * 3 + [0, 0, 0]))
        assert engine.counters()["voices"] == 0


def test_a_loop_ends_with_its_hold():
    with small_engine() as engine:
        load(engine, 0, flat(80, 0.5))
        out = play(engine, 640, loop=64, hold=20.0, release=10.0)
        assert (out[: 20 * MS] == 0.5).all()
        assert not out[30 * MS :].any()


def test_a_loop_keeps_the_fraction_of_its_phase():
    """At 3/2 frames a frame, three frames are over after two: 0, 1.5 | 3 = 0 again."""
    with small_engine() as engine:
        load(engine, 0, THREE, THREE)
        once = play(engine, 4, speed=1.5)[:2]
        np.testing.assert_array_equal(play(engine, 8, loop=3, speed=1.5)[:6], [*once] * 3)


@pytest.mark.parametrize(
    "own",
    [
        {"speed": 0.0},
        {"begin": 0.5, "end": 0.5},
        {"begin": 0.75, "end": 0.25},
        {"begin": 0.5, "end": 0.5 + 7 / 400},
    ],
)
def test_what_leaves_nothing_to_play_is_silent_and_counted(own):
    with small_engine() as engine:
        load(engine, 0, flat(400, 0.5))
        assert not play(engine, 400, **own).any()
        counters = engine.counters()
        assert (counters["muted"], counters["played"], counters["voices"]) == (1, 0, 0)
        assert (play(engine, 399) == 0.5).all()  # the hit is still fresh
        assert engine.counters()["repeated"] == 0


def test_eight_frames_are_enough():
    with small_engine() as engine:
        load(engine, 0, flat(400, 0.5))
        assert play(engine, 16, begin=0.5, end=0.5 + 8 / 400).any()


def test_a_broken_sample_outside_the_part_does_not_matter():
    hit = flat(400, 0.5)
    hit[300] = np.nan
    with small_engine() as engine:
        load(engine, 0, hit)
        assert play(engine, 400, end=0.5).any()
        assert engine.counters()["bad_hits"] == 0


def test_a_row_of_the_pad_cuts_all_its_hits():
    with small_engine() as engine:
        load(engine, 0, flat(400, 0.5))
        engine.post_set(0, "end", 0.5)
        out = play(engine, 400)
        assert out[:190].all()
        assert not out[200:].any()
