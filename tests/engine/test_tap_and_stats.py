"""What the callback tells: the recorder's copy of the mix, counters, a histogram of its work."""

import numpy as np
import pytest
from small_world import flat, load, render, small_engine

from astrodrum_live.config import TAP_FRAMES
from astrodrum_live.engine.stats import work_percentile
from astrodrum_live.rt.layout import COUNTERS, WORK_BINS


def tapped(engine):
    header = engine._header[0]
    read, write = int(header["tap_read"][0]), int(header["tap_write"][0])
    samples = header["tap"][np.arange(read, write) % TAP_FRAMES].copy()
    header["tap_read"][0] = write
    return samples


def test_the_tap_is_what_the_device_gets_bit_for_bit():
    rng = np.random.default_rng(1)
    with small_engine() as engine:
        load(engine, 0, rng.uniform(-3, 3, 1600))
        engine._header[0]["tapping"] = 1
        engine.post_hit(0, 1.0, frame=5, params=[("pan", 0.3)])
        engine.post_set(None, "gain", -10.0, frame=333)
        out = render(engine, 1500, [64] * 100)
        np.testing.assert_array_equal(tapped(engine), out)


def test_nobody_listening_costs_nothing_and_fills_nothing():
    with small_engine() as engine:
        engine.render(1000)
        assert tapped(engine).size == 0
        assert engine.counters()["tap_full"] == 0


def test_a_stalled_recorder_loses_whole_blocks_that_are_counted_and_then_goes_on():
    with small_engine() as engine:
        header = engine._header[0]
        header["tapping"] = 1
        header["tap_read"] = header["tap_write"] = 12 * TAP_FRAMES - 100  # across the seam
        for _ in range(TAP_FRAMES // 8192):
            engine.render(8192)
        engine.render(1)
        assert engine.counters()["tap_full"] == 1
        assert tapped(engine).shape == (TAP_FRAMES, 2)
        load(engine, 0, [0.5])
        engine.post_hit(0, 1.0)
        engine.render(1)
        assert tapped(engine)[:, 0].tolist() == [0.5]
        del header


def test_every_counter_has_its_name_and_starts_at_zero():
    with small_engine() as engine:
        counters = engine.counters()
        assert list(counters) == list(COUNTERS)
        assert not any(counters.values())


def test_voices_are_counted_up_and_down_again():
    with small_engine() as engine:
        load(engine, 0, flat(100))
        load(engine, 1, flat(200))
        for pad in (0, 1, 1):
            engine.post_hit(pad, 0.1)
        engine.render(50)
        assert engine.counters()["voices"] == 3
        engine.render(100)
        assert engine.counters()["voices"] == 2
        engine.render(100)
        assert engine.counters()["voices"] == 0
        assert engine.counters()["voices_max"] == 3


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9, 0.999, 1.0])
def test_a_percentile_of_the_work_is_an_upper_bound_within_a_fifth(share):
    with small_engine() as engine:
        nanoseconds = np.random.default_rng(2).integers(1000, 90_000, 5000)
        bins = np.floor(4 * np.log2(nanoseconds)).astype(int)
        engine._header[0]["work"][:] = np.bincount(bins, minlength=WORK_BINS)
        true = np.quantile(nanoseconds, share, method="inverted_cdf")
        found = work_percentile(engine._header, share)
        if share > 0:
            assert true <= found <= 1.2 * true


def test_work_is_measured_on_a_device_only_and_since_a_given_moment():
    with small_engine() as engine:
        engine.render(64)
        assert work_percentile(engine._header, 0.5) == 0.0
        engine._header[0]["given_ns"] = 0
        engine.call_back(np.empty((64, 2), np.float32))
        before = engine._header[0]["work"].copy()
        assert before.sum() == 1
        assert work_percentile(engine._header, 0.5) > 0.0
        assert work_percentile(engine._header, 0.5, since=before) == 0.0
        assert engine.counters()["work_ns_max"] > 0
