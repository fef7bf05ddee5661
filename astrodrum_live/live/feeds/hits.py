"""``/feed/hit``: what has just sounded: ``i pad, f velocity, s seed, s number, i count, f x, f y``.

``seed``: in hexadecimal. ``number``: of the pad's endless folder, "-1" for a fresh hit. ``count``:
hits that sounded since the start. ``x``, ``y``: its place on the map (``live/latent_map.py``).
"""

from collections.abc import Callable, Sequence

from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.heard import Heard, heard_count, heard_since
from astrodrum_live.live.latent_map import LatentMap


class HitsFeed:
    """A ``Feed``; of more than 24 hits between two looks the last are told."""

    def __init__(self, engine: Engine, latent_map: Callable[[], LatentMap | None]) -> None:
        self.watched = False
        self._engine, self._map = engine, latent_map
        self._seen = heard_count(engine)

    def take(self) -> Sequence[Sequence[object]]:
        heard = heard_since(self._engine, self._seen)
        if heard:
            self._seen = heard[-1][0] + 1
        return [self._hit(count, one) for count, one in heard]

    def restart(self) -> None:
        """It has no state: ``/heard`` tells what sounded before."""

    def _hit(self, count: int, one: Heard) -> list[object]:
        seed, here = int(one.origin["seed"]), self._map()
        place = (0.0, 0.0)
        if here is not None:
            place = here.hit(one.pad, one.origin["row"], float(one.origin["made_for"]), seed)
        number = "-1" if one.number is None else str(one.number)
        return [one.pad, float(one.velocity), f"{seed:016x}", number, count, *place]
