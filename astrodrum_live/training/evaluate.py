"""How good are the hits: a nearest neighbour on log-mel features, and a sheet to look at."""

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


def leave_one_drum_out(
    waves: np.ndarray, label: np.ndarray, drums: tuple[str, ...], sample_rate: int
) -> np.ndarray:
    """Was each real hit called its class by hits of *other* drums? bool (n,)."""
    nearest = NearestHit.fit(waves, label, sample_rate)
    distance = nearest.distances(waves)
    names = np.array(drums)
    distance[names[:, None] == names[None, :]] = np.inf
    return nearest.label[distance.argmin(axis=1)] == label


def class_scores(hit: np.ndarray, label: np.ndarray, classes: tuple[str, ...]) -> dict[str, float]:
    """Share of True in ``hit`` for each class and, as ``mean``, the mean over classes."""
    shares = {
        name: round(float(hit[label == i].mean()), 4)
        for i, name in enumerate(classes)
        if (label == i).any()
    }
    return shares | {"mean": round(float(np.mean(list(shares.values()))), 4)}


def defects(waves: np.ndarray, sample_rate: int) -> dict[str, float]:
    """What a drum hit must not have: DC, a late onset, a loud end, silence, non-numbers.

    ``dc``: largest |mean|. ``onset_ms``: 95th percentile of the first frame within 20 dB of the
    peak. ``end_db``: 95th percentile of the last 10 ms' level under the peak. ``silent``: share of
    hits with a peak under -30 dBFS. ``not_finite``: their number.
    """
    finite = np.isfinite(waves).all(axis=1)
    sound = waves[finite]
    peak = np.abs(sound).max(axis=1, keepdims=True) + 1e-9
    onset = (np.abs(sound) > peak * 0.1).argmax(axis=1) / sample_rate * 1000
    end = np.sqrt((sound[:, -sample_rate // 100 :] ** 2).mean(axis=1)) / peak[:, 0]
    return {
        "dc": round(float(np.abs(sound.mean(axis=1)).max()), 5),
        "onset_ms": round(float(np.percentile(onset, 95)), 3),
        "end_db": round(float(np.percentile(20 * np.log10(end + 1e-9), 95)), 1),
        "silent": round(float((peak < 10 ** (-30 / 20)).mean()), 4),
        "not_finite": int((~finite).sum()),
    }


def _places(frames: int, sample_rate: int) -> np.ndarray:
    """FRAMES starts whose distances grow by a constant ratio and fill the slice."""
    first, last = FIRST_HOP_S * sample_rate, frames - FFT // 2
    low, high = 1.0, 2.0
    for _ in range(60):  # the ratio by bisection
        ratio = (low + high) / 2
        total = first * sum(ratio**k for k in range(FRAMES - 1))
        low, high = (ratio, high) if total < last else (low, ratio)
    return np.concatenate([[0], np.cumsum(first * ratio ** np.arange(FRAMES - 1))]).astype(int)
