"""Light changes to a training hit: small pitch and tilt, so that no file is seen twice alike."""

import numpy as np


def resample(audio: np.ndarray, ratio: np.ndarray, frames: int) -> np.ndarray:
    """Each row of float32 (B, N) read ``ratio`` (B,) times as fast, as (B, frames).

    Catmull-Rom cubic interpolation; beyond the end of a row there is silence.
    """
    place = np.arange(frames, dtype=np.float64) * ratio[:, None]  # (B, frames)
    whole = place.astype(np.int64)
    t = (place - whole).astype(np.float32)
    padded = np.pad(audio, ((0, 0), (1, 3)))
    last = padded.shape[1] - 4
    inside = whole <= last
    whole = np.minimum(whole, last)
    rows = np.arange(len(audio))[:, None]
    a, b, c, d = (padded[rows, whole + k] for k in range(4))
    wave = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return wave * inside


def tilt(audio: np.ndarray, slope_db: np.ndarray, sample_rate: int) -> np.ndarray:
    """Each row of (B, N) tilted by ``slope_db`` (B,) dB per octave about 1 kHz.

    The slope ends at 60 Hz and 15 kHz.
    """
    hertz = np.fft.rfftfreq(2 * audio.shape[1], 1 / sample_rate)  # twice as long: no wrap-around
    octaves = np.log2(np.clip(hertz, 60.0, 15000.0) / 1000)
    gain = 10 ** (slope_db[:, None] * octaves / 20)
    spectrum = np.fft.rfft(audio, 2 * audio.shape[1], axis=1) * gain
    return np.fft.irfft(spectrum, axis=1)[:, : audio.shape[1]].astype(np.float32)
