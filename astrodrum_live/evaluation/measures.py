"""The table of measures: what each is called, and the figure it should reach."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measure:
    """One row of the report. ``bound`` is a limit on the value; ``of`` says what it is taken of:
    the ``value`` itself, its ratio to the ``kit`` floor, or its ``loss`` against that floor.
    ``up``: more is better. ``bound`` None: shown without a target.
    """

    name: str
    title: str
    up: bool = False
    bound: float | None = None
    of: str = "value"

    def row(self, value: float, iid: float | None, kit: float | None) -> dict[str, Any]:
        """The measure's JSON: value, floors, target in words, and whether it is met (or None)."""
        return {
            "value": rounded(value),
            "iid": rounded(iid),
            "kit": rounded(kit),
            "target": self._target(),
            "met": self._met(value, kit),
        }

    def _target(self) -> str | None:
        if self.bound is None:
            return None
        limit = {"kit": f"{self.bound:g} x kit", "loss": f"kit - {self.bound:g}"}
        return f"{'>=' if self.up else '<='} {limit.get(self.of, f'{self.bound:g}')}"

    def _met(self, value: float, kit: float | None) -> bool | None:
        if self.bound is None or math.isnan(value):
            return None
        limit = self.bound
        if self.of != "value":
            if kit is None or math.isnan(kit):
                return None
            limit = kit * self.bound if self.of == "kit" else kit - self.bound
        return bool(value >= limit if self.up else value <= limit)


SETS = (  # two sets of embedded hits against each other (sets.py)
    Measure("fd_e1", "Frechet distance, mel-PCA", bound=1.0, of="kit"),
    Measure("fd_e2", "Frechet distance, CNN", bound=1.0, of="kit"),
    Measure("fd_inf_e1", "Frechet without bias, mel-PCA"),
    Measure("fd_inf_e2", "Frechet without bias, CNN"),
    Measure("kid_e2", "Kernel distance x 1000, CNN"),
    Measure("density_e1", "Density, mel-PCA", up=True),
    Measure("coverage_e1", "Coverage, mel-PCA", up=True, bound=0.7, of="kit"),
    Measure("precision_e1", "Precision, mel-PCA", up=True),
    Measure("recall_e1", "Recall, mel-PCA", up=True),
    Measure("density_e2", "Density, CNN", up=True),
    Measure("coverage_e2", "Coverage, CNN", up=True, bound=0.7, of="kit"),
    Measure("precision_e2", "Precision, CNN", up=True),
    Measure("recall_e2", "Recall, CNN", up=True),
    Measure("ndb_e1", "Bins that differ, mel-PCA", bound=0.3),
    Measure("two_sample_e1", "1-NN two-sample, mel-PCA"),
    Measure("two_sample_e2", "1-NN two-sample, CNN"),
    Measure("diversity_e1", "Diversity over real", up=True),
    Measure("is_ratio", "Inception score ratio", up=True, bound=0.95),
)
CLASSES = (Measure("accuracy", "Class accuracy", up=True, bound=0.05, of="loss"),)
COPYING = (
    Measure("novelty", "Nearest hit over real", up=True, bound=0.8),
    Measure("near_copies", "Share of near copies", bound=0.02),
)
TEXTURE = (
    Measure("tonal_db", "Tonal index less real, dB", bound=1.0),
    Measure("speckle_db", "Speckle error at worst, dB", bound=0.7),
)
DEFECTS = (
    Measure("onset_sd_ms", "Onset spread, ms", bound=1.0),
    Measure("dc_dbfs", "Largest DC offset, dBFS", bound=-60.0),
    Measure("clipped", "Share clipped", bound=0.0),
    Measure("pre_onset_db", "Energy before the onset, dB"),
    Measure("tail_dbfs", "Last 10 ms, dBFS"),
    Measure("silent", "Share silent", bound=0.0),
    Measure("not_finite", "Share not finite", bound=0.0),
)
SPEED = (
    Measure("ms_p50", "One hit, one thread, CPU ms", bound=8.0),
    Measure("ms_p99", "One hit, 99th percentile"),
    Measure("batch_hits_s", "Hits a second in batches", up=True),
    Measure("real_time", "Times real time", up=True),
)
ALL = {
    measure.name: measure
    for group in (SETS, CLASSES, COPYING, TEXTURE, DEFECTS, SPEED)
    for measure in group
}


def rounded(value: float | None) -> float | None:
    """Four significant digits; what is not finite is None, for JSON has no NaN."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.4g}") if abs(value) > 1e-9 else 0.0
