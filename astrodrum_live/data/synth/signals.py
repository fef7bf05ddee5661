"""What the circuits are wired from: oscillators, envelopes, filters, saturation.

Signals are float64 (frames,), times and decays are in seconds, frequencies in Hz. A ``decay`` is
the time in which a level falls by 60 dB.
"""

import math

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

LN_60_DB = math.log(1000.0)
NYQUIST_SHARE = 0.95  # of half the rate: the highest corner a filter is set to


def clock(rate: int, seconds: float) -> np.ndarray:
    """Times of the frames."""
    return np.arange(round(seconds * rate)) / rate


def decaying(t: np.ndarray, decay: float, attack: float = 1e-4) -> np.ndarray:
    """An exponential from 1, after a linear rise over ``attack``."""
    return np.exp(-LN_60_DB * t / decay) * np.minimum(1.0, t / attack)


def two_slopes(t: np.ndarray, early: float, late: float, share: float) -> np.ndarray:
    """A decay that begins steep; ``share`` in [0, 1] of its level belongs to the late slope."""
    return (1 - share) * decaying(t, early) + share * decaying(t, late)


def swept(t: np.ndarray, hz: float, ratio: float, tau: float) -> np.ndarray:
    """A pitch in Hz that begins at ``ratio`` times ``hz`` and settles with time constant ``tau``.

    The fall is exponential in octaves, as a control voltage's is through a 1 V/octave oscillator.
    """
    return hz * np.power(ratio, np.exp(-t / tau))


def turns(hz: np.ndarray | float, frames: int, rate: int, start: float = 0.0) -> np.ndarray:
    """The phase of an oscillator in turns, ``start`` at frame 0."""
    steps = np.broadcast_to(np.asarray(hz, dtype=np.float64) / rate, (frames,))
    return start + np.concatenate([[0.0], np.cumsum(steps)[:-1]])


def sine(phase: np.ndarray) -> np.ndarray:
    """A sine of a phase in turns."""
    return np.sin(2 * np.pi * phase)


def square(hz: float, frames: int, rate: int, start: float = 0.0, duty: float = 0.5) -> np.ndarray:
    """A pulse wave without the aliases of its edges, and without DC.

    Each edge is corrected by the two-frame polynomial BLEP of Valimaki and Huovilainen,
    "Antialiasing oscillators in subtractive synthesis", IEEE Signal Processing Magazine, 2007.
    """
    step = hz / rate
    rising = turns(hz, frames, rate, start) % 1.0
    falling = (rising + 1.0 - duty) % 1.0
    naive = np.where(rising < duty, 1.0, -1.0)
    return naive + _blep(rising, step) - _blep(falling, step) - (2 * duty - 1)


def _blep(phase: np.ndarray, step: float) -> np.ndarray:
    after = phase / step
    before = (phase - 1.0) / step
    return np.where(
        after < 1, 2 * after - after**2 - 1, np.where(before > -1, (before + 1) ** 2, 0.0)
    )


def triangle(phase: np.ndarray) -> np.ndarray:
    """A triangle that begins at 0 and rises; for low pitches, whose aliases are far down."""
    return 2 / np.pi * np.arcsin(sine(phase))


def noise(random: np.random.Generator, frames: int) -> np.ndarray:
    """White Gaussian noise with RMS 1."""
    return random.standard_normal(frames)


def pulse(t: np.ndarray, seconds: float) -> np.ndarray:
    """The trigger of a drum voice: a bump of 1 that lasts ``seconds``, a raised cosine."""
    return np.where(t < seconds, 0.5 - 0.5 * np.cos(2 * np.pi * t / seconds), 0.0)


def lowpass(x: np.ndarray, hz: float, rate: int, order: int = 2) -> np.ndarray:
    """A Butterworth low-pass."""
    return sosfilt(butter(order, _corner(hz, rate), "lowpass", fs=rate, output="sos"), x)


def highpass(x: np.ndarray, hz: float, rate: int, order: int = 2) -> np.ndarray:
    """A Butterworth high-pass."""
    return sosfilt(butter(order, _corner(hz, rate), "highpass", fs=rate, output="sos"), x)


def bandpass(x: np.ndarray, hz: float, q: float, rate: int) -> np.ndarray:
    """A resonant two-pole band-pass with gain 1 at ``hz``.

    The bilinear design of R. Bristow-Johnson, "Audio EQ Cookbook".
    """
    w = 2 * np.pi * _corner(hz, rate) / rate
    alpha = math.sin(w) / (2 * q)
    return lfilter([alpha, 0.0, -alpha], [1 + alpha, -2 * math.cos(w), 1 - alpha], x)


def resonant_lowpass(x: np.ndarray, hz: float, q: float, rate: int) -> np.ndarray:
    """A resonant two-pole low-pass with gain 1 at 0 Hz and ``q`` at ``hz`` (the same cookbook)."""
    w = 2 * np.pi * _corner(hz, rate) / rate
    alpha, c = math.sin(w) / (2 * q), math.cos(w)
    b = (1 - c) / 2
    return lfilter([b, 2 * b, b], [1 + alpha, -2 * c, 1 - alpha], x)


def normal(x: np.ndarray) -> np.ndarray:
    """The signal with a peak of 1, or as it is if it is silent."""
    peak = np.abs(x).max()
    return x / peak if peak > 0 else x


def drive(x: np.ndarray, amount: float, bias: float = 0.0) -> np.ndarray:
    """Soft saturation, gain ``amount`` for small signals; ``bias`` in [0, 1) adds even harmonics.

    The peak of a signal within [-1, 1] stays within it.
    """
    shifted = np.tanh(amount * (x + bias)) - math.tanh(amount * bias)
    return shifted / math.tanh(amount * (1 + bias))


def crush(x: np.ndarray, bits: int, held_hz: float, rate: int) -> np.ndarray:
    """An early sampler: the signal held at ``held_hz`` and rounded to ``bits`` of full scale."""
    held = np.floor(np.floor(np.arange(len(x)) * held_hz / rate) * rate / held_hz).astype(int)
    full = 2.0 ** (bits - 1)
    return np.round(x[held] * full) / full


def _corner(hz: float, rate: int) -> float:
    return min(hz, NYQUIST_SHARE * rate / 2)
