"""One stroke cut out of a recording: from its onset to its end, at 44.1 kHz, 16 bits."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import resample_poly

from astrodrum_live.data.reading import Recording
from astrodrum_live.data.rejection import LOOP, SILENT, TOO_SHORT, Unusable
from astrodrum_live.model.edges import ONSET_DB
from astrodrum_live.training.uniform import SHORTEST_S, SILENT_DB

RATE = 44100
PRE_S = 0.001  # kept before the onset
PRE_RAMP = 8  # frames of its rise
NOISE_S = 0.003  # at a file's start, taken for its noise
NOISE_FACTOR, HIGHEST_ONSET_DB = 6.0, -20.0  # the onset lies above 6 x noise, at most here
END_DB = -66.0  # under the peak: what stays below is no longer the stroke
FADE_S = 0.020
OFFSET = 0.003  # of the peak: a tail's mean above it is an offset
MARGIN_S = 0.01  # cut wider before resampling, whose filter rings at the ends
NORMAL_DB = -1.0  # peak with --normalise

HOP_S = 0.005
SECOND_AFTER_S = 0.12  # claps and flams are over by then
SECOND_DB = -15.0  # under the peak: a quieter second onset is a rattle or a pedal
SECOND_RISE_DB, SECOND_RISE_HOPS = 10.0, 3


@dataclass(frozen=True)
class Stroke:
    """``audio``: int16 (frames,) at 44.1 kHz. Levels in dBFS: the file's peak, and the stored one.

    ``gain_db``: what was applied. ``cut``: it went on beyond the longest. ``t20_s``: seconds in
    which its backward-integrated energy (Schroeder 1965) falls by 20 dB.
    """

    audio: np.ndarray
    original_peak_db: float
    peak_db: float
    gain_db: float
    cut: bool
    t20_s: float

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return len(self.audio) / RATE


def cut_stroke(recording: Recording, longest_s: float, normalise: bool) -> Stroke:
    """The stroke in ``recording``, at most ``longest_s`` long. Errors: ``Unusable``."""
    rate = recording.rate
    if len(recording.mono) < SHORTEST_S * rate:
        raise Unusable(TOO_SHORT, f"{1000 * len(recording.mono) / rate:.1f} ms")
    mono = recording.mono - offset(recording.mono, rate)
    peak = float(np.abs(mono).max())
    if peak < 10 ** (SILENT_DB / 20):
        raise Unusable(SILENT, f"peak {_decibels(peak):.0f} dBFS")
    start = onset(mono, rate)
    if second := second_stroke(mono[start:], rate):
        raise Unusable(LOOP, f"another onset {second:.2f} s after the first")
    audio = _at_rate(mono, rate, start, longest_s)
    longest, fade = round(longest_s * RATE), round(FADE_S * RATE)
    end = min(_end(audio), longest)
    cut = end == longest < len(audio)
    shortened = end + fade < len(audio) or cut
    audio = audio[: min(end + fade, longest)]
    pre = min(len(audio), round(min(PRE_S, start / rate) * RATE))
    if end - pre < SHORTEST_S * RATE:
        raise Unusable(TOO_SHORT, f"{1000 * (end - pre) / RATE:.1f} ms of sound")
    if pre >= PRE_RAMP:
        audio[:PRE_RAMP] *= np.arange(PRE_RAMP) / PRE_RAMP
    if shortened:
        fade_out(audio)
    before = float(np.abs(audio).max())
    gain = 10 ** (NORMAL_DB / 20) / before if normalise else 1 / max(1.0, before)
    stored = np.round(audio * gain * 32768).clip(-32768, 32767).astype(np.int16)
    return Stroke(
        stored, round(_decibels(peak), 2), round(_decibels(before * gain), 2),
        round(_decibels(gain), 2), cut, round(t20(audio), 4),
    )  # fmt: skip


def measured(audio: np.ndarray) -> Stroke:
    """What can be told of finished audio, int16 (frames,) at 44.1 kHz."""
    peak = round(_decibels(float(np.abs(audio.astype(np.float64)).max()) / 32768), 2)
    return Stroke(audio, peak, peak, 0.0, False, round(t20(audio / 32768), 4))


def fade_out(audio: np.ndarray) -> None:
    """Let the last 20 ms of float audio (frames,) fall to zero on a raised cosine, in place."""
    frames = min(len(audio), round(FADE_S * RATE))
    audio[-frames:] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(frames) + 0.5) / frames)


def offset(mono: np.ndarray, rate: int) -> float:
    """The DC in the last fifth of a file, 0 where that is a swing rather than an offset."""
    tail = mono[-max(len(mono) // 5, round(0.02 * rate)) :]
    mean = float(tail.mean())
    still = abs(mean) > 2 * float(tail.std())
    return mean if still and abs(mean) > OFFSET * float(np.abs(mono).max()) else 0.0


def onset(mono: np.ndarray, rate: int) -> int:
    """The first frame above max(-34 dB, 6 x the noise before, at most -20 dB) of the peak."""
    level = np.abs(mono)
    peak = level.max()
    noise = level[: max(1, round(NOISE_S * rate))].max() * NOISE_FACTOR
    bound = max(peak * 10 ** (ONSET_DB / 20), min(noise, peak * 10 ** (HIGHEST_ONSET_DB / 20)))
    return int(np.argmax(level >= bound))


def second_stroke(sound: np.ndarray, rate: int) -> float:
    """Seconds until a second onset as clear as the first, 0.0 where there is none.

    ``sound`` begins at the first. An onset: 10 dB up within 15 ms, to within 15 dB of the peak.
    """
    hop = round(HOP_S * rate)
    count = len(sound) // hop
    if count < SECOND_RISE_HOPS + 1:
        return 0.0
    level = np.abs(sound[: count * hop]).reshape(count, hop).max(axis=1)
    level = 20 * np.log10(level / level.max() + 1e-6)
    before = level[:-SECOND_RISE_HOPS]
    for shift in range(1, SECOND_RISE_HOPS):  # the loudest of the hops before, so that the gap
        before = np.maximum(before, level[shift : shift - SECOND_RISE_HOPS])  # is a true one
    later = level[SECOND_RISE_HOPS:]
    found = (later > SECOND_DB) & (later - before > SECOND_RISE_DB)
    found[: max(0, round(SECOND_AFTER_S / HOP_S) - SECOND_RISE_HOPS)] = False
    return float((found.argmax() + SECOND_RISE_HOPS) * HOP_S) if found.any() else 0.0


def t20(audio: np.ndarray) -> float:
    """Seconds in which the energy that is yet to come falls to a hundredth."""
    left = np.cumsum(audio[::-1] ** 2)[::-1]
    return float(np.argmax(left <= left[0] * 0.01)) / RATE if left[-1] <= left[0] * 0.01 else 0.0


def _at_rate(mono: np.ndarray, rate: int, start: int, longest_s: float) -> np.ndarray:
    """From 1 ms before ``start`` on, at 44.1 kHz, somewhat more than the longest."""
    first = start - round(min(PRE_S, start / rate) * rate)
    if rate == RATE:
        return mono[first : first + round((longest_s + FADE_S) * rate)].copy()
    before = min(first, round(MARGIN_S * rate))
    part = mono[first - before : first + round((longest_s + FADE_S + MARGIN_S) * rate)]
    common = int(np.gcd(rate, RATE))
    wave = resample_poly(part, RATE // common, rate // common, window=("kaiser", 10.0))
    return wave[round(before * RATE / rate) :][: round((longest_s + FADE_S) * RATE)]


def _end(audio: np.ndarray) -> int:
    """The frame after the last that is not 66 dB under the peak."""
    level = np.abs(audio)
    return len(level) - int(np.argmax(level[::-1] > level.max() * 10 ** (END_DB / 20)))


def _decibels(value: float) -> float:
    return 20 * float(np.log10(max(value, 1e-9)))
