"""When known hits begin in a recording, far finer than a frame: a matched filter.

The recording is correlated with the hit; a hit of the same sound at time t and gain g is a peak of
height g at t. Between frames the peak is read off the band-limited correlation itself.
"""

import numpy as np

FLOOR = 0.25  # of the highest peak: beneath lie the correlation's own side lobes
LEAD = 64
FINENESS = 16  # steps per frame, before a parabola finds the rest


def burst(frames: int, seed: int = 1, decay: float = 6.0) -> np.ndarray:
    """A hit that is found exactly: noise (frames,), band-limited to 0.4 of the rate, fading by
    ``decay`` nepers, peak 0.9. Its autocorrelation is one narrow peak."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(frames))
    spectrum[int(0.8 * len(spectrum)) :] = 0.0
    sound = np.fft.irfft(spectrum, frames) * np.exp(-decay * np.arange(frames) / frames)
    return 0.9 * sound / np.abs(sound).max()


def onsets(sound: np.ndarray, hit: np.ndarray, apart: int) -> tuple[np.ndarray, np.ndarray]:
    """Frames (n,), fractional, at which ``hit`` begins in ``sound`` (frames,), and its gains (n,).

    ``apart``: the least number of frames between two. Peaks below a quarter of the highest are
    none. Errors: ``ValueError`` where the recording is shorter than the hit.
    """
    if len(sound) < len(hit):
        raise ValueError(f"a recording of {len(sound)} frames holds no hit of {len(hit)}")
    sound = np.concatenate([np.zeros(LEAD), sound])  # so that a hit at frame 0 has a peak
    size = 1 << (len(sound) + len(hit)).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(hit, size)) / np.dot(hit, hit)
    match = np.fft.irfft(spectrum, size)[: len(sound)]
    rough = _peaks(match, FLOOR * match.max(), apart)
    fine = [_refine(match, peak) for peak in rough]
    return np.array([at - LEAD for at, _ in fine]), np.array([gain for _, gain in fine])


def _peaks(match: np.ndarray, floor: float, apart: int) -> list[int]:
    """The highest first, none within ``apart`` of a higher one; in order of time."""
    found: list[int] = []
    for at in np.argsort(match)[::-1]:
        if match[at] <= floor:
            break
        if all(abs(int(at) - other) >= apart for other in found):
            found.append(int(at))
    return sorted(found)


def _refine(match: np.ndarray, peak: int) -> tuple[float, float]:
    """The top of the band-limited curve through the frames around ``peak``."""
    around = np.arange(max(peak - 32, 0), min(peak + 33, len(match)))
    places = peak + np.arange(-FINENESS, FINENESS + 1) / FINENESS
    distance = places[:, None] - around
    window = np.cos(np.pi * distance / 68) ** 2
    curve = (np.sinc(distance) * window) @ match[around]
    top = min(max(int(curve.argmax()), 1), len(curve) - 2)
    before, at, after = curve[top - 1 : top + 2]
    bend = before - 2 * at + after
    shift = 0.5 * (before - after) / bend if bend else 0.0
    return float(places[top] + shift / FINENESS), float(at)
