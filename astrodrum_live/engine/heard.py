"""The hits just heard, read while the callback goes on writing."""

from dataclasses import dataclass

import numpy as np

from astrodrum_live.config import HEARD_SLOTS
from astrodrum_live.engine.engine import Engine

LAST = 8
TRIES = 100


@dataclass(frozen=True)
class Heard:
    """A hit that sounded on ``pad`` at ``frame``. ``number``: of the pad's endless folder, None for
    a fresh one. ``origin``: an ``ORIGIN`` record, what it was made from; ``rate``: Hz."""

    pad: int
    frame: int
    velocity: float
    number: int | None
    rate: float
    origin: np.void


def last_heard(engine: Engine) -> list[Heard]:
    """The last hits that sounded, at most ``LAST``, the newest first.

    Thread: any. Realtime-safe: no (but never waits for the callback).
    """
    header = engine.memory.header[0]
    for _ in range(TRIES):
        write = int(header["heard_write"][0])
        places = [at % HEARD_SLOTS for at in range(write - 1, max(write - 1 - LAST, -1), -1)]
        heard, origins = header["heard"][places].copy(), header["heard_origin"][places].copy()
        if int(header["heard_write"][0]) - write < HEARD_SLOTS - LAST:
            return [_heard(one, origin) for one, origin in zip(heard, origins, strict=True)]
    return []


def _heard(one: np.void, origin: np.void) -> Heard:
    number = int(one["number"])
    return Heard(
        int(one["pad"]), int(one["frame"]), float(one["velocity"]),
        number if number >= 0 else None, float(one["rate"]), origin,
    )  # fmt: skip
