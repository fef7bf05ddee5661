"""What a hit sounds like, in six numbers a hand can name: the measures the knobs are found by.

Each is smooth in the sound and in a unit of hearing: octaves and decibels. They follow the list of
cheap descriptors in Lavault et al. (StyleWaveGAN, 2022) and AudioCommons, rather than their models.
"""

from dataclasses import dataclass

import numpy as np

from astrodrum_live.model.edges import ONSET_DB

DESCRIPTORS = ("brightness", "decay", "punch", "body", "noisiness", "tuning")
UNITS = ("octaves", "octaves", "dB", "dB", "dB", "octaves")
AUDIBLE = (0.1, 0.1, 1.0, 1.0, 1.0, 0.05)  # changes of each that are just worth a knob

LEAST = 1e-30  # power under which there is none: nothing is divided by less
SILENT = 1e-5  # RMS under which there is nothing to describe
FALL_DB = 20.0  # decay: until this much less energy is still to come
FIRST_S, NEXT_S = 0.012, 0.060  # punch: the stroke, and what follows it
LOW_HZ, BODY_HZ = 20.0, 150.0
BODY_FLOOR_DB = -60.0  # a hat has no low end; under this nobody hears how little
BANDS_PER_OCTAVE, BANDS_HZ = 3, (50.0, 14000.0)
BAND_FLOOR_DB = -60.0  # under the loudest band
PARTIAL_HZ = (35.0, 700.0)  # where the first partial of a kick, a tom or a shell may lie
PARTIAL_S = (0.010, 0.250)  # it is listened for after the stroke
PARTIAL_WIDTH = 7 / 12  # octaves: energy this near to the peak is the partial's
SURE = 0.4  # confidence from which a hit has a pitch
AT_ONCE = 64  # hits in memory as spectra


@dataclass(frozen=True)
class Described:
    """``values``: float64 (n, 6), a column for each of ``DESCRIPTORS``; NaN for a silent hit, and
    for the tuning of one without a pitch. ``confidence``: (n,) in 0..1, of the pitch.
    """

    values: np.ndarray
    confidence: np.ndarray


def describe(hits: np.ndarray, sample_rate: int) -> Described:
    """The descriptors of hits (n, frames) at ``sample_rate`` Hz.

    - brightness: log2 of the A-weighted spectral centroid, Hz
    - decay: log2 of the seconds until all energy still to come is 20 dB under the whole
      (Schroeder, "New method of measuring reverberation time", 1965)
    - punch: dB by which the first 12 ms after the onset are louder than the 60 ms after them
    - body: dB of 20 to 150 Hz against everything above 20 Hz, at least -60
    - noisiness: how evenly what follows the stroke, faded in over its next 12 ms, fills the third
      octaves from 50 Hz to 14 kHz:
      mean dB of their A-weighted energies under the loudest, none counted lower than -60; white
      noise is near -10, a sine near -60
    - tuning: log2 of the first partial, Hz: the middle of the energy within a fifth of the
      strongest peak of 35 to 700 Hz

    Hits that are not finite count as silent.
    """
    hits = np.atleast_2d(hits)
    parts = [
        _describe(np.asarray(hits[i : i + AT_ONCE], dtype=np.float64), sample_rate)
        for i in range(0, len(hits), AT_ONCE)
    ]
    if not parts:
        return Described(np.zeros((0, len(DESCRIPTORS))), np.zeros(0))
    values, confidence = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Described(values, confidence)


def a_weighting(hertz: np.ndarray) -> np.ndarray:
    """Power gain of the A curve (IEC 61672-1), 1 at about 1 kHz."""
    f2 = np.square(hertz)
    gain = (12194.0**2 * f2**2) / (
        (f2 + 20.6**2) * np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2)) * (f2 + 12194.0**2)
    )
    return np.square(gain * 10 ** (2.0 / 20))


