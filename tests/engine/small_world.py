"""A world small enough to compute by hand: 8 kHz, hits of a few samples, everything on the left.

At ``pan`` -1 the left gain is exactly the hit's gain and the right one is zero.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.layers import LAYERS

RATE = 8000
MS = RATE // 1000  # frames to the millisecond
STEAL_FRAMES = 5 * MS
IMPULSE = np.array([0.5, 0, 0], np.float32)
LIVE = 1  # rt.voice.LIVE
HARD = LAYERS - 1  # the layer of a stroke of velocity 1


@contextmanager
def small_engine(**settings) -> Iterator[Engine]:
    """An engine at 8 kHz with 8 voices, all pads hard left, unless told otherwise."""
    engine = Engine(EngineConfig(**{"rate": RATE, "voices": 8, "hit_seconds": 0.2} | settings))
    engine._header[0]["pad_value"][:, 1] = -1.0
    engine._pad_wanted[:, 1] = -1.0
    try:
        yield engine
    finally:
        engine.close()


def load(
    engine: Engine, pad: int, *hits, seed=1, epoch=0, rate: float = RATE, layer=HARD, asked_ns=0
) -> None:
    """Push hits with the seeds ``seed``, ``seed + 1``..."""
    for number, hit in enumerate(hits):
        audio = np.asarray(hit, np.float32)
        assert engine.rings.push(pad, layer, audio, rate, seed + number, epoch, asked_ns)


def flat(frames: int, level: float = 1.0) -> np.ndarray:
    """A hit that is a constant: what comes out is the gain."""
    return np.full(frames, level, np.float32)


def render(engine: Engine, frames: int, blocks: Iterable[int]) -> np.ndarray:
    """``frames`` frames in blocks of the given sizes, the last one cut: (frames, 2)."""
    parts, done = [], 0
    for block in blocks:
        parts.append(engine.render(min(block, frames - done)))
        done += parts[-1].shape[0]
        if done == frames:
            return np.concatenate(parts)
    raise ValueError(f"the blocks end at frame {done} of {frames}")


def live_voices(engine: Engine) -> int:
    """How many voice records say they live, to hold the counter against."""
    return int((engine._header[0]["voice"]["state"] == LIVE).sum())
