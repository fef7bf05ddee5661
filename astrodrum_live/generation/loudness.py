"""How loud a hit is, and how to make it as loud as its pad asks. Needs numpy only."""

import numpy as np

from astrodrum_live.units import db_to_gain

WINDOW_S = 0.05  # a drum is as loud as its loudest twentieth of a second
PEAK_LIMIT_DB = -0.5


def loudness(audio: np.ndarray, rate: float) -> float:
    """RMS (linear) of the loudest 50 ms of ``audio`` (n,); silence is 0.0."""
    window = min(max(1, round(WINDOW_S * rate)), audio.size)
    energy = np.concatenate(([0.0], np.cumsum(np.square(audio, dtype=np.float64))))
    return float(np.sqrt(max(np.max(energy[window:] - energy[:-window]), 0.0) / window))


def match_loudness(audio: np.ndarray, rate: float, level_db: float) -> np.ndarray:
    """``audio`` scaled to ``level_db``, but never to a peak above -0.5 dBFS."""
    now = loudness(audio, rate)
    peak = float(np.max(np.abs(audio), initial=0.0))
    if now == 0.0 or peak == 0.0:
        return audio
    gain = min(db_to_gain(level_db) / now, db_to_gain(PEAK_LIMIT_DB) / peak)
    return (audio * np.float32(gain)).astype(np.float32)
