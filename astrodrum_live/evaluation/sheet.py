"""The sheet of an evaluation: of every shared class a few generated hits beside a few real ones."""

from pathlib import Path

import numpy as np

from astrodrum_live.evaluation.comparison import Comparison
from astrodrum_live.training.sheet import draw_sheet

SHOWN = 5


def draw_comparison(path: Path, comparison: Comparison) -> None:
    """Write the PNG: one row a class, generated hits at the left, real ones (by weight) right."""
    hits = comparison.reference.hits
    random = np.random.RandomState(0)
    made, real = [], []
    for label in comparison.shared:
        made.append(comparison.waves[comparison.label == label][:SHOWN])
        members = np.flatnonzero(hits.label == label)
        chance = hits.weight[members] / hits.weight[members].sum()
        count = min(SHOWN, len(members))
        real.append(hits.waves(random.choice(members, count, replace=False, p=chance)))
    draw_sheet(path, made, real, [comparison.name(i) for i in comparison.shared], hits.sample_rate)
