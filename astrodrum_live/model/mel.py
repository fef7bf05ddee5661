"""Mel bands, for every place that looks at a hit as a person hears it."""

import numpy as np


def mel_filters(count: int, fft: int, sample_rate: int, low_hz: float = 20.0) -> np.ndarray:
    """Triangles of unit sum, float32 (count, fft // 2 + 1), evenly spaced in mel up to rate / 2.

    Mel as in O'Shaughnessy 1987: 2595 log10(1 + f / 700). A band narrower than a bin gets the bin
    nearest to its centre.
    """
    bins = np.linspace(0, sample_rate / 2, fft // 2 + 1)
    ends = 2595 * np.log10(1 + np.array([low_hz, sample_rate / 2]) / 700)
    hertz = 700 * (10 ** (np.linspace(ends[0], ends[1], count + 2) / 2595) - 1)
    left, centre, right = hertz[:-2, None], hertz[1:-1, None], hertz[2:, None]
    rise, fall = (bins - left) / (centre - left), (right - bins) / (right - centre)
    filters = np.minimum(rise, fall).clip(min=0)
    nearest = np.abs(bins[None] - centre).argmin(axis=1)
    empty = filters.sum(axis=1) < 1e-9
    filters[empty, nearest[empty]] = 1.0
    return (filters / filters.sum(axis=1, keepdims=True)).astype(np.float32)
