"""What the generator must know of a kit: the model, each pad's mix of classes, and its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astrodrum_live.generation.frozen_pads import pad_key
from astrodrum_live.params import nearest


class SoundsError(ValueError):
    """A kit asks for a class that its model does not have."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """``model``: its folder. ``pads``: for each pad, class name -> weight. ``rows``: for each pad,
    its values as the kit has them, in the order of ``PAD_PARAMS``; empty: nothing is frozen.
    ``latents``: for each pad the latent it stands on, of as many numbers as the model's have;
    empty, for a pad or for all: its seed names one."""

    model: Path
    pads: tuple[Mapping[str, float], ...]
    rows: tuple[tuple[float, ...], ...] = ()
    latents: tuple[tuple[float, ...], ...] = ()

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

    def latent(self, pad: int) -> tuple[float, ...]:
        """The latent a pad stands on, or an empty tuple."""
        return self.latents[pad] if self.latents else ()

    def key(self, pad: int, model_hash: str, row: np.ndarray) -> str:
        """The name of a pad's frozen hits at the values ``row``."""
        return pad_key(model_hash, self.pads[pad], row, self.latent(pad))

    def to_message(self) -> dict:
        """As plain JSON values, for the pipe to the generator."""
        pads = [dict(mix) for mix in self.pads]
        return {
            "model": str(self.model),
            "pads": pads,
            "rows": [list(row) for row in self.rows],
            "latents": [list(z) for z in self.latents],
        }

    @classmethod
    def from_message(cls, message: dict) -> "Sounds":
        """The inverse of ``to_message``."""
        rows = tuple(tuple(row) for row in message["rows"])
        latents = tuple(tuple(z) for z in message["latents"])
        return cls(Path(message["model"]), tuple(message["pads"]), rows, latents)
