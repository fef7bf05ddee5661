"""Which real hits are compared: sets of equal size and class mix, whatever the data's imbalance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from astrodrum_live.training.hits import HitSet


@dataclass(frozen=True)
class Draw:
    """Indices (N,) into the reference, class by class: ``real`` and ``iid`` two random halves of
    training hits, ``kit_a`` and ``kit_b`` hits of two groups of drums that share none (or None).
    """

    real: np.ndarray
    iid: np.ndarray
    kit_a: np.ndarray | None
    kit_b: np.ndarray | None


@dataclass(frozen=True)
class Draws:
    """Several random draws. ``counts``: class -> hits of it in every set. ``label``: int (N,).
    ``missing``: what could not be drawn -> why.
    """

    counts: dict[int, int]
    label: np.ndarray
    draws: tuple[Draw, ...]
    missing: dict[str, str]


def plan_draws(hits: HitSet, labels: Sequence[int], most: int, repeats: int, seed: int) -> Draws:
    """``repeats`` draws with up to ``most`` hits of every class in ``labels``.

    Hits are drawn without replacement by their drum's sampling weight, at most half of a class's
    effective number (sum w)^2 / sum w^2 (Kish 1965): with more, one much recorded drum would be
    most of the class again. For ``kit`` all drums, held out or not, are dealt at random to two
    sides of about equal size, anew for every draw: the drums held out are too few for a distance.
    """
    random = np.random.RandomState([seed & 0xFFFFFFFF, 0xD7A3])
    counts: dict[int, int] = {}
    missing: dict[str, str] = {}
    sides: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
    lonely = []
    for label in labels:
        name = hits.classes[label]
        weight = hits.weight[_training(hits, label)]
        count = min(most, int(weight.sum() ** 2 / (weight**2).sum() / 2 + 1e-9))
        if count < 1:
            missing[f"class {name}"] = "under 2 effective training hits; add recordings"
            continue
        sides[label] = [deal_drums(hits, label, random) for _ in range(repeats)]
        room = min(min(len(a), len(b)) for a, b in sides[label])
        if 2 * room < count:
            lonely.append(name)
        counts[label] = min(count, room) if 2 * room >= count else count
    if lonely:
        missing["kit floor"] = f"one drum is most of {', '.join(lonely)}; add other drums"
    draws = []
    for k in range(repeats):
        halves = [_halves(hits, label, n, random) for label, n in counts.items()]
        kit: list[np.ndarray | None] = [None, None]
        if not lonely and counts:
            kit = [
                np.concatenate(
                    [_pick(hits, sides[c][k][side], n, random) for c, n in counts.items()]
                )
                for side in (0, 1)
            ]
        draws.append(Draw(_join([a for a, _ in halves]), _join([b for _, b in halves]), *kit))
    of_each = _join([np.full(n, c) for c, n in counts.items()])
    return Draws(counts, of_each, tuple(draws), missing)


def deal_drums(
    hits: HitSet, label: int, random: np.random.RandomState
) -> tuple[np.ndarray, np.ndarray]:
    """A class's hits dealt to two sides, whole drums each: in random order, to the smaller side."""
    members = np.flatnonzero(hits.label == label)
    names = np.array([hits.drums[i] for i in members])
    drums = np.unique(names)
    random.shuffle(drums)
    sides: tuple[list, list] = ([], [])
    for drum in drums:
        smaller = 0 if len(sides[0]) <= len(sides[1]) else 1
        sides[smaller].extend(members[names == drum].tolist())
    return np.array(sides[0], dtype=np.int64), np.array(sides[1], dtype=np.int64)


def _halves(
    hits: HitSet, label: int, count: int, random: np.random.RandomState
) -> tuple[np.ndarray, np.ndarray]:
    both = _pick(hits, _training(hits, label), 2 * count, random)
    both = both[random.permutation(len(both))]  # the first drawn are of the heavier drums
    return both[:count], both[count:]


def _pick(
    hits: HitSet, members: np.ndarray, count: int, random: np.random.RandomState
) -> np.ndarray:
    chance = hits.weight[members] / hits.weight[members].sum()
    return random.choice(members, count, replace=False, p=chance)


def _training(hits: HitSet, label: int) -> np.ndarray:
    return np.flatnonzero((hits.label == label) & ~hits.held_out)


def _join(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])
