"""Which of the sounds that were found is which stroke: none, one, or too many of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

EARLY_NS = 20_000_000  # a stroke with a time tag sounds early by what the device holds back
LONGEST_NS = 500_000_000  # what comes later is no stroke's


@dataclass(frozen=True)
class Matched:
    """``at_ns``: (n,) float, when each stroke was found first, NaN for one that was not.

    ``doubled``: (stroke, ns) of every further time. ``strays``: (pad, ns) of what no stroke is.
    """

    at_ns: np.ndarray
    doubled: list[tuple[int, float]]
    strays: list[tuple[int, float]]

    @property
    def missing(self) -> list[int]:
        """Strokes that were not found."""
        return [int(one) for one in np.flatnonzero(np.isnan(self.at_ns))]


def match(
    meant_ns: np.ndarray, pads: np.ndarray, found_ns: Sequence[np.ndarray], early_ns: int = EARLY_NS
) -> Matched:
    """Give each time found on a pad to the last stroke on it that was meant before.

    ``meant_ns``, ``pads``: (n,); of a pad, rising. ``found_ns``: for each pad the times found,
    rising. ``early_ns``: how much before it was meant a stroke may be found.
    """
    at_ns = np.full(len(meant_ns), np.nan)
    doubled: list[tuple[int, float]] = []
    strays: list[tuple[int, float]] = []
    for pad, times in enumerate(found_ns):
        strokes = np.flatnonzero(pads == pad)
        owners = np.searchsorted(meant_ns[strokes] - early_ns, times, side="right") - 1
        for owner, time_ns in zip(owners, times, strict=True):
            stroke = int(strokes[owner]) if owner >= 0 else -1
            if stroke < 0 or time_ns - meant_ns[stroke] > LONGEST_NS:
                strays.append((pad, float(time_ns)))
            elif np.isnan(at_ns[stroke]):
                at_ns[stroke] = time_ns
            else:
                doubled.append((stroke, float(time_ns)))
    return Matched(at_ns, sorted(doubled), sorted(strays))
