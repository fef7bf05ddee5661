"""What to make next: what a tweak has left behind, in turn, and what is about to run dry."""

from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from astrodrum_live.layers import LAYERS, MIDDLE

LATELY = 2 * 48000  # frames within which a pad was struck that is being played
LOW = 3  # unplayed hits below which a pad is about to repeat itself
FULL = np.iinfo(np.int64).max


class Stock(NamedTuple):
    """What the rings hold, each array (pads, LAYERS) of whole numbers.

    ``fresh``: unplayed hits of the pad's epoch. ``ready``: of any epoch. ``room``: free slots.
    ``struck``: when the layer was last struck. ``called``: the same where it was not served since,
    else 0. ``made``: the epoch a hit was last made for. ``served``: when; any rising number.
    """

    fresh: np.ndarray
    ready: np.ndarray
    room: np.ndarray
    struck: np.ndarray
    called: np.ndarray
    made: np.ndarray
    served: np.ndarray


def plan(stock: Stock, depth: int, batch: int) -> list[tuple[int, int]]:
    """The (pad, layer) to make one hit each for, in order; one may be named more than once.

    Pads with a layer that has no fresh hit come first: in turn one that is being played, where what
    sounds shall neither repeat nor lag, foremost one that was struck since it was served; and one
    of all, for a knob may move all of them. Each gets one hit, in the layer that the next stroke
    will want; those with none in any layer go before others, then the longest unserved. As many
    hits again go to the emptiest rings of other pads, so that a moving knob on one does not let
    them run dry; and without any tweak, the whole batch does.
    """
    stale = (stock.fresh == 0) & (stock.room > 0)
    behind = np.flatnonzero(stale.any(axis=1))
    some = stock.fresh.sum(axis=1) > 0
    served = stock.served.max(axis=1)
    called = (stale & (stock.called > 0)).any(axis=1)
    in_turn = behind[np.lexsort((served[behind], some[behind]))]
    left = stock.ready.sum(axis=1)
    played = behind[
        np.lexsort((served[behind], some[behind], left[behind] >= LOW, ~called[behind]))
    ]
    struck = stock.struck.max(axis=1)
    played = played[struck[played] > max(struck.max(initial=0) - LATELY, 0)]
    tweaked = _alternating(played.tolist(), in_turn.tolist())[:batch]
    wanted = [(pad, _next_layer(stock, stale, pad)) for pad in tweaked]
    fill = batch if not wanted else min(len(wanted), batch - len(wanted))
    return wanted + _emptiest(stock, tweaked, depth, fill)


def _alternating(first: list[int], second: list[int]) -> list[int]:
    """Of both in turn, each once."""
    mixed = [pad for pair in zip_longest(first, second) for pad in pair if pad is not None]
    return list(dict.fromkeys(mixed))


def _next_layer(stock: Stock, stale: np.ndarray, pad: int) -> int:
    """Of a pad's stale layers the one struck since it was served, latest first; else the one
    furthest behind, so that in a sweep all follow; else the one struck last."""

    def key(layer: int) -> tuple[int, ...]:
        at = pad, layer
        called, struck = int(stock.called[at]), int(stock.struck[at])
        return -called, int(stock.made[at]), -struck, abs(layer - MIDDLE)

    return min((layer for layer in range(LAYERS) if stale[pad, layer]), key=key)


def _emptiest(stock: Stock, tweaked: list[int], depth: int, count: int) -> list[tuple[int, int]]:
    """``count`` hits for the emptiest rings, as they fill; a second one for a tweaked pad can wait
    until the first is pushed."""
    fresh, ready, room = stock.fresh.copy(), stock.ready.copy(), stock.room.copy()
    room[tweaked] = 0
    wanted: list[tuple[int, int]] = []
    for _ in range(count):
        level = np.where((room > 0) & (fresh < depth), ready, FULL)
        pad, layer = divmod(int(np.argmin(level)), LAYERS)
        if level[pad, layer] == FULL:
            break
        fresh[pad, layer] += 1
        ready[pad, layer] += 1
        room[pad, layer] -= 1
        wanted.append((pad, layer))
    return wanted
