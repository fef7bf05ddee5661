"""Sweeps of a knob: calibrated to even steps of its descriptor, and graded on unseen latents."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.stats import rankdata

POINTS = 9  # positions of a knob that are measured and stored
FULL = 0.98  # of the whole change: a path ends where this much of it is reached
FEWEST = 4  # positions of a sweep that must be measurable
SURE = 0.93  # share of latents that must rise on a step for a path to take it
LEAST = 1e-3  # change of a descriptor, in its unit, under which a side of a knob is dead


@dataclass(frozen=True)
class Grade:
    """How well a knob does on unseen latents.

    ``rho``: Spearman's correlation of position and descriptor along the sweep of one latent, the
    mean over latents: one on which the knob works the wrong way counts. ``right``: the share of
    latents that end higher than they began and rise on all steps but one at most. ``inverted``:
    the share that ends lower. ``order``: shares of latents in order for low < high, low < middle,
    middle < high (NeuroDrum's E1, E2, E3). ``linear``: R^2 of the median change on a straight line
    within each half. ``span``: median change at 0 and at 1. NaN where too little can be measured.
    """

    rho: float
    right: float
    inverted: float
    order: tuple[float, float, float]
    linear: float
    span: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, rounded."""
        return {
            "rho": _number(self.rho),
            "right": _number(self.right),
            "inverted": _number(self.inverted),
            "order": [_number(share) for share in self.order],
            "linear": _number(self.linear),
            "span": [_number(change) for change in self.span],
        }


def middle_of(values: np.ndarray) -> np.ndarray:
    """The median over the first axis, of what is finite; NaN where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of places where nothing could be measured
        return np.nanmedian(values, axis=0)


def calibrate(steps: np.ndarray, changes: np.ndarray, points: int = POINTS) -> np.ndarray:
    """Where on a direction each position of the knob lies, (points,), 0 in the middle.

    ``steps``: rising, (T,), with a 0. ``changes``: of the descriptor, (latents, T). A path ends
    before the first step on which not nearly all latents rise. To there the median change is made
    monotone (isotonic regression) and inverted, so that even turns of the knob change the
    descriptor evenly from the middle to each end.
    """
    middle = int(np.flatnonzero(steps == 0)[0])
    low, high = middle - _sure(-changes[:, middle::-1]), middle + _sure(changes[:, middle:])
    steps, changes, middle = steps[low : high + 1], changes[:, low : high + 1], middle - low
    median = np.nan_to_num(middle_of(changes))
    weight = np.ones(len(steps))
    weight[middle] = 1e6
    curve = isotonic_regression(median - median[middle], weights=weight).x
    curve = curve - curve[middle]
    places = np.zeros(points)
    half = points // 2
    shares = np.arange(1, half + 1) / half
    places[half + 1 :] = _inverse(steps[middle:], curve[middle:], shares)
    places[:half] = -_inverse(-steps[middle::-1], -curve[middle::-1], shares)[::-1]
    return places


def grade(positions: np.ndarray, values: np.ndarray) -> Grade:
    """The grade of a knob. ``positions``: (P,), odd, the middle one neutral. ``values``: of its
    descriptor, (latents, P), NaN where it could not be measured."""
    middle = len(positions) // 2
    usable = values[measured(values)]
    if len(usable) < max(2, len(values) // 2):
        nothing = float("nan")
        return Grade(nothing, nothing, nothing, (nothing,) * 3, nothing, (nothing, nothing))
    low, mid, high = usable[:, 0], usable[:, middle], usable[:, -1]
    with np.errstate(invalid="ignore"):
        order = tuple(float(np.mean(a < b)) for a, b in ((low, high), (low, mid), (mid, high)))
    median = middle_of(usable - usable[:, middle : middle + 1])
    return Grade(
        rho=float(np.mean([spearman(positions, row) for row in usable])),
        right=float(np.mean(goes_right(usable))),
        inverted=float(np.mean(goes_wrong(usable))),
        order=(order[0], order[1], order[2]),
        linear=_linear(positions, median, middle),
        span=(float(median[0]), float(median[-1])),
    )


def measured(values: np.ndarray) -> np.ndarray:
    """Which sweeps (latents, P) have a middle and enough positions that could be measured."""
    known = np.isfinite(values)
    return known[:, values.shape[1] // 2] & (known.sum(axis=1) >= FEWEST)


def goes_right(values: np.ndarray) -> np.ndarray:
    """Which latents, of sweeps (latents, P), end higher than they began and rise on all steps but
    one at most; steps between what could be measured."""
    known = [row[np.isfinite(row)] for row in values]
    return np.array([
        len(row) >= 2 and row[-1] > row[0] and np.sum(np.diff(row) <= 0) <= 1 for row in known
    ])  # fmt: skip


def goes_wrong(values: np.ndarray) -> np.ndarray:
    """Which latents, of sweeps (latents, P), end lower than they began."""
    known = [row[np.isfinite(row)] for row in values]
    return np.array([len(row) >= 2 and row[-1] < row[0] for row in known])


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Rank correlation over the pairs that are both finite; 0 where one does not vary."""
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 3:
        return 0.0
    ranks = [rankdata(x[both]) - (both.sum() + 1) / 2 for x in (a, b)]
    size = float(np.sqrt(np.sum(ranks[0] ** 2) * np.sum(ranks[1] ** 2)))
    return float(np.sum(ranks[0] * ranks[1]) / size) if size else 0.0


def cross_talk(changes: np.ndarray) -> np.ndarray:
    """(J, J): how far knob j moves descriptor i over its whole way, in units of what knob i moves.

    ``changes``: (J, J, P), median change of descriptor i along knob j. NaN where knob i is dead.
    """
    travel = np.ptp(changes, axis=2)
    own = np.diag(travel)
    return travel / np.where(own > LEAST, own, np.nan)[None]


def _sure(rising: np.ndarray) -> int:
    """How many of the steps outwards from column 0 of (latents, T) nearly all latents rise on;
    one at least, so that there is something to grade."""
    steps = np.diff(rising, axis=1)
    known = np.isfinite(steps).sum(axis=0)
    with np.errstate(invalid="ignore"):
        share = (steps > 0).sum(axis=0) / np.maximum(known, 1)
    doubtful = np.flatnonzero(share < SURE)
    return max(1, int(doubtful[0]) if len(doubtful) else len(share))


def _inverse(steps: np.ndarray, curve: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Steps at which ``curve`` (rising from 0) has come to ``shares`` of its end."""
    if curve[-1] <= LEAST:
        return np.zeros(len(shares))
    reached = int(np.argmax(curve >= FULL * curve[-1])) + 1
    rising = curve[:reached] + 1e-9 * np.arange(reached)
    return np.interp(shares * rising[-1], rising, steps[:reached])


def _linear(positions: np.ndarray, median: np.ndarray, middle: int) -> float:
    ideal = np.where(positions < positions[middle], -median[0], median[-1]) * (
        (positions - positions[middle]) / (positions[-1] - positions[middle])
    )
    total = float(np.nansum((median - np.nanmean(median)) ** 2))
    return 1 - float(np.nansum((median - ideal) ** 2)) / total if total else 0.0


def _number(value: float) -> float | None:
    return round(value, 3) if np.isfinite(value) else None
