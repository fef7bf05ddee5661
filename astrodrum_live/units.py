"""Units a musician uses, as the units the engine computes in. Pure functions of floats."""

import math

SILENCE_DB = -120.0


def db_to_gain(db: float) -> float:
    """Decibels to linear amplitude. Range: any float; -60 dB is 0.001."""
    return 10.0 ** (db / 20.0)


def gain_to_db(gain: float) -> float:
    """Linear amplitude (>= 0) to decibels, floored at ``SILENCE_DB``."""
    return 20.0 * math.log10(gain) if gain > 1e-6 else SILENCE_DB


def semitones_to_ratio(semitones: float) -> float:
    """Equal-tempered semitones to a playback rate; 12 is 2.0, -12 is 0.5."""
    return 2.0 ** (semitones / 12.0)


def ms_to_frames(ms: float, rate: float) -> int:
    """Milliseconds to whole frames at ``rate`` (Hz), rounded to nearest."""
    return round(ms * 1e-3 * rate)
