"""Velocity layers: a pad keeps hits ready for soft, middle and hard strokes. Facts, one table.

A hit is made before anybody strikes it, so the stroke chooses among what was made for its like.
"""

from typing import NamedTuple


class Layer(NamedTuple):
    """Strokes softer than ``below`` (and no softer than the layer before) get hits that were made
    for the velocity ``made_for``. Both 0..1."""

    below: float
    made_for: float


LAYER_TABLE = (Layer(0.45, 0.3), Layer(0.75, 0.6), Layer(1.0, 0.9))
LAYERS = len(LAYER_TABLE)
MIDDLE = LAYERS // 2
MADE_FOR = tuple(layer.made_for for layer in LAYER_TABLE)


def _nearest(layer: int) -> tuple[int, ...]:
    return tuple(sorted(range(LAYERS), key=lambda other: (abs(other - layer), other)))


NEAREST = tuple(_nearest(layer) for layer in range(LAYERS))
"""For each layer, all layers: the nearest first, of two as near the softer."""


def layer_of(velocity: float) -> int:
    """The layer of a stroke of ``velocity`` 0..1; what is harder belongs to the hardest."""
    return next((at for at, layer in enumerate(LAYER_TABLE) if velocity < layer.below), LAYERS - 1)
