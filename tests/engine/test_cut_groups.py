"""SuperDirt's cut: who ends whom, and only those that began before."""

import numpy as np
import pytest
from small_world import MS, flat, load, small_engine

LONG = 1600


def hits(engine, *struck):
    """``(pad, frame, cut, orbit)`` each, of constant levels 1/4, 1/8, 1/16..."""
    for number, (pad, frame, cut, orbit) in enumerate(struck):
        load(engine, pad, flat(LONG, 0.25 / 2**number))
        engine.post_hit(pad, 1.0, frame=frame, params=[("cut", cut), ("orbit", orbit)])


def sum_after(*struck, at=500):
    with small_engine() as engine:
        hits(engine, *struck)
        return float(engine.render(LONG)[at, 0])


def test_a_group_is_cut_whatever_the_pad():
    assert sum_after((0, 1, 1, 0), (1, 200, 1, 0)) == 0.125


def test_another_group_and_none_sound_on():
    assert sum_after((0, 1, 1, 0), (1, 200, 2, 0)) == 0.375
    assert sum_after((0, 1, 1, 0), (1, 200, 0, 0)) == 0.375
    assert sum_after((0, 1, 0, 0), (1, 200, 1, 0)) == 0.375


def test_another_orbit_sounds_on():
    assert sum_after((0, 1, 1, 0), (1, 200, 1, 3)) == 0.375
    assert sum_after((0, 1, 1, 3), (1, 200, 1, 3)) == 0.125


def test_a_negative_group_cuts_its_own_pad_only():
    assert sum_after((0, 1, -1, 0), (1, 200, -1, 0)) == 0.375
    assert sum_after((0, 1, -1, 0), (0, 200, -1, 0)) == 0.125


def test_a_group_is_the_same_with_either_sign():
    assert sum_after((0, 1, -1, 0), (1, 200, 1, 0)) == 0.125
    assert sum_after((0, 1, 1, 0), (1, 200, -1, 0)) == 0.375


@pytest.mark.parametrize("pads", [(0, 1), (1, 0)])
def test_simultaneous_hits_all_sound_and_cut_what_is_older(pads):
    one, other = pads
    both = sum_after((2, 1, 1, 0), (one, 200, 1, 0), (other, 200, 1, 0))
    assert both == 0.125 + 0.0625


def test_the_cut_is_a_fade_of_one_millisecond_from_the_very_frame():
    with small_engine() as engine:
        hits(engine, (0, 1, 1, 0), (1, 200, 1, 0))
        engine.post_set(0, "choke_fade", 500.0)  # a pad's own chokes only
        out = engine.render(400)[:, 0]
        assert (out[1:200] == 0.25).all()
        fade = 0.125 + np.linspace(0.25, 0, MS, endpoint=False)
        np.testing.assert_allclose(out[200 : 200 + MS], fade, atol=1e-6)
        assert (out[200 + MS :] == 0.125).all()
        assert engine.counters()["choked"] == 1


def test_a_pads_own_choke_group_keeps_its_fade():
    with small_engine() as engine:
        engine.set_chokes([0, 1])
        engine.post_set(0, "choke_fade", 10.0)
        hits(engine, (0, 1, 0, 0), (1, 200, 1, 0))
        out = engine.render(400)[:, 0]
        assert out[200 + 5 * MS] == pytest.approx(0.125 + 0.125)
        assert out[200 + 10 * MS] == 0.125


def test_a_row_of_the_pad_gives_all_its_hits_a_group():
    with small_engine() as engine:
        engine.post_set(0, "cut", -1)
        load(engine, 0, flat(LONG, 0.25))
        for frame in (1, 200, 400):
            engine.post_hit(0, 1.0, frame=frame)
        assert (engine.render(900)[[100, 300, 500, 800], 0] == 0.25).all()
