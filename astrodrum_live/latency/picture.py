"""The figures as a picture: for each player when it was how late, and how often each stage was."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from astrodrum_live.latency.stages import STAGES, Result

_PALETTE = ("#20558a", "#90b0d8", "#c8553d", "#e0a030", "#5b8c5a", "#7a5c99")
COLOURS = dict(zip(STAGES, _PALETTE, strict=True))
_BINS = 80
_WIDTH, _HEIGHT = 13.0, 2.4  # inches, a row


def draw(results: Sequence[Result], png: Path) -> None:
    """A row for each player: on the left its timeline, on the right its stages' histograms. Red: a
    stroke that was missing or doubled."""
    figure = Figure(figsize=(_WIDTH, _HEIGHT * len(results) + 0.6), layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(
        len(results), 2, squeeze=False, width_ratios=(3, 2), sharex="col", sharey="col"
    )
    low, high = _range(results)
    for (timeline, histogram), result in zip(rows, results, strict=True):
        shown = {stage: np.clip(times, low, high) for stage, times in result.stages.items()}
        _timeline(timeline, result, shown)
        _histogram(histogram, shown)
    rows[0][0].legend(loc="upper right", fontsize=8, ncols=len(STAGES), markerscale=3)
    rows[-1][0].set_xlabel("seconds")
    rows[-1][1].set_xlabel("ms")
    figure.savefig(png, dpi=80, format="png")


def _range(results: Sequence[Result]) -> tuple[float, float]:
    """What nearly all lie in, ms: the few beyond are drawn at the edge, or the rest were a line."""
    times = np.concatenate([times for one in results for times in one.stages.values()])
    known = times[~np.isnan(times)]
    if not len(known):
        return 0.0, 1.0
    low, high = np.percentile(known, (1, 98))
    return float(low - 0.2 * (high - low)), float(high + 0.5 * (high - low) + 1e-3)


def _timeline(axes, result: Result, shown: dict[str, np.ndarray]) -> None:
    for stage in reversed(STAGES):
        if stage in shown and stage != "calm":  # it is the total once more
            axes.plot(result.at_s, shown[stage], ".", ms=3, color=COLOURS[stage], label=stage)
    for trouble in result.troubles:
        axes.axvline(trouble.at_s, color="red", linewidth=0.8)
    axes.set(ylabel="ms", title=f"{result.name}: {result.stream}, {result.block} frames")
    axes.grid(alpha=0.3)


def _histogram(axes, shown: dict[str, np.ndarray]) -> None:
    known = {stage: times[~np.isnan(times)] for stage, times in shown.items()}
    for stage in STAGES:
        if len(known.get(stage, ())) and stage != "calm":
            filled = stage == "total"
            axes.hist(
                known[stage], _BINS, histtype="stepfilled" if filled else "step",
                color=COLOURS[stage], alpha=0.6 if filled else 1.0,
            )  # fmt: skip
    axes.set(ylabel="hits")
    axes.grid(alpha=0.3)
