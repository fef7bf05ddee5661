"""What the generator must know of a kit: the model, and each pad's mix of classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astrodrum_live.params import nearest


class SoundsError(ValueError):
    """A kit asks for a class that its model does not have."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """``model``: its folder. ``pads``: for each pad, class name -> weight. ``rows``: for each pad,
    its values as the kit has them, in the order of ``PAD_PARAMS``; empty: nothing is frozen."""

    model: Path
    pads: tuple[Mapping[str, float], ...]
    rows: tuple[tuple[float, ...], ...] = ()

    def mixes(self, classes: tuple[str, ...]) -> np.ndarray:
        """Weights in the model's order of classes, (pads, C) float32, each row adding up to 1.

        Errors: ``SoundsError`` naming the class and its nearest neighbour.
        """
        mixes = np.zeros((len(self.pads), len(classes)), np.float32)
        for pad, mix in enumerate(self.pads):
            for name, weight in mix.items():
                if name not in classes:
                    raise SoundsError(
                        f"the model '{self.model.name}' has no class '{name}'"
                        f"{nearest(name, list(classes))}; it has {', '.join(classes)}"
                    )
                mixes[pad, classes.index(name)] = weight
        return mixes / np.maximum(mixes.sum(axis=1, keepdims=True), 1e-9)

    def to_message(self) -> dict:
        """As plain JSON values, for the pipe to the generator."""
        pads = [dict(mix) for mix in self.pads]
        return {"model": str(self.model), "pads": pads, "rows": [list(row) for row in self.rows]}

    @classmethod
    def from_message(cls, message: dict) -> "Sounds":
        """The inverse of ``to_message``."""
        rows = tuple(tuple(row) for row in message["rows"])
        return cls(Path(message["model"]), tuple(message["pads"]), rows)
