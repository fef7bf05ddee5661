"""Times of frames from blocks that come late, are lost, or stand still."""

import numpy as np
import pytest

from astrodrum_live.latency.frame_times import frame_times

RATE, BLOCK = 48000, 64
FRAMES = np.arange(3000.0) * BLOCK
IDEAL_NS = 7e9 + FRAMES * 1e9 / RATE
LATE_NS = np.random.default_rng(1).exponential(50_000, len(FRAMES))


def test_jitter_becomes_a_constant():
    at_ns, lost_ns = frame_times(FRAMES, IDEAL_NS + LATE_NS, RATE, BLOCK)
    assert np.std(at_ns - IDEAL_NS) < 5_000
    assert len(lost_ns) == 0


def test_drift_is_followed():
    woken_ns = 7e9 + FRAMES * 1e9 / RATE * 1.0001 + LATE_NS
    at_ns, _ = frame_times(FRAMES, woken_ns, RATE, BLOCK)
    middle = slice(200, -200)
    assert np.std((at_ns - woken_ns + LATE_NS)[middle]) < 10_000


def test_a_lost_block_is_told_and_shifts_nothing():
    kept = np.ones(len(FRAMES), bool)
    kept[1000:1003] = False
    at_ns, lost_ns = frame_times(FRAMES[kept], (IDEAL_NS + LATE_NS)[kept], RATE, BLOCK)
    assert np.abs(at_ns - IDEAL_NS[kept] - np.median(LATE_NS)).max() < 20_000
    assert lost_ns == pytest.approx([(IDEAL_NS + LATE_NS)[1003]])


def test_a_server_that_stands_still_is_told_and_is_right_again_soon():
    late = LATE_NS + np.where(np.arange(len(FRAMES)) >= 1500, 300e6, 0.0)
    at_ns, lost_ns = frame_times(FRAMES, IDEAL_NS + late, RATE, BLOCK)
    assert lost_ns == pytest.approx(IDEAL_NS[1500] + 150e6, abs=500e6)
    settled = np.abs(np.arange(len(FRAMES)) - 1500) > 200
    assert np.abs(at_ns - IDEAL_NS - late + LATE_NS)[settled].max() < 100_000


def test_a_single_block_is_enough():
    at_ns, lost_ns = frame_times(FRAMES[:1], IDEAL_NS[:1], RATE, BLOCK)
    assert at_ns == IDEAL_NS[:1]
    assert len(lost_ns) == 0
