"""What the generator must know of a kit: the model, each pad's mix of classes, and its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from astrodrum_live.generation.frozen_pads import pad_key
from astrodrum_live.params import PAD_INDEX, nearest

_SHARE = PAD_INDEX["kit_morph"]
NEARER = 0.5  # from here on a pad is nearer to the far kit than to its own


class SoundsError(ValueError):
    """A kit asks for a class that its model does not have."""


class End(NamedTuple):
    """One end of a pad's way from kit to kit. ``mix``: class name -> weight. ``latent``: the pad's
    own there, or empty. ``seed``, ``morph``, ``morph_to``: the rows as that kit has them."""

    mix: Mapping[str, float]
    latent: tuple[float, ...]
    seed: float
    morph: float
    morph_to: float


@dataclass(frozen=True, slots=True)
class Sounds:
    """``model``: its folder. ``pads``: for each pad, class name -> weight. ``rows``: for each pad,
    its values as the kit has them, in the order of ``PAD_PARAMS``; empty: nothing is frozen.
    ``latents``: for each pad the latent it stands on, of as many numbers as the model's have;
    empty, for a pad or for all: its seed names one. ``ends``: for each pad the two that its row
    ``kit_morph`` leads between; empty, for a pad or for all: it goes nowhere."""

    model: Path
    pads: tuple[Mapping[str, float], ...]
    rows: tuple[tuple[float, ...], ...] = ()
    latents: tuple[tuple[float, ...], ...] = ()
    ends: tuple[tuple[End, ...], ...] = ()

    def mixes(self, classes: tuple[str, ...]) -> np.ndarray:
        """Weights in the model's order of classes, (pads, C) float32, each row adding up to 1.

        Errors: ``SoundsError`` naming the class and its nearest neighbour.
        """
        return np.array([self.weights(mix, classes) for mix in self.pads]).reshape(-1, len(classes))

    def weights(self, mix: Mapping[str, float], classes: tuple[str, ...]) -> np.ndarray:
        """One mix as weights (C,) float32. Errors: see ``mixes``."""
        weights = np.zeros(len(classes), np.float32)
        for name, weight in mix.items():
            if name not in classes:
                raise SoundsError(
                    f"the model '{self.model.name}' has no class '{name}'"
                    f"{nearest(name, list(classes))}; it has {', '.join(classes)}"
                )
            weights[classes.index(name)] = weight
        return weights / np.maximum(weights.sum(keepdims=True), 1e-9)

    def way(self, pad: int) -> tuple[End, ...]:
        """The two ends that a pad goes between, or an empty tuple."""
        return self.ends[pad] if self.ends else ()

    def nearer_mix(self, pad: int, row: np.ndarray) -> Mapping[str, float]:
        """The classes of the end that a pad with the values ``row`` is nearer to."""
        way = self.way(pad)
        return way[1].mix if way and row[_SHARE] >= NEARER else self.pads[pad]

    def latent(self, pad: int) -> tuple[float, ...]:
        """The latent a pad stands on, or an empty tuple."""
        return self.latents[pad] if self.latents else ()

    def key(self, pad: int, model_hash: str, row: np.ndarray) -> str:
        """The name of a pad's frozen hits at the values ``row``."""
        way, share = self.way(pad), float(row[_SHARE])
        if not way or share == 0.0:
            return pad_key(model_hash, self.pads[pad], row, self.latent(pad))
        if share < 1.0:
            there = [dict(way[1].mix), *way[1][1:]]
            return pad_key(model_hash, self.pads[pad], row, self.latent(pad), there)
        arrived = row.copy()
        arrived[_SHARE] = 0.0  # as the far kit names its own
        return pad_key(model_hash, way[1].mix, arrived, way[1].latent)

    def to_message(self) -> dict[str, Any]:
        """As plain JSON values, for the pipe to the generator."""
        pads = [dict(mix) for mix in self.pads]
        return {
            "model": str(self.model),
            "pads": pads,
            "rows": [list(row) for row in self.rows],
            "latents": [list(z) for z in self.latents],
            "ends": [[[dict(end.mix), *end[1:]] for end in way] for way in self.ends],
        }

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> "Sounds":
        """The inverse of ``to_message``."""
        rows = tuple(tuple(row) for row in message["rows"])
        latents = tuple(tuple(z) for z in message["latents"])
        ends = tuple(
            tuple(End(mix, tuple(z), *rest) for mix, z, *rest in way)
            for way in message.get("ends", ())  # takes of before there was a morph have none
        )
        return cls(Path(message["model"]), tuple(message["pads"]), rows, latents, ends)
