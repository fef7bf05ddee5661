"""``/feed/pad``: ``s name, i index, s class, s choke group, i fresh, i of, s frozen to, f made for,
f x, f y``.

``fresh``: unplayed hits that are ready, of so many. ``frozen to``: a seed in hexadecimal, or "";
``made for``: the velocity that hit was made for.
``x``, ``y``: where the pad's centre lies on the map (``live/latent_map.py``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from astrodrum_live.control.patch import Patch
from astrodrum_live.engine.engine import Engine
from astrodrum_live.live.latent_map import LatentMap
from astrodrum_live.live.orders import OrderDesk
from astrodrum_live.params import PAD_PARAMS

_HIT_ROWS = [index for index, row in enumerate(PAD_PARAMS) if row.stage == "hit"]


@dataclass(slots=True)
class _Placed:
    """A pad's place, and the values it was worked out for."""

    row: bytes
    place: tuple[float, float]


class PadsFeed:
    """A ``Feed``: a message for every pad of which something changed."""

    def __init__(
        self,
        engine: Engine,
        desk: OrderDesk,
        patch: Callable[[], Patch],
        latent_map: Callable[[], LatentMap | None],
    ) -> None:
        self.watched = False
        self._engine, self._desk, self._patch, self._map = engine, desk, patch, latent_map
        self._told: dict[int, list[object]] = {}
        self._placed: dict[int, _Placed] = {}
        self._placed_on: LatentMap | None = None

    def take(self) -> Sequence[Sequence[object]]:
        ready = self._engine.rings.ready().sum(axis=1)
        told = {index: self._pad(index, int(ready[index])) for index in self._indices()}
        changed = [pad for index, pad in told.items() if self._told.get(index) != pad]
        self._told = told
        return changed

    def restart(self) -> None:
        self._told = {}

    def _indices(self) -> range:
        return range(len(self._patch().pads))

    def _pad(self, index: int, ready: int) -> list[object]:
        pad, frozen = self._patch().pads[index], self._desk.frozen(index)
        seed = "" if frozen is None else f"{int(frozen.origin['seed']):016x}"
        made_for = 0.0 if frozen is None else float(frozen.origin["made_for"])
        depth = self._engine.config.pad_depth
        choke = pad.choke_group or ""
        facts = [pad.name, index, pad.main_class, choke, ready, depth, seed, made_for]
        return [*facts, *self._place(index)]

    def _place(self, index: int) -> tuple[float, float]:
        here = self._map()
        if here is not self._placed_on:
            self._placed, self._placed_on = {}, here
        if here is None:
            return 0.0, 0.0
        row = self._engine.row(index)
        key = np.ascontiguousarray(row[_HIT_ROWS]).tobytes()
        known = self._placed.get(index)
        if known is None or known.row != key:
            self._placed[index] = _Placed(key, here.pad(index, row))
        return self._placed[index].place
