"""Two faults a network leaves in the fabric of its sound: fixed tones, and noise grown smooth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.fft import rfft
from scipy.ndimage import uniform_filter

from astrodrum_live.evaluation.comparison import Comparison
from astrodrum_live.evaluation.draws import Draw
from astrodrum_live.evaluation.features import RATE, clips
from astrodrum_live.evaluation.scores import Scores

TONE_FFT = 2048
AROUND = 8  # bins on either side that a tone is held against
SIXTEENTHS = 8  # multiples of rate / 16 up to rate / 2: where up-sampling by 4 and 4 leaves tones
SPECKLE_FFT = 512
SPECKLE_HOP = 128
SPECKLE_FROM_HZ = 3000.0
SPECKLE_S = 0.190
WITHIN_DB = 40.0
BLOCK = 7
CHUNK = 256  # hits looked at in one go: sound is large
FLOORS = ("iid", "kit")
FEWEST_CELLS = 200  # a dull hit has too few cells up there to have a texture


def tone_spectra(waves: np.ndarray) -> np.ndarray:
    """Power in dB (n, 1025) of hits (n, frames), 2048 Hann windows over each hit's whole length."""
    starts = np.arange(0, max(1, waves.shape[1] - TONE_FFT + 1), TONE_FFT // 2)
    window = np.hanning(TONE_FFT + 1)[:-1].astype(np.float32)
    padded = np.pad(waves, ((0, 0), (0, max(0, TONE_FFT - waves.shape[1]))))
    power = np.zeros((len(waves), TONE_FFT // 2 + 1), dtype=np.float32)
    for start in starts:
        power += np.abs(rfft(padded[:, start : start + TONE_FFT] * window, axis=1)) ** 2
    return 10 * np.log10(power + 1e-12)


def tonal_index(spectra: np.ndarray) -> float:
    """Mean excess in dB of the average of ``tone_spectra`` at multiples of rate / 16.

    The average is one of decibels, so that one hit with a partial there does not count as a tone
    all hits share. Excess: the largest of the bin and its neighbours over the median of eight bins
    on either side. Real hits: about 0.
    """
    mean = spectra.mean(axis=0)
    return float(np.mean([_excess(mean, k * TONE_FFT // 16) for k in range(1, SIXTEENTHS + 1)]))


def _excess(spectrum: np.ndarray, place: int) -> float:
    beside = np.r_[place - AROUND : place - 1, place + 2 : place + AROUND + 1]
    beside = beside[beside < len(spectrum)]
    return float(spectrum[place - 1 : place + 2].max() - np.median(spectrum[beside]))


def speckle(wave: np.ndarray, rate: int) -> float:
    """How grainy a hit (frames,) is, in dB: 5.6 for noise, less for a smooth buzz; NaN if too dull.

    The deviation of the log magnitude from its mean over 7 by 7 cells (STFT 512 / 128, from 3 kHz
    up, the first 190 ms), over the cells within 40 dB of the loudest.
    """
    frames = np.lib.stride_tricks.sliding_window_view(
        np.pad(wave[: int(SPECKLE_S * rate)].astype(np.float64), (SPECKLE_FFT // 2, SPECKLE_FFT)),
        SPECKLE_FFT,
    )[::SPECKLE_HOP]
    first = int(np.ceil(SPECKLE_FROM_HZ / rate * SPECKLE_FFT))
    magnitude = np.abs(rfft(frames * np.hanning(SPECKLE_FFT + 1)[:-1], axis=1))[:, first:]
    loudest = magnitude.max()
    if not loudest > 0:
        return float("nan")
    decibels = 20 * np.log10(magnitude / loudest + 1e-6)
    cells = decibels > -WITHIN_DB
    if cells.sum() < FEWEST_CELLS:
        return float("nan")
    return float((decibels - uniform_filter(decibels, BLOCK))[cells].std())


def measure_texture(comparison: Comparison, scores: Scores) -> None:
    """Put the tonal index's excess over real hits (mean over classes) and speckle's largest error.

    Both floors compare real sets of the same sizes with each other.
    """
    hits, draws = comparison.reference.hits, comparison.draws
    if not draws.counts:
        scores.missing |= dict.fromkeys(("tonal_db", "speckle_db"), "too few training hits")
        return
    used = np.unique(np.concatenate([index for draw in draws.draws for index in _sets(draw)]))
    real = _Fabric.of(lambda rows: hits.waves(used[rows]), len(used), hits.sample_rate)
    made = _Fabric.of(lambda rows: comparison.waves[rows], len(comparison.waves), comparison.rate)
    tones: dict[str, list[float]] = {"made": [], "iid": [], "kit": []}
    grains: dict[str, list[float]] = {"made": [], "iid": [], "kit": []}
    for label in draws.counts:
        mine = draws.label == label
        found: dict[str, list[tuple[float, float]]] = {"real": [], "made": [], "iid": []}
        found |= {"kit_a": [], "kit_b": []}
        for draw, pick in zip(draws.draws, comparison.picks, strict=True):
            found["made"].append(made.at(pick[mine]))
            for name in ("real", "iid", "kit_a", "kit_b"):
                index = getattr(draw, name)
                if index is not None:
                    found[name].append(real.at(np.searchsorted(used, index[mine])))
        means = {name: np.mean(pairs, axis=0) for name, pairs in found.items() if pairs}
        for name, (a, b) in {
            "made": ("made", "real"), "iid": ("iid", "real"), "kit": ("kit_b", "kit_a")
        }.items():  # fmt: skip
            if a in means:
                tones[name].append(means[a][0] - means[b][0])
                grains[name].append(abs(means[a][1] - means[b][1]))
        scores.put_class(
            comparison.name(label), tonal_db=means["made"][0], tonal_db_real=means["real"][0],
            speckle_db=means["made"][1], speckle_db_real=means["real"][1],
        )  # fmt: skip
    scores.put("tonal_db", float(np.mean(tones["made"])), *(_mean(tones[k]) for k in FLOORS))
    scores.put("speckle_db", _largest(grains["made"]), *(_largest(grains[k]) for k in FLOORS))


@dataclass(frozen=True)
class _Fabric:
    """Of every hit its tone spectrum (n, 1025) and its speckle (n,)."""

    spectra: np.ndarray
    grains: np.ndarray

    @classmethod
    def of(cls, waves: Callable[[slice], np.ndarray], count: int, rate: int) -> "_Fabric":
        spectra, grains = [], []
        for i in range(0, count, CHUNK):
            sound = clips(waves(slice(i, i + CHUNK)), rate)
            spectra.append(tone_spectra(sound))
            grains += [speckle(hit, RATE) for hit in sound]
        return cls(np.concatenate(spectra), np.array(grains))

    def at(self, index: np.ndarray) -> tuple[float, float]:
        """Tonal index and mean speckle of some of the hits; NaN where none has a texture."""
        grains = self.grains[index]
        heard = grains[np.isfinite(grains)]
        return tonal_index(self.spectra[index]), float(heard.mean()) if len(heard) else np.nan


def _sets(draw: Draw) -> Iterator[np.ndarray]:
    for index in (draw.real, draw.iid, draw.kit_a, draw.kit_b):
        if index is not None:
            yield index


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _largest(errors: list[float]) -> float:
    """The largest of the errors that are numbers; NaN for none."""
    return max((e for e in errors if np.isfinite(e)), default=float("nan"))
