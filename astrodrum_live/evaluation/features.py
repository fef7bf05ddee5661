"""What the embeddings and the copying test look at: hits of one length as log-mel frames."""

import numpy as np
from scipy.fft import rfft
from scipy.signal import resample_poly

from astrodrum_live.model.edges import slice_edges
from astrodrum_live.model.mel import mel_filters

RATE = 44100
FRAMES = 32768  # 0.74 s: every hit is padded or cut to this, so that models of any slice compare
BANDS = 64
FFT = 1024
HOP = 512
PLACES = 24  # spaced in ratio over the clip: close at the attack, wide in the tail
FIRST_HOP_S = 0.003
FLOOR_DB = -70.0
CHUNK = 16  # hits transformed at once: keeps the work in cache


def clips(waves: np.ndarray, rate: int) -> np.ndarray:
    """Hits (n, frames) at ``rate`` as float32 (n, 32768) at 44.1 kHz, each with a peak of 1.

    Longer hits get the fall every slice has (model/edges.py); silence stays silence, and what is
    not finite becomes 0 (defects.py counts it).
    """
    waves = np.nan_to_num(np.asarray(waves, dtype=np.float32), posinf=0.0, neginf=0.0)
    if rate != RATE:
        common = int(np.gcd(rate, RATE))
        waves = resample_poly(waves, RATE // common, rate // common, axis=1).astype(np.float32)
    missing = FRAMES - waves.shape[1]
    if missing > 0:
        waves = np.pad(waves, ((0, 0), (0, missing)))
    elif missing < 0:
        waves = waves[:, :FRAMES].copy()
        fall = FRAMES // 8
        waves[:, -fall:] *= slice_edges(FRAMES)[-fall:]
    peak = np.abs(waves).max(axis=1, keepdims=True)
    return (waves / np.maximum(peak, 1e-9)).astype(np.float32)


def pictures(sound: np.ndarray) -> np.ndarray:
    """What the CNN sees of clips (n, 32768): float32 (n, 64 bands, 64 frames), 1 at the peak."""
    mel, _ = _frames(sound, np.arange(FRAMES // HOP) * HOP)
    return (mel / -FLOOR_DB + 1).transpose(0, 2, 1)


def summaries(sound: np.ndarray) -> np.ndarray:
    """What the PCA sees of clips: float32 (n, 24 * 64 + 24), log-mel frames and envelope, in dB.

    Both blocks are divided by the root of their length, the envelope's by twice that: a distance
    is a root mean square in dB, the envelope counting a quarter as much as the spectrum.
    """
    mel, level = _frames(sound, places(FRAMES, RATE))
    mel = mel.reshape(len(sound), PLACES * BANDS)
    return np.concatenate(
        [mel / mel.shape[1] ** 0.5, level / (2 * level.shape[1] ** 0.5)], axis=1
    ).astype(np.float32)


def mel_shapes(sound: np.ndarray, shift: int = 0) -> np.ndarray:
    """Log-mel frames (n, 24 * 64) of clips moved ``shift`` frames later, scaled as in summaries."""
    moved = np.zeros_like(sound)
    if shift >= 0:
        moved[:, shift:] = sound[:, : sound.shape[1] - shift]
    else:
        moved[:, :shift] = sound[:, -shift:]
    mel, _ = _frames(moved, places(FRAMES, RATE))
    mel = mel.reshape(len(sound), PLACES * BANDS)
    return mel / np.float32(mel.shape[1] ** 0.5)


def places(frames: int, rate: int) -> np.ndarray:
    """24 window centres whose distances grow by a constant ratio from 3 ms and fill the clip."""
    first, last = FIRST_HOP_S * rate, frames - FFT // 2
    low, high = 1.0, 2.0
    for _ in range(60):  # the ratio by bisection
        ratio = (low + high) / 2
        total = first * sum(ratio**k for k in range(PLACES - 1))
        low, high = (ratio, high) if total < last else (low, ratio)
    return np.concatenate([[0], np.cumsum(first * ratio ** np.arange(PLACES - 1))]).astype(int)


def _frames(sound: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log-mel (n, T, 64) and level (n, T) at window centres, dB under the hit's largest value."""
    window = np.hanning(FFT + 1)[:-1].astype(np.float32)
    filters = mel_filters(BANDS, FFT, RATE).T
    index = centres[:, None] + np.arange(FFT)[None]
    mels, levels = [], []
    for i in range(0, len(sound), CHUNK):
        padded = np.pad(sound[i : i + CHUNK], ((0, 0), (FFT // 2, FFT)))
        frames = padded[:, index] * window  # (n, T, FFT)
        spectrum = rfft(frames, axis=2)
        mels.append((spectrum.real**2 + spectrum.imag**2) @ filters)
        levels.append((frames**2).mean(axis=2))
    empty = np.zeros((0, len(centres), BANDS), dtype=np.float32)
    mel = _decibels(np.concatenate([empty, *mels]), (1, 2))
    level = _decibels(np.concatenate([empty[..., 0], *levels]), (1,))
    return mel, level


def _decibels(power: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    loudest = np.maximum(power.max(axis=axes, keepdims=True, initial=0), 1e-12)
    return np.maximum(10 * np.log10(power / loudest + 1e-12), FLOOR_DB).astype(np.float32)
