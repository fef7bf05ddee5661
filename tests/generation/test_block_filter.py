"""A block filter does what scipy does with the same taps."""

from math import gcd

import numpy as np
import pytest
from scipy.signal import firwin, resample_poly

from astrodrum_live.generation.block_filter import ONE_THREAD, BlockFilter

SOUND = np.random.RandomState(4).uniform(-1, 1, 5000).astype(np.float32)


@pytest.mark.parametrize("frames", [1, 63, 64, 65, 1000, 5000])
def test_at_one_rate_it_is_a_convolution_without_delay(frames: int) -> None:
    taps = firwin(63, 0.9)
    expected = np.convolve(SOUND[:frames].astype(np.float64), taps)[31 : 31 + frames]
    np.testing.assert_allclose(BlockFilter(taps)(SOUND[:frames]), expected, atol=1e-6)


@pytest.mark.parametrize("target", [22050, 32000, 48000, 88200, 96000, 192000])
@pytest.mark.parametrize("frames", [1, 400, 5000])
def test_between_rates_it_is_resample_poly(frames: int, target: int) -> None:
    common = gcd(44100, target)
    up, down = target // common, 44100 // common
    taps = firwin(20 * max(up, down) + 1, 1 / max(up, down), window=("kaiser", 5.0))
    expected = resample_poly(SOUND[:frames].astype(np.float64), up, down, window=taps)
    found = BlockFilter(taps, up, down)(SOUND[:frames])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_no_product_is_large_enough_to_wake_a_second_thread() -> None:
    for taps, up, down in ((firwin(63, 0.9), 1, 1), (firwin(3201, 1 / 160), 160, 147)):
        one = BlockFilter(taps, up, down)
        assert one.rows * one.matrix.size <= ONE_THREAD
