"""A sheet to look at: generated hits beside real ones, as waveforms and spectrograms."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

FFT = 512
HOP = 64
RANGE_DB = 80.0
ROWS = 120  # of a picture: bands spaced in ratio from 40 Hz


def draw_sheet(
    path: Path, made: Sequence[np.ndarray], real: Sequence[np.ndarray], classes: Sequence[str],
    sample_rate: int,
) -> None:  # fmt: skip
    """A PNG: one row per class, generated hits at the left, real ones at the right.

    ``made``, ``real``: per class, hits (n, frames); a class may have fewer than another, and the
    two sides may be of different lengths: all are drawn over the longest. Log-frequency
    spectrograms over 80 dB, with the waveform drawn above each.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    left, right = max(map(len, made)), max(map(len, real))
    frames = max(hits.shape[1] for hits in (*made, *real))
    size = 1.3 * (left + right), 1.1 * len(classes) + 0.3
    figure = Figure(figsize=size, dpi=80, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(classes), left + right, squeeze=False)
    for axes in grid.flat:
        axes.set(xticks=[], yticks=[])
    for row, name in enumerate(classes):
        grid[row][0].set_ylabel(name, fontsize=8)
        for first, hits in ((0, made[row]), (left, real[row])):
            for column, wave in enumerate(hits, first):
                _draw_hit(grid[row][column], np.pad(wave, (0, frames - len(wave))), sample_rate)
    for column, axes in enumerate(grid[0]):
        axes.set_title("generated" if column < left else "real", fontsize=8)
    part = path.with_name(path.name + ".part")
    with warnings.catch_warnings():  # a class name in a script the font lacks is drawn as boxes
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(part, format="png")
    part.replace(path)


def _draw_hit(axes: Any, wave: np.ndarray, sample_rate: int) -> None:
    padded = np.pad(wave, (FFT // 2, FFT))
    starts = np.arange(0, len(wave), max(HOP, len(wave) // 256))
    frames = np.stack([padded[s : s + FFT] for s in starts]) * np.hanning(FFT)
    spectrum = 20 * np.log10(np.abs(np.fft.rfft(frames, 4 * FFT, axis=1)) + 1e-6)
    hertz = np.geomspace(40, sample_rate / 2, ROWS)
    bins = np.clip((hertz / sample_rate * 4 * FFT).astype(int), 0, 2 * FFT)
    axes.imshow(
        spectrum[:, bins].T, origin="lower", aspect="auto", cmap="magma",
        vmin=spectrum.max() - RANGE_DB, vmax=spectrum.max(),
    )  # fmt: skip
    # A few hundred points of a waveform are all that so small a picture can show.
    columns = wave[: len(wave) // len(starts) * len(starts)].reshape(len(starts), -1)
    outline = np.stack([columns.min(axis=1), columns.max(axis=1)], axis=1).ravel()
    span = np.linspace(0, len(starts) - 1, len(outline))
    loudest = max(1e-6, float(np.abs(wave).max()))
    axes.plot(span, 0.88 * ROWS + 0.11 * ROWS * outline / loudest, lw=0.3, color="white")
    axes.set(xlim=(0, len(starts) - 1), ylim=(0, ROWS))
