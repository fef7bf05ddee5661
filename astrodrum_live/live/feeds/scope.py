"""``/feed/scope``: the mix as it sounds: ``f peak in dB, b spectrum``, 30 times a second at most.

``spectrum``: a byte for each of 64 bands, evenly spaced by ear from 30 Hz to 18 kHz: 0 is -90 dB
and less, 255 is 0 dB (a sine that fills the scale).
"""

from collections.abc import Sequence

import numpy as np

from astrodrum_live.live.tape import Tape
from astrodrum_live.units import gain_to_db

BANDS, WINDOW = 64, 2048
LOW_HZ, HIGH_HZ = 30.0, 18000.0
FLOOR_DB = -90.0


class ScopeFeed:
    """A ``Feed`` of what ``tape`` hears; ``rate``: Hz."""

    def __init__(self, tape: Tape, rate: int) -> None:
        self._tape, self._told = tape, -1
        self._window = np.hanning(WINDOW).astype(np.float32)
        edges = np.geomspace(LOW_HZ, min(HIGH_HZ, rate / 2.2), BANDS + 1)
        bins = np.fft.rfftfreq(WINDOW, 1 / rate)
        first = np.searchsorted(bins, edges)
        self._first = first[:-1].clip(0, len(bins) - 2)
        self._narrow = first[1:] - first[:-1] < 2  # narrower than what the window resolves
        self._centres = np.sqrt(edges[1:] * edges[:-1]) / bins[1]
        self._silent = False

    @property
    def watched(self) -> bool:
        return self._tape.listening

    @watched.setter
    def watched(self, wanted: bool) -> None:
        self._tape.listen(wanted)

    def take(self) -> Sequence[Sequence[object]]:
        mix = self._tape.last(WINDOW)
        if mix is None:
            return []
        peak = float(np.abs(mix).max())
        silent = peak < 1e-5
        if silent and self._silent:
            return []
        self._silent = silent
        return [[round(gain_to_db(peak), 1), self._spectrum(mix.mean(axis=1))]]

    def restart(self) -> None:
        self._silent = False

    def _spectrum(self, mix: np.ndarray) -> bytes:
        power = np.abs(np.fft.rfft(mix * self._window)) * (4.0 / WINDOW)
        bands = np.maximum.reduceat(power, self._first)
        between = np.interp(self._centres, np.arange(len(power)), power)
        bands[self._narrow] = between[self._narrow]
        decibels = 20.0 * np.log10(np.maximum(bands, 1e-9))
        scaled = (decibels - FLOOR_DB) / -FLOOR_DB * 255.0
        return scaled.clip(0, 255).astype(np.uint8).tobytes()
