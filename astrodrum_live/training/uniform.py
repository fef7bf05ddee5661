"""One recording made uniform: mono, at one rate, cut at its onset, of one level and length."""

import numpy as np
from scipy.signal import resample_poly

from astrodrum_live.model.edges import ONSET_DB, ONSET_FRAMES, PEAK, slice_edges

SILENT_DB = -60.0  # a file whose peak lies below is no hit
SHORTEST_S = 0.01
SPARE = 9 / 8  # kept beyond the slice, so that a hit can be pitched up without running out


def uniform(wave: np.ndarray, rate: int, slice_len: int, sample_rate: int) -> np.ndarray | str:
    """One file's hit as int16 (slice_len * 9 / 8,), or the reason why there is none.

    ``wave``: float (frames,) or (frames, channels) in [-1, 1] at ``rate``.
    """
    mono = wave.mean(axis=1) if wave.ndim == 2 else wave
    if not np.isfinite(mono).all():
        return "not finite"
    if len(mono) < SHORTEST_S * rate:
        return "too short"
    if rate != sample_rate:
        common = int(np.gcd(rate, sample_rate))
        mono = resample_poly(mono, sample_rate // common, rate // common)
    peak = np.abs(mono).max()
    if peak < 10 ** (SILENT_DB / 20):
        return "silent"
    onset = int(np.argmax(np.abs(mono) > peak * 10 ** (ONSET_DB / 20)))
    frames = int(slice_len * SPARE)
    hit = np.zeros(frames)
    pre = min(onset, ONSET_FRAMES)
    part = mono[onset - pre : onset - pre + frames - (ONSET_FRAMES - pre)]
    hit[ONSET_FRAMES - pre : ONSET_FRAMES - pre + len(part)] = part
    inside = hit[:slice_len] * slice_edges(slice_len)
    peak = np.abs(inside).max()
    if peak < 10 ** (SILENT_DB / 20):
        return "silent"
    return np.round(np.clip(hit * (PEAK / peak), -1, 1) * 32767).astype(np.int16)
