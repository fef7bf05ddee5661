"""The figures: how long each stage of the way took, and which strokes went wrong."""

from dataclasses import dataclass, field

import numpy as np

STAGES = ("total", "calm", "arrival", "command", "block", "output")  # the one that matters first
WORDS = {
    "total": "sent, or due, until it sounds",
    "calm": "the total, where no block was lost in the second before",
    "arrival": "sent until stamped by the port's thread",
    "command": "stamped until in the callback's ring",
    "block": "in the ring until obeyed by the callback",
    "output": "obeyed until at the output",
}
PEER = "scsynth"
FIGURES = ("p50", "p95", "p99", "max", "min", "sd")


@dataclass(frozen=True)
class Trouble:
    """A stroke that was not found, or once too often, or what no stroke is."""

    what: str  # missing, doubled or stray
    pad: int
    at_s: float  # since the stream's begin


@dataclass(frozen=True)
class Result:
    """One player's answer to one stream.

    ``at_s``: (n,) when each stroke was sent. ``stages``: for each stage that could be measured,
    (n,) in ms, NaN where it could not. ``tagged``: the total is the error against the time tag.
    ``facts``: whatever else is known: counters, the device's name.
    """

    name: str
    stream: str
    rate: int
    block: int
    at_s: np.ndarray
    stages: dict[str, np.ndarray]
    troubles: list[Trouble]
    tagged: bool = False
    facts: dict[str, object] = field(default_factory=dict)

    def summary(self) -> dict[str, dict[str, float]]:
        """Of each stage its figures in ms, by name, in the order of ``STAGES``."""
        found = {stage: summarise(self.stages[stage]) for stage in STAGES if stage in self.stages}
        return {stage: figures for stage, figures in found.items() if figures}

    def above(self, limit_ms: float) -> list[tuple[float, float]]:
        """(seconds, ms) of the strokes whose total, to either side, is above a limit."""
        total = self.stages["total"]
        late = np.flatnonzero(np.abs(total) > limit_ms)
        return [(float(self.at_s[one]), float(total[one])) for one in late]

    def as_dict(self) -> dict[str, object]:
        """For JSON: plain numbers, milliseconds."""
        return {
            "name": self.name,
            "stream": self.stream,
            "rate": self.rate,
            "block": self.block,
            "time_tagged": self.tagged,
            "strokes": len(self.at_s),
            "stages": self.summary(),
            "troubles": [vars(one) for one in self.troubles],
            "facts": self.facts,
        }


def summarise(times_ms: np.ndarray) -> dict[str, float]:
    """min, percentiles, max and standard deviation of what is not NaN; empty if nothing is."""
    known = times_ms[~np.isnan(times_ms)]
    if not len(known):
        return {}
    p50, p95, p99 = np.percentile(known, (50, 95, 99))
    figures = (p50, p95, p99, known.max(), known.min(), known.std())
    return {name: round(float(value), 4) for name, value in zip(FIGURES, figures, strict=True)}
