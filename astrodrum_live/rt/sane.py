"""What may go into a memory that feeds itself: neither NaN nor infinity nor denormal numbers."""

import numpy as np

from astrodrum_live.rt.jit import realtime

FAINT = 1e-20  # -400 dB: below, products turn denormal, a hundred times as slow
ABSURD = 1e9
_FAINT, _ABSURD, _NOTHING = np.float32(FAINT), np.float32(ABSURD), np.float32(0.0)


@realtime
def rt_sane(value):
    """``value``, or zero where it is too small or too large to be sound, or is not a number.

    Thread: callback. Realtime-safe: yes.
    """
    return value if FAINT < abs(value) < ABSURD else 0.0


@realtime
def rt_sane_sample(sample):
    """The same in 32 bits. Thread: callback. Realtime-safe: yes."""
    return sample if _FAINT < abs(sample) < _ABSURD else _NOTHING
