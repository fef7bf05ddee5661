"""Near-duplicates: pairs whose beginnings are one sound but for level, polarity and a small lag."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np

from astrodrum_live.data.stroke import RATE

HEAD = round(0.35 * RATE)  # frames compared, lag and thresholds as drums_v1 was cleaned
LAG = round(0.010 * RATE)
WITHIN_DRUM, BETWEEN_DRUMS = 0.995, 0.95  # strokes of one drum are alike and stay
FINE = 8  # steps within a frame
PEAKS = 2  # lags looked at between frames
FFT = 32768  # of a head padded with as many zeros: no lag wraps around
BANDS = 512
BLOCK = 512
HELD = 512  # spectra kept at a time: 64 MB


def spectrum(audio: np.ndarray) -> np.ndarray:
    """complex64 (FFT / 2 + 1,) of a hit's first 0.35 s, of unit energy."""
    head = audio[:HEAD].astype(np.float64)
    found = np.fft.rfft(head, FFT)
    found[0] = found[-1] = 0.0
    return (found / (np.sqrt(2 * (np.abs(found) ** 2).sum()) + 1e-12)).astype(np.complex64)


def band_shape(found: np.ndarray) -> np.ndarray:
    """float32 (BANDS,): the root energies in bands of a ``spectrum``, of unit norm.

    The product of two shapes is never below their hits' correlation at any lag (the
    Cauchy-Schwarz inequality in each band), so that it rules pairs out without missing any.
    """
    edges = np.unique(np.geomspace(4, FFT // 2, BANDS + 1).astype(int))
    power = np.abs(found.astype(np.complex128)) ** 2
    power[edges[0]] += power[: edges[0]].sum()
    energy = np.add.reduceat(power[: edges[-1] + 1], edges[:-1])
    shape = np.zeros(BANDS, dtype=np.float32)
    shape[: len(energy)] = np.sqrt(2 * energy)
    return shape


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """The largest normalised cross-correlation within 10 ms, of either sign, of two ``spectrum``s.

    Lags are taken in eighths of a frame about the best whole ones: between two frames a hat
    recorded twice at different offsets would correlate by 0.6 only.
    """
    product = a * b.conj()
    whole = np.fft.irfft(product, FFT) * FFT
    near = np.abs(np.concatenate([whole[-LAG:], whole[: LAG + 1]]))
    best = near.max()
    for peak in np.argsort(near)[-PEAKS:]:
        turned = product * np.exp(_turns() * (peak - LAG))
        best = max(best, np.abs(2 * (_fine() @ turned).real).max())
    return float(best)


def duplicates_of(
    count: int, load: Callable[[int], np.ndarray], drums: Sequence[str],
    advance: Callable[[int], None], fixed: int = 0,
) -> dict[int, tuple[int, float]]:  # fmt: skip
    """Each near-duplicate among ``count`` hits -> the earlier hit it repeats, and their likeness.

    ``load``: hit -> its audio (frames,). ``drums``: per hit. The first ``fixed`` hits are never
    called duplicates. ``advance`` is told how many hits are done.
    """
    held = lru_cache(HELD)(lambda i: spectrum(load(i)))
    shapes = np.zeros((count, BANDS), dtype=np.float32)
    for i in range(count):
        shapes[i] = band_shape(spectrum(load(i)))
        advance(i)
    found: dict[int, tuple[int, float]] = {}
    for late, early, bound in _candidates(shapes, np.array(drums), fixed):
        if late in found or early in found:
            continue
        value = likeness(held(late), held(early))
        if value > bound:
            found[late] = (early, value)
    return found


def _candidates(
    shapes: np.ndarray, drums: np.ndarray, fixed: int
) -> Iterator[tuple[int, int, float]]:
    """(later, earlier, bound) of the pairs whose shapes do not rule them out, in order."""
    for start in range(fixed, len(shapes), BLOCK):
        part = slice(start, min(start + BLOCK, len(shapes)))
        product = shapes[part] @ shapes.T
        bound = np.where(drums[part, None] == drums[None], WITHIN_DRUM, BETWEEN_DRUMS)
        for row, early in zip(*np.nonzero(product > bound - 1e-4), strict=True):
            late = start + int(row)
            if early < late:
                yield late, int(early), float(bound[row, early])


@lru_cache(1)
def _turns() -> np.ndarray:
    """The phase of each bin for a lag of one frame."""
    return (2j * np.pi / FFT * np.arange(FFT // 2 + 1)).astype(np.complex128)


@lru_cache(1)
def _fine() -> np.ndarray:
    """complex64 (2 * FINE + 1, bins): the phases of the lags from -1 to 1 frame."""
    lags = np.arange(-FINE, FINE + 1) / FINE
    return np.exp(lags[:, None] * _turns()[None]).astype(np.complex64)