def _describe(hits: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(invalid="ignore"):
        sounds = np.isfinite(hits).all(axis=1) & (np.sqrt(np.mean(hits**2, axis=1)) > SILENT)
    hits = _from_onset(np.where(sounds[:, None], hits, 0.0))
    energy = np.square(hits)
    power = _power(hits, hits.shape[1])
    hertz = np.fft.rfftfreq(hits.shape[1], 1 / rate)
    power[:, hertz < LOW_HZ] = 0.0
    heard = power * a_weighting(hertz)
    tuning, confidence = _first_partial(hits, rate)
    values = np.stack(
        [
            np.log2(np.maximum(heard @ hertz, LEAST) / np.maximum(heard.sum(axis=1), LEAST)),
            _decay(energy, rate),
            _punch(energy, rate),
            _body(power, hertz),
            _noisiness(hits, rate),
            np.where(confidence >= SURE, tuning, np.nan),
        ],
        axis=1,
    )
    values[~sounds] = np.nan
    return values, np.where(sounds, confidence, 0.0)


def _from_onset(hits: np.ndarray) -> np.ndarray:
    """Each hit moved so that its onset is its first frame; zeros take the place at its end."""
    level = np.abs(hits)
    onset = np.argmax(level > level.max(axis=1, keepdims=True) * 10 ** (ONSET_DB / 20), axis=1)
    place = np.arange(hits.shape[1])[None] + onset[:, None]
    kept = np.take_along_axis(hits, np.minimum(place, hits.shape[1] - 1), axis=1)
    return np.where(place < hits.shape[1], kept, 0.0)


def _decay(energy: np.ndarray, rate: int) -> np.ndarray:
    left = np.cumsum(energy[:, ::-1], axis=1)[:, ::-1]
    over = left > left[:, :1] * 10 ** (-FALL_DB / 10)
    return np.log2(np.maximum(over.sum(axis=1), 1) / rate)


def _punch(energy: np.ndarray, rate: int) -> np.ndarray:
    first = round(FIRST_S * rate)
    following = energy[:, first : first + round(NEXT_S * rate)]
    return _db(energy[:, :first].mean(axis=1)) - _db(following.mean(axis=1))


def _body(power: np.ndarray, hertz: np.ndarray) -> np.ndarray:
    low = power[:, hertz <= BODY_HZ].sum(axis=1)
    return np.maximum(_db(low) - _db(power.sum(axis=1)), BODY_FLOOR_DB)


def band_starts(hertz: np.ndarray) -> np.ndarray:
    """Where the third octaves of the noisiness begin among the frequencies, the last one's end."""
    octaves = np.log2(BANDS_HZ[1] / BANDS_HZ[0])
    edges = BANDS_HZ[0] * 2 ** np.linspace(0, octaves, round(octaves * BANDS_PER_OCTAVE) + 1)
    return np.searchsorted(hertz, edges)


def fade_in(frames: int, rate: int) -> np.ndarray:
    """(frames,), rising over 12 ms: a tone that is cut on has noise of its own."""
    rising = np.minimum((np.arange(frames) + 0.5) / (FIRST_S * rate), 1.0)
    return 0.5 - 0.5 * np.cos(np.pi * rising)


def _noisiness(hits: np.ndarray, rate: int) -> np.ndarray:
    rest = hits[:, round(FIRST_S * rate) :] * fade_in(hits.shape[1] - round(FIRST_S * rate), rate)
    size = hits.shape[
        1
    ]  # of many small factors; that of the rest alone has large ones, and is slow
    hertz = np.fft.rfftfreq(size, 1 / rate)
    power = _power(rest, size) * a_weighting(hertz)
    starts = band_starts(hertz)
    bands = np.add.reduceat(power[:, : starts[-1]], starts[:-1], axis=1)
    level = _db(bands)
    loudest = level.max(axis=1, keepdims=True)
    return np.maximum(level - loudest, BAND_FLOOR_DB).mean(axis=1)


def _first_partial(hits: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """log2 Hz of the first partial, and its share of the energy."""
    begin, end = (round(seconds * rate) for seconds in PARTIAL_S)
    part = hits[:, begin : min(end, hits.shape[1])]
    size = 1 << (2 * part.shape[1] - 1).bit_length()
    power = _power(part * np.hanning(part.shape[1]), size)
    hertz = np.fft.rfftfreq(size, 1 / rate)
    inside = np.flatnonzero((hertz >= PARTIAL_HZ[0]) & (hertz <= PARTIAL_HZ[1]))
    peak = inside[0] + power[:, inside].argmax(axis=1)
    octave = np.log2(np.maximum(hertz, LOW_HZ))
    power[:, hertz < LOW_HZ] = 0.0
    near = power * (np.abs(octave[None] - octave[peak][:, None]) <= PARTIAL_WIDTH)
    own = np.maximum(near.sum(axis=1), LEAST)
    return near @ octave / own, own / np.maximum(power.sum(axis=1), LEAST)


def _power(hits: np.ndarray, size: int) -> np.ndarray:
    """|FFT|^2 of hits (n, frames), zero-padded to ``size``."""
    spectrum = np.fft.rfft(hits, size, axis=1)
    return np.square(spectrum.real) + np.square(spectrum.imag)


def _db(power: np.ndarray) -> np.ndarray:
    return 10 * np.log10(np.maximum(power, LEAST))
