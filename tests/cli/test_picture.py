"""The picture shows what was recorded."""

import numpy as np

from astrodrum_live.cli.picture import _envelope


def test_the_waveform_is_over_both_channels():
    """Opposite channels have a mean of nothing, and one side alone sounds at its full height."""
    sound = np.zeros((4800, 2), np.float32)
    sound[1000], sound[3000, 1] = (0.5, -0.5), 0.8
    _, low, high = _envelope(sound, 48000)
    assert low.min() == np.float32(-0.5)
    assert high[: len(high) // 2].max() == np.float32(0.5)
    assert high.max() == np.float32(0.8)
