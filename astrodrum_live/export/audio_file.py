"""A hit as the bytes of an audio file."""

import io

import numpy as np
import soundfile

BITS = (16, 24)
_FULL = 32768  # of 16 bits: as libsndfile scales the 24


def encode(audio: np.ndarray, rate: int, bits: int, seed: int, container: str = "WAV") -> bytes:
    """``audio`` (n,) in -1..1 as a file of 16 or 24 bits; the same bytes for the same ``seed``.

    16 bits are dithered. To memory first: a full disk is then an ``OSError`` of the write.
    """
    file = io.BytesIO()
    clipped = np.clip(audio, -1.0, 1.0)
    samples = dithered(clipped, seed) if bits == 16 else clipped
    soundfile.write(file, samples, rate, f"PCM_{bits}", format=container)
    return file.getvalue()


def dithered(audio: np.ndarray, seed: int) -> np.ndarray:
    """int16 (n,) with triangular noise of 2 steps' width (TPDF): the error then has the same mean
    and power whatever the sound (Lipshitz, Wannamaker, Vanderkooy 1992)."""
    rng = np.random.default_rng(seed)
    noise = rng.random(audio.size) - rng.random(audio.size)
    steps = np.round(audio.astype(np.float64) * _FULL + noise)
    return np.clip(steps, -_FULL, _FULL - 1).astype(np.int16)
