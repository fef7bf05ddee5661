"""What is done to every hit before it may be played: the seed project's chain, and guards.

Onset to the start, DC out, zero-phase Butterworth low-pass, moving average, tail faded, loudness
matched, and once resampled to the device's rate.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import gcd

import numpy as np
from scipy.signal import butter, firwin, resample_poly, sosfiltfilt

from astrodrum_live.generation.block_filter import BlockFilter
from astrodrum_live.generation.loudness import match_loudness
from astrodrum_live.units import db_to_gain, ms_to_frames

SILENT = 1e-4  # a hit that never gets above -80 dBFS is none
ONSET_DB = -34.0  # below the peak: the threshold the training data was cut at
PRE_ROLL_MS = 0.3
FADE_IN_FRAMES = 8
USUAL = 100_000  # the product of a ratio's numbers, up to which it is worth a table: 640 / 147
EDGE = 150  # frames of odd extension at both ends of the zero-phase filter, as the seed project had


def post_process(
    audio: np.ndarray, rate: int, target_rate: int, values: Mapping[str, float]
) -> np.ndarray | None:
    """A hit ready to play: ``audio`` (n,) at ``rate`` Hz becomes float32 at ``target_rate``.

    ``values``: the rows ``lowpass``, ``lowpass_order``, ``average``, ``tail``, ``level`` of its
    pad. None for a hit that is silent or holds NaN or infinity.
    """
    if audio.size == 0 or not np.all(np.isfinite(audio)):
        return None
    hit = audio - np.mean(audio)  # first: an offset alone is silence too
    if np.max(np.abs(hit)) < SILENT:
        return None
    hit = _from_onset(clear_top(hit), rate)
    hit = low_pass(hit, rate, values["lowpass"], int(values["lowpass_order"]))
    hit = moving_average(hit, int(values["average"]))
    hit = _fade_tail(hit - np.mean(hit), ms_to_frames(values["tail"], rate))
    hit = resample(hit, rate, target_rate)
    return match_loudness(hit.astype(np.float32), target_rate, values["level"])


def clear_top(audio: np.ndarray) -> np.ndarray:
    """Without the very top of the band: a network that writes its samples in fours leaves a tone at
    half its rate. Over 60 dB down there, under 1 dB below 0.86 of it; no delay."""
    return _top_guard()(audio)


def low_pass(audio: np.ndarray, rate: int, cutoff_hz: float, order: int) -> np.ndarray:
    """Butterworth, forward and backward (no delay, twice the slope). Order 0 leaves it alone."""
    if order == 0 or cutoff_hz >= rate / 2 or audio.size < 2:
        return audio
    sections = _butterworth(order, cutoff_hz / (rate / 2))
    audio = audio.astype(np.float64)
    return sosfiltfilt(sections, audio, padlen=min(EDGE, audio.size - 1))


def moving_average(audio: np.ndarray, points: int) -> np.ndarray:
    """Centred mean of ``points`` samples; 1 leaves it alone."""
    if points <= 1:
        return audio
    return np.convolve(audio, np.full(points, 1.0 / points), mode="same")


def resample(audio: np.ndarray, rate: int, target_rate: int) -> np.ndarray:
    """Polyphase, band-limited; the same array where the rates agree."""
    if rate == target_rate:
        return audio
    common = gcd(rate, target_rate)
    up, down = target_rate // common, rate // common
    if up * down > USUAL:
        return resample_poly(audio, up, down, window=_anti_alias(up, down))
    return _resampler(up, down)(audio)


def _from_onset(audio: np.ndarray, rate: int) -> np.ndarray:
    magnitude = np.abs(audio)
    onset = int(np.argmax(magnitude >= db_to_gain(ONSET_DB) * np.max(magnitude)))
    start = max(0, onset - ms_to_frames(PRE_ROLL_MS, rate))
    hit = audio[start:].copy()
    frames = min(FADE_IN_FRAMES, hit.size)
    hit[:frames] *= np.arange(1, frames + 1) / (frames + 1)
    return hit


def _fade_tail(audio: np.ndarray, frames: int) -> np.ndarray:
    frames = min(max(frames, 1), audio.size)
    faded = audio.copy()
    faded[-frames:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, frames + 1) / frames)
    return faded


@lru_cache(maxsize=1)
def _top_guard() -> BlockFilter:
    return BlockFilter(firwin(63, 0.925, window=("kaiser", 7.0)))


@lru_cache(maxsize=64)
def _butterworth(order: int, cutoff: float) -> np.ndarray:
    return butter(order, cutoff, output="sos")


@lru_cache(maxsize=4)
def _resampler(up: int, down: int) -> BlockFilter:
    return BlockFilter(_anti_alias(up, down), up, down)


@lru_cache(maxsize=8)
def _anti_alias(up: int, down: int) -> np.ndarray:
    """resample_poly's own default filter, designed once instead of for every hit."""
    longest = max(up, down)
    return firwin(20 * longest + 1, 1.0 / longest, window=("kaiser", 5.0))
