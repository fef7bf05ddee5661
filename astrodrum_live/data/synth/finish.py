"""The end of every hit's way: no DC, its own length, no click at its end, one level."""

import numpy as np
from scipy.signal import resample_poly

from astrodrum_live.data.synth.signals import highpass

PEAK = 10 ** (-1 / 20)  # -1 dBFS
ENDS_DB = -66.0  # under the peak: nothing of the hit is heard after
SHORTEST_S = 0.05
LOWEST_HZ = 18.0
FALL = 0.1  # of the length: the raised cosine at its end


def finished(x: np.ndarray, oversampling: int, rate: int) -> np.ndarray:
    """The hit at ``rate`` as float32, peak -1 dBFS, as long as it sounds.

    ``x``: float64 (frames * oversampling,), as long as a hit may be.
    """
    blocked = highpass(x, LOWEST_HZ, rate * oversampling, 1)
    hit = resample_poly(blocked, 1, oversampling)
    heard = np.flatnonzero(np.abs(hit) > np.abs(hit).max() * 10 ** (ENDS_DB / 20))
    frames = min(max(int(heard[-1] / (1 - FALL)) + 1, round(SHORTEST_S * rate)), len(hit))
    hit = hit[:frames]
    fall = int(FALL * frames)
    hit[-fall:] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fall) + 1) / fall)
    return (hit * (PEAK / np.abs(hit).max())).astype(np.float32)
