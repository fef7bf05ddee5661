"""Where the known bursts begin in a recording: a matched filter, not a threshold on the sound."""

import numpy as np

FLOOR = 0.5  # of a hit's strength; what two others leave in a match stays below 0.35 of it
APART = 16  # frames: nearer lie a peak's own slopes
SILENCE = 1e-3  # -60 dB: a recording with no match above it has no hits
DOUBLE = 1.6  # times the usual strength: two hits on one frame


def find_bursts(sound: np.ndarray, hits: np.ndarray) -> list[np.ndarray]:
    """For each burst of ``hits`` (pads, frames), the frames (k,), fractional and rising, at which
    it begins in ``sound`` (n,). Two on the same frame are there twice."""
    if len(sound) < hits.shape[1]:
        return [np.zeros(0)] * len(hits)
    matches = _matches(sound, hits)
    strongest = max((float(match.max()) for match in matches), default=0.0)
    if strongest < SILENCE:
        return [np.zeros(0)] * len(hits)
    peaks = [_peaks(match, FLOOR * strongest / DOUBLE) for match in matches]
    usual = float(np.median(np.concatenate([m[at] for m, at in zip(matches, peaks, strict=True)])))
    found = []
    for match, at in zip(matches, peaks, strict=True):
        at = at[match[at] > FLOOR * usual]
        times = 1 + (match[at] > DOUBLE * usual)
        found.append(np.repeat([_top(match, one) for one in at], times))
    return found


def _matches(sound: np.ndarray, hits: np.ndarray) -> list[np.ndarray]:
    """A hit of gain g at frame f is a peak of height g at f."""
    size = 1 << (len(sound) + hits.shape[1]).bit_length()
    heard = np.fft.rfft(sound, size)
    return [
        np.fft.irfft(heard * np.conj(np.fft.rfft(hit, size)) / (hit @ hit), size)[: len(sound)]
        for hit in hits
    ]


def _peaks(match: np.ndarray, floor: float) -> np.ndarray:
    """Frames above ``floor`` that nothing within ``APART`` is higher than."""
    kept: list[int] = []
    for at in np.flatnonzero(match > floor):
        if kept and at - kept[-1] < APART:
            if match[at] > match[kept[-1]]:
                kept[-1] = int(at)
        else:
            kept.append(int(at))
    return np.array(kept, int)


def _top(match: np.ndarray, peak: int) -> float:
    """The top of the parabola through a peak and its neighbours."""
    if not 0 < peak < len(match) - 1:
        return float(peak)
    before, at, after = match[peak - 1 : peak + 2]
    bend = before - 2 * at + after
    return peak + (0.5 * (before - after) / bend if bend else 0.0)
