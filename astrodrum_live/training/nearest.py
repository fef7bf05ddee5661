"""Which class a hit is like: that of the nearest known hit, on log-mel features."""

from dataclasses import dataclass

import numpy as np

from astrodrum_live.model.mel import mel_filters

BANDS = 40
FRAMES = 24  # spaced in ratio over the slice: close at the attack, wide in the tail
FFT = 1024
FIRST_HOP_S = 0.003
FLOOR_DB = -70.0


def features(waves: np.ndarray, sample_rate: int) -> np.ndarray:
    """Log-mel features (n, 40 * 24) in dB of hits (n, frames), each at its own peak of 0 dB.

    40 mel bands (O'Shaughnessy 1987) of a 1024 Hann window at 24 frames whose distances grow
    by a constant ratio from 3 ms.
    """
    places = _places(waves.shape[1], sample_rate)
    window = np.hanning(FFT + 1)[:-1]
    mel = mel_filters(BANDS, FFT, sample_rate)
    padded = np.pad(waves, ((0, 0), (FFT // 2, FFT)))
    columns = []
    for place in places:
        power = np.abs(np.fft.rfft(padded[:, place : place + FFT] * window, axis=1)) ** 2
        columns.append(power @ mel.T)
    power = np.stack(columns, axis=2)  # (n, BANDS, FRAMES)
    decibels = 10 * np.log10(power + 1e-12)
    decibels -= decibels.max(axis=(1, 2), keepdims=True)
    return np.maximum(decibels, FLOOR_DB).reshape(len(waves), -1).astype(np.float32)


@dataclass(frozen=True)
class NearestHit:
    """A 1-nearest-neighbour classifier: Euclidean distance on ``features``."""

    known: np.ndarray
    label: np.ndarray
    sample_rate: int

    @classmethod
    def fit(cls, waves: np.ndarray, label: np.ndarray, sample_rate: int) -> "NearestHit":
        """From hits (n, frames) and their classes (n,)."""
        return cls(features(waves, sample_rate), np.asarray(label), sample_rate)

    def distances(self, waves: np.ndarray) -> np.ndarray:
        """Euclidean distances (n, known), root mean square over the features, in dB."""
        found = features(waves, self.sample_rate)
        squares = (found**2).sum(1)[:, None] + (self.known**2).sum(1)[None]
        squares -= 2 * found @ self.known.T
        return np.sqrt(np.maximum(squares, 0) / found.shape[1])

    def classify(self, waves: np.ndarray) -> np.ndarray:
        """The class (n,) of each hit."""
        return self.label[self.distances(waves).argmin(axis=1)]


def _places(frames: int, sample_rate: int) -> np.ndarray:
    """FRAMES starts whose distances grow by a constant ratio and fill the slice."""
    first, last = FIRST_HOP_S * sample_rate, frames - FFT // 2
    low, high = 1.0, 2.0
    for _ in range(60):  # the ratio by bisection
        ratio = (low + high) / 2
        total = first * sum(ratio**k for k in range(FRAMES - 1))
        low, high = (ratio, high) if total < last else (low, ratio)
    return np.concatenate([[0], np.cumsum(first * ratio ** np.arange(FRAMES - 1))]).astype(int)
