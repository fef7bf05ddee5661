"""Random parameters of drums, and the spread of a circuit's components from stroke to stroke."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Parameters = dict[str, float | int | str]
Values = Mapping[str, Any]  # parameters as a circuit reads them, each of the kind it drew

PITCH_SPREAD = 0.002  # relative, standard deviation; a cent is 0.0006
OTHER_SPREAD = 0.02


class Draws:
    """Draws from one seeded generator; every method returns a plain Python number.

    Numbers are rounded to six digits, so that a manifest holds exactly what was rendered.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random

    def even(self, low: float, high: float) -> float:
        """Uniform in [low, high]."""
        return float(f"{self._random.uniform(low, high):.6g}")

    def ratio(self, low: float, high: float) -> float:
        """Log-uniform in [low, high]: for frequencies, times and gains."""
        return float(f"{math.exp(self._random.uniform(math.log(low), math.log(high))):.6g}")

    def whole(self, low: int, high: int) -> int:
        """An integer in [low, high]."""
        return int(self._random.integers(low, high + 1))

    def chance(self, share: float) -> bool:
        """True for ``share`` of the draws."""
        return bool(self._random.random() < share)

    def one_of(self, names: Sequence[str]) -> str:
        """One of the names."""
        return names[int(self._random.integers(len(names)))]


def jittered(parameters: Parameters, random: np.random.Generator) -> Parameters:
    """The parameters as one stroke has them: each real number a little off, as components are.

    Frequencies (names that end in ``hz``) move by a few cents, the rest by some percent. Whole
    numbers and words stay.
    """
    moved: Parameters = {}
    for name, value in parameters.items():
        if isinstance(value, float):
            spread = PITCH_SPREAD if name.endswith("hz") else OTHER_SPREAD
            value *= math.exp(spread * float(np.clip(random.standard_normal(), -2, 2)))
        moved[name] = value
    return moved
