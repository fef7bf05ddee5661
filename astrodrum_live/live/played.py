"""A kit as it was played: what undo brings back, and what a change of [morph] leaves as it was."""

from dataclasses import dataclass

from astrodrum_live.control.patch import Patch
from astrodrum_live.engine.heard import Heard
from astrodrum_live.live.kit import Turned
from astrodrum_live.live.song import Written


@dataclass(frozen=True, eq=False)
class Played:
    """``turned``: its rows as they stood; ``frozen``: pad -> the hit that it was frozen to;
    ``written``: its patterns."""

    patch: Patch
    turned: Turned
    frozen: dict[int, Heard]
    written: Written
