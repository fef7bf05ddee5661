"""The rings of ready hits: in order, never silent; old sounds give way once new ones are there."""

import numpy as np
import pytest
from small_world import HARD, IMPULSE, RATE, load, render, small_engine

from astrodrum_live.config import RING_SLOTS
from astrodrum_live.layers import LAYERS


def strike(engine, pad=0, times=1):
    """Strike ``times``, ten frames apart; returns the log."""
    for _ in range(times):
        engine.post_hit(pad, 1.0)
        engine.render(10)
    return engine.drain_played()


def broken(value=np.nan, at=0, frames=3):
    hit = np.zeros(frames, np.float32)
    hit[at] = value
    return hit


def test_hits_are_played_in_order_and_the_last_is_repeated_and_counted():
    with small_engine() as engine:
        load(engine, 0, *[IMPULSE] * 3, seed=10)
        log = strike(engine, times=6)
        assert log["seed"].tolist() == [10, 11, 12, 12, 12, 12]
        assert log["repeated"].tolist() == [0, 0, 0, 1, 1, 1]
        assert engine.counters()["repeated"] == 3
        load(engine, 0, IMPULSE, seed=20)
        log = strike(engine, times=2)
        assert log["seed"].tolist() == [20, 20]
        assert log["repeated"].tolist() == [0, 1]


def test_a_repeat_sounds_as_the_hit_did():
    hit = np.linspace(0.9, -0.9, 10, dtype=np.float32)
    with small_engine() as engine:
        load(engine, 0, hit)
        for _ in range(3):
            engine.post_hit(0, 1.0)
            np.testing.assert_array_equal(engine.render(10)[:, 0], hit)


def test_pads_have_rings_of_their_own():
    with small_engine() as engine:
        for pad in range(16):
            load(engine, pad, IMPULSE * np.float32(pad / 16), seed=pad)
        for pad in range(16):
            engine.post_hit(pad, 1.0)
            assert engine.render(10)[0, 0] == pad / 32
        assert engine.drain_played()["seed"].tolist() == list(range(16))


def test_a_full_ring_refuses_and_keeps_what_it_has():
    with small_engine() as engine:
        load(engine, 0, *[IMPULSE] * RING_SLOTS, seed=0)
        assert not engine.rings.push(0, HARD, IMPULSE, RATE, 999, 0)
        assert engine.rings.room()[0, HARD] == 0
        assert engine.rings.ready()[0, HARD] == RING_SLOTS
        assert strike(engine, times=2)["seed"].tolist() == [0, 1]
        load(engine, 0, IMPULSE, seed=RING_SLOTS)
        assert not engine.rings.push(0, HARD, IMPULSE, RATE, 999, 0)
        seeds = strike(engine, times=30)["seed"].tolist()
        assert seeds == [*range(2, RING_SLOTS), *[RING_SLOTS] * 10]


def test_ready_and_room_count_unplayed_hits_and_free_slots():
    with small_engine() as engine:
        load(engine, 2, *[IMPULSE] * 5)
        assert engine.rings.ready()[2, HARD] == 5
        strike(engine, 2)
        assert engine.rings.ready()[2, HARD] == 4
        assert engine.rings.room()[2, HARD] == RING_SLOTS - 5
        strike(engine, 2, times=10)
        assert engine.rings.ready()[2, HARD] == 0
        assert engine.rings.room()[2, HARD] == RING_SLOTS - 1


def test_a_hit_too_long_for_its_slot_is_cut():
    with small_engine(hit_seconds=0.05) as engine:
        load(engine, 0, np.full(1000, 0.5))
        load(engine, 1, IMPULSE)
        engine.post_hit(0, 1.0)
        out = engine.render(1000)[:, 0]
        assert (out[:400] == 0.5).all()
        assert not out[400:].any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 64.0, -1e30])
def test_a_broken_hit_is_silenced_and_counted_and_the_next_plays_instead(value):
    with small_engine() as engine:
        load(engine, 0, broken(value, at=1), IMPULSE, seed=1)
        engine.post_hit(0, 1.0)
        assert engine.render(10)[:, 0].tolist() == [0.5] + [0.0] * 9
        assert engine.drain_played()["seed"].tolist() == [2]
        counters = engine.counters()
        assert counters["bad_hits"] == 1
        assert counters["bad_samples"] == counters["empty"] == counters["repeated"] == 0


@pytest.mark.parametrize("at", [0, 1, 36, 98, 99])
def test_one_bad_sample_anywhere_is_found(at):
    with small_engine() as engine:
        load(engine, 0, broken(at=at, frames=100))
        engine.post_hit(0, 1.0)
        assert not engine.render(200).any()
        assert engine.counters()["bad_hits"] == 1
        assert engine.counters()["empty"] == 1
        assert engine.counters()["voices"] == 0


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 20])
def test_broken_hits_never_cost_the_last_good_one(count):
    with small_engine() as engine:
        load(engine, 0, IMPULSE, seed=1)
        strike(engine)
        load(engine, 0, *[broken()] * count, seed=100)
        log = strike(engine, times=30)
        assert log["seed"].tolist() == [1] * 30
        assert log["repeated"].all()
        assert engine.counters()["bad_hits"] == count
        assert engine.rings.ready()[0, HARD] == 0
        load(engine, 0, IMPULSE, seed=2)
        assert strike(engine)["seed"].tolist() == [2]
        assert engine.rings.room()[0, HARD] == RING_SLOTS - 1


