"""Hits that nobody has heard, in order: what ``astrodrum hits`` and every export write."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from astrodrum_live.generation.makers import Made, Request
from astrodrum_live.generation.seeds import folder_number, layer_number
from astrodrum_live.layers import MADE_FOR
from astrodrum_live.model.dynamics import NEUTRAL

BATCH = 4  # as rendering makes them: a network's last bits may depend on how many are made at once

Make = Callable[[list[Request]], list[Made]]


class Hit(NamedTuple):
    """One hit that came out well: ``audio`` float32 (n,); ``number``: the place in its layer."""

    audio: np.ndarray
    seed: int
    number: int


def made_for(layer: int | None) -> float:
    """The velocity 0..1 that a layer's hits are made for; None: as the knobs stand."""
    return NEUTRAL if layer is None else MADE_FOR[layer]


def collect(
    make: Make,
    pad: int,
    layer: int | None,
    count: int,
    distinct: bool = False,
    numbered: int | None = None,
) -> Iterator[Hit]:
    """Hits 0, 1, 2 ... of a pad's layer, ``count`` of them, without those that came out broken.

    ``layer`` None: hits for no layer, as the knobs stand. ``distinct``: none twice, and so fewer
    where there are no more (a pad of radius 0 has one, a frozen one as many as were frozen).
    ``numbered``: from that hit of the pad's endless folder on, made one by one as they are for a
    player, since company changes the last bits.
    Errors: ``RuntimeError`` if nothing but silence comes out.
    """
    seen: set[int] = set()
    found = broken = number = 0
    batch = range(BATCH if numbered is None else 1)
    while found < count:
        before = (found, broken)
        for made in make([_request(pad, layer, number + turn, numbered) for turn in batch]):
            if made.audio is None:
                broken += 1
            elif found < count and not (distinct and made.seed in seen):
                seen.add(made.seed)
                found += 1
                yield Hit(made.audio, made.seed, number)
            number += 1
        if broken > 10 * count + 100:
            raise RuntimeError("the model makes only silence")
        if (found, broken) == before:
            return


def _request(pad: int, layer: int | None, number: int, numbered: int | None) -> Request:
    if numbered is not None:
        own = folder_number(numbered) + number
    else:
        own = number if layer is None else layer_number(layer, number)
    return Request(pad, own, made_for(layer))
