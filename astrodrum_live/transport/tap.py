"""Tempo by tapping: the mean of the last taps of a row."""

from astrodrum_live.params import transport_param

MOST_TAPS = 8
OFF_BEAT = 0.3  # an interval so far from the last begins a new row: another tempo is meant


class TapTempo:
    """Taps at frames to BPM. A pause longer than the slowest beat begins a new row of taps.

    Thread: one at a time.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._taps: list[int] = []

    def tap(self, frame: int) -> float | None:
        """The tempo so far, BPM within the row's range; None at the first tap of a row."""
        row = transport_param("tempo")
        taps = self._taps
        gap = frame - taps[-1] if taps else 0
        if taps and gap * row.high < 60 * self._rate:  # faster than any tempo: a bouncing key
            return None
        if gap * row.low > 60 * self._rate:
            taps.clear()
        elif len(taps) > 1 and abs(gap / (taps[-1] - taps[-2]) - 1.0) > OFF_BEAT:
            del taps[:-1]
        taps.append(frame)
        del taps[:-MOST_TAPS]
        if len(taps) < 2:
            return None
        return row.clamp(60.0 * self._rate * (len(taps) - 1) / (taps[-1] - taps[0]))
