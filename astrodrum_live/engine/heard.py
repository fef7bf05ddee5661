"""The hits just heard, read while the callback goes on writing."""

from dataclasses import dataclass

import numpy as np

from astrodrum_live.config import HEARD_SLOTS
from astrodrum_live.engine.engine import Engine

LAST = 8
AT_ONCE = 24  # the callback may push out no more than the rest meanwhile
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
    return [one for _, one in reversed(_read(engine, heard_count(engine) - LAST, LAST))]


def heard_count(engine: Engine) -> int:
    """How many hits have sounded since the start. Thread: any. Realtime-safe: no."""
    return int(engine.memory.header[0]["heard_write"][0])


def heard_since(engine: Engine, count: int) -> list[tuple[int, Heard]]:
    """What sounded after the first ``count`` hits, in order, each with how many there were before
    it. Of more than ``AT_ONCE`` only the last.

    Thread: any. Realtime-safe: no (but never waits for the callback).
    """
    return _read(engine, count, AT_ONCE)


def _read(engine: Engine, first: int, most: int) -> list[tuple[int, Heard]]:
    header = engine.memory.header[0]
    for _ in range(TRIES):
        write = heard_count(engine)
        counts = range(max(first, write - most, 0), write)
        places = [count % HEARD_SLOTS for count in counts]
        heard, origins = header["heard"][places].copy(), header["heard_origin"][places].copy()
        if heard_count(engine) - write < HEARD_SLOTS - most:
            hits = map(_heard, heard, origins)
            return list(zip(counts, hits, strict=True))
    return []


def _heard(one: np.void, origin: np.void) -> Heard:
    number = int(one["number"])
    return Heard(
        int(one["pad"]), int(one["frame"]), float(one["velocity"]),
        number if number >= 0 else None, float(one["rate"]), origin,
    )  # fmt: skip
