"""``/feed/map``: how to go somewhere on the map: what a step to the right adds to each axis (``z1``
and so on), then what a step up does; nothing for a model without a map.
"""

from collections.abc import Callable, Sequence

from astrodrum_live.live.latent_map import LatentMap


class MapFeed:
    """A ``Feed``: told once, and again for another model."""

    def __init__(self, latent_map: Callable[[], LatentMap | None]) -> None:
        self.watched = False
        self._map = latent_map
        self._told: list[object] | None = None

    def take(self) -> Sequence[Sequence[object]]:
        here = self._map()
        steps: list[object] = [] if here is None else [float(s) for s in here.steps.ravel()]
        if steps == self._told:
            return []
        self._told = steps
        return [steps]

    def restart(self) -> None:
        self._told = None
