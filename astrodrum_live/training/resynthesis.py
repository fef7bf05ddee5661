"""How far a remade hit lies from its original, in the figures resynthesis is reported in."""

from dataclasses import dataclass

import numpy as np

from astrodrum_live.model.mel import mel_filters

FFT, HOP = 2048, 512  # 75 % overlap at 44.1 kHz, as DrumGAN VST measured (Nistal et al. 2022)
BANDS = 64
FLOOR = 1e-3  # -60 dB under full-scale white noise, as the encoder and the training's distance hear
AUDIBLE_DB = -60.0  # frames of the original under its loudest one by more are not counted


@dataclass(frozen=True)
class Distance:
    """``lsd_db``: log-spectral distance, dB. ``mel_l1_db``: mean distance of mel levels, dB."""

    lsd_db: float
    mel_l1_db: float


class Original:
    """A hit that others are held against.

    ``wave``: float (frames,) in [-1, 1] at ``sample_rate``, not silent; at the level of training,
    a peak of -1 dBFS, as there is a floor under which nothing is told apart.
    """

    def __init__(self, wave: np.ndarray, sample_rate: int) -> None:
        self._mel = mel_filters(BANDS, FFT, sample_rate).T
        self._power = _power(wave[None])[0]
        level = self._power.sum(axis=1)
        self._heard = level > level.max() * 10 ** (AUDIBLE_DB / 10)

    def distance(self, waves: np.ndarray) -> Distance:
        """The mean distance of ``waves`` (n, frames), as long as the original.

        The log-spectral distance is the root of the mean square over bins of the difference of
        power spectra in dB, averaged over frames (Gray and Markel 1976). Two takes of one
        white noise lie 7.9 dB apart by it, however alike they sound: the mel distance is kinder, as
        its bands take the mean of many bins. Levels are not matched.
        """
        ours, theirs = self._power[self._heard], _power(waves)[:, self._heard]
        bins = _decibels(theirs) - _decibels(ours)
        bands = _decibels(theirs @ self._mel) - _decibels(ours @ self._mel)
        return Distance(float(np.sqrt((bins**2).mean(axis=2)).mean()), float(np.abs(bands).mean()))


def _power(waves: np.ndarray) -> np.ndarray:
    """Power spectra (n, frames, bins) of Hann windows, zeros around the hit; white noise of
    variance v reads v in every bin."""
    window = np.hanning(FFT + 1)[:-1]
    padded = np.pad(waves, ((0, 0), (FFT // 2, FFT // 2)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT, axis=1)[:, ::HOP]
    return np.abs(np.fft.rfft(frames * window, axis=2)) ** 2 / (window**2).sum()


def _decibels(power: np.ndarray) -> np.ndarray:
    return 10 * np.log10(np.maximum(power, FLOOR**2))
