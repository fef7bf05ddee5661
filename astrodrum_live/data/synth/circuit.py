"""A circuit: how its parameters are drawn, and how it sounds with them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from astrodrum_live.data.synth.draws import Draws, Parameters, Values

LONGEST_S = 1.5

Draw = Callable[[Draws], Parameters]
Sound = Callable[[Values, np.random.Generator, np.ndarray, int], np.ndarray]


@dataclass(frozen=True)
class Circuit:
    """One drum voice.

    ``draw``: parameters of a drum from a seeded generator. ``sound``: parameters, noise source,
    times (frames,) in seconds and rate in Hz -> the signal, float64 (frames,), of any level.
    """

    name: str
    draw: Draw
    sound: Sound