def test_a_good_hit_behind_many_broken_ones_is_found_in_the_end():
    with small_engine() as engine:
        load(engine, 0, *[broken()] * 10, IMPULSE, seed=1)
        assert strike(engine, times=3)["seed"].tolist() == [11]
        assert engine.counters()["empty"] == 2


def test_stale_hits_stay_until_a_newer_one_comes_and_then_give_way():
    with small_engine() as engine:
        load(engine, 0, *[IMPULSE] * 5, seed=1, epoch=1)
        engine.renew(0)
        assert engine.rings.epochs()[0] == 2
        assert strike(engine, times=2)["seed"].tolist() == [1, 2]
        load(engine, 0, *[IMPULSE] * 2, seed=50, epoch=2)
        assert strike(engine, times=3)["seed"].tolist() == [50, 51, 51]
        assert engine.counters()["stale_dropped"] == 3


def test_in_a_sweep_each_newer_epoch_replaces_the_one_before():
    with small_engine() as engine:
        for epoch in range(1, 40):
            load(engine, 0, *[IMPULSE] * 3, seed=10 * epoch, epoch=epoch)
            assert strike(engine)["seed"].tolist() == [10 * epoch]
        assert engine.rings.room()[0, HARD] == RING_SLOTS - 3


def test_a_sweep_without_a_strike_never_fills_the_ring():
    with small_engine() as engine:
        for epoch in range(1, 60):
            load(engine, 0, *[IMPULSE] * 10, epoch=epoch)
            engine.render(1)
            assert engine.rings.ready()[0, HARD] == 10
            assert engine.rings.room()[0, HARD] >= RING_SLOTS - 11


def test_if_all_fresh_hits_are_broken_an_old_one_sounds():
    with small_engine() as engine:
        load(engine, 0, *[IMPULSE] * 4, seed=1, epoch=1)
        strike(engine)
        load(engine, 0, *[broken()] * 6, seed=50, epoch=2)
        log = strike(engine, times=4)
        assert set(log["seed"].tolist()) <= {1, 2, 3, 4}
        assert log.size == 4
        assert engine.counters()["empty"] == 0


def test_hits_of_an_older_epoch_that_arrive_late_are_played_but_drop_nothing():
    with small_engine() as engine:
        load(engine, 0, IMPULSE, seed=1, epoch=5)
        engine.render(1)
        load(engine, 0, IMPULSE, seed=2, epoch=4)
        assert strike(engine, times=2)["seed"].tolist() == [1, 2]
        assert engine.counters()["stale_dropped"] == 0


def test_ready_of_counts_the_hits_of_the_wanted_epoch_only():
    with small_engine() as engine:
        load(engine, 0, *[IMPULSE] * 3, epoch=0)
        load(engine, 1, *[IMPULSE] * 2, epoch=1)
        load(engine, 1, broken(), epoch=1)
        assert engine.rings.ready_of(engine.rings.epochs())[:3, HARD].tolist() == [0, 3, 0]
        strike(engine, 1, times=4)
        assert engine.rings.ready_of(engine.rings.epochs())[:3].sum() == 0


def test_turning_a_row_of_the_generator_asks_for_a_new_epoch_of_that_pad_only():
    with small_engine() as engine:
        before = engine.rings.epochs()
        assert engine.post_set(3, "radius", 1.0) == 1.0
        assert (engine.rings.epochs() - before).tolist() == [0, 0, 0, 1] + [0] * 12
        assert engine.rings.asked_ns()[3] > 0
        engine.post_set(3, "gain", 1.0)
        engine.post_set(3, "curve", 1.0)
        assert (engine.rings.epochs() - before).sum() == 1


def test_the_age_of_a_tweak_is_measured_when_its_first_hit_is_ready():
    with small_engine() as engine:
        asked = 5_000_000_000
        engine.rings.push(0, HARD, IMPULSE, RATE, 1, 2, asked_ns=asked)
        engine.render(16, at_ns=asked + 30_000_000)
        engine.rings.push(0, HARD, IMPULSE, RATE, 2, 2, asked_ns=asked)
        engine.render(16, at_ns=asked + 99_000_000)
        counters = engine.counters()
        assert counters["fresh_age_ns"] == counters["fresh_age_ns_max"] == 30_000_000
        assert counters["fresh_age_count"] == 1


def test_epochs_and_seeds_may_be_numpy_numbers():
    with small_engine() as engine:
        seed = np.uint64(2**64 - 1)
        assert engine.rings.push(0, HARD, IMPULSE, np.float32(RATE), seed, engine.rings.epochs()[0])
        assert strike(engine)["seed"][0] == seed


def test_a_pad_struck_34_times_in_a_second_repeats_nothing_while_48_are_ready():
    with small_engine() as engine:
        for layer in range(LAYERS):
            load(engine, 0, *[IMPULSE] * 16, seed=100 * layer, layer=layer)
        for number in range(34):
            engine.post_hit(0, 1.0, frame=1 + number * RATE // 34)
        render(engine, RATE, [64] * RATE)
        assert engine.counters()["repeated"] == engine.counters()["late"] == 0
        assert np.unique(engine.drain_played()["seed"]).size == 34
