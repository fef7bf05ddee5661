"""A pad's law of velocity, on the 127 velocities that MIDI has."""

from collections.abc import Mapping

from astrodrum_live.layers import layer_of
from astrodrum_live.velocity import pad_velocity, velocity_gain

MIDI_VELOCITIES = range(1, 128)


def gain_at(values: Mapping[str, float], velocity: float) -> float:
    """Linear gain of a stroke of ``velocity`` 0..1, by the pad's curve, floor and ceiling."""
    return velocity_gain(_spread(values, velocity), values["curve"])


def layer_ranges(values: Mapping[str, float]) -> dict[int, tuple[int, int]]:
    """For each layer that a MIDI velocity reaches, the first and the last that does."""
    ranges: dict[int, tuple[int, int]] = {}
    for velocity in MIDI_VELOCITIES:  # floor to ceiling is a straight line: no layer comes twice
        layer = layer_of(_spread(values, velocity / 127))
        first, _ = ranges.get(layer, (velocity, velocity))
        ranges[layer] = (first, velocity)
    return ranges


def _spread(values: Mapping[str, float], velocity: float) -> float:
    return pad_velocity(velocity, values["floor"], values["ceiling"], values["fixed"])
