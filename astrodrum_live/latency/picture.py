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
    """A row for each player: on the left its timeline, on the right its stages' histograms."""
    figure = Figure(figsize=(_WIDTH, _HEIGHT * len(results) + 0.6), layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(
        len(results), 2, squeeze=False, width_ratios=(3, 2), sharex="col", sharey="col"
    )
    for (timeline, histogram), result in zip(rows, results, strict=True):
        _timeline(timeline, result)
        _histogram(histogram, result)
    rows[0][0].legend(loc="upper right", fontsize=8, ncols=len(STAGES), markerscale=3)
    rows[-1][0].set_xlabel("seconds")
    rows[-1][1].set_xlabel("ms")
    figure.savefig(png, dpi=80, format="png")


def _timeline(axes, result: Result) -> None:
    for stage in reversed(STAGES):
        if stage in result.stages and stage != "calm":  # it is the total once more
            axes.plot(
                result.at_s, result.stages[stage], ".", ms=3, color=COLOURS[stage], label=stage
            )
    for trouble in result.troubles:
        axes.axvline(trouble.at_s, color="red", linewidth=0.8)
    axes.set(ylabel="ms", title=f"{result.name}: {result.stream}, {result.block} frames")
    axes.grid(alpha=0.3)


def _histogram(axes, result: Result) -> None:
    known = {stage: times[~np.isnan(times)] for stage, times in result.stages.items()}
    for stage in STAGES:
        if len(known.get(stage, ())) and stage != "calm":
            filled = stage == "total"
            axes.hist(
                known[stage], _BINS, histtype="stepfilled" if filled else "step",
                color=COLOURS[stage], alpha=0.6 if filled else 1.0,
            )  # fmt: skip
    axes.set(ylabel="hits")
    axes.grid(alpha=0.3)
