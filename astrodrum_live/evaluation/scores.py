"""What an evaluation found: rows of measures, tables by class, and what could not be had."""

import math
from dataclasses import dataclass, field
from typing import Any

from astrodrum_live.evaluation.measures import ALL, rounded


@dataclass
class Scores:
    """``measures``: name -> value, floors, target, met. ``classes``: class -> figure -> value.
    ``missing``: what could not be had -> why.
    """

    measures: dict[str, dict[str, Any]] = field(default_factory=dict)
    classes: dict[str, dict[str, float | None]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def put(
        self, name: str, value: float, iid: float | None = None, kit: float | None = None
    ) -> None:
        """One measure; a value that is not finite counts as missing."""
        self.measures[name] = ALL[name].row(value, iid, kit)
        if not math.isfinite(value):
            self.missing.setdefault(name, "no hit it could be measured on")

    def put_class(self, label: str, **figures: float) -> None:
        """Figures of one class."""
        self.classes.setdefault(label, {}).update(
            {name: rounded(value) for name, value in figures.items()}
        )

    def failed(self) -> list[str]:
        """The measures that miss their target."""
        return [name for name, row in self.measures.items() if row["met"] is False]
