"""What a voice's own effects cost, and the echoes and rooms of all orbits."""

import time

import numpy as np

from astrodrum_live.bench.callback import BLOCK, HIT_S, RATE
from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.layers import MIDDLE
from astrodrum_live.params import ORBITS

VOICES = 64
BLOCKS = 400
ALL_EFFECTS = (
    ("shape", 0.3), ("hcutoff", 200.0), ("bandf", 1000.0), ("crush", 8.0), ("coarse", 2.0),
    ("cutoff", 4000.0), ("djf", 0.4),
)  # fmt: skip
ALL_ORBITS = (("room", 0.5), ("size", 0.5), ("delay", 0.5), ("delaytime", 0.2))


def measure_effects() -> dict[str, float]:
    """Voices with every effect times real time; 12 orbits with echoes and room as a share of a
    64-frame block, without their voices: medians, one core."""
    return {
        "all_effects_x_real_time": VOICES * BLOCK / RATE / _block_s(ALL_EFFECTS),
        "orbits_block_share": (_block_s((), ORBITS) - _block_s(())) * RATE / BLOCK,
    }


def _block_s(own: tuple[tuple[str, float], ...], orbits: int = 0) -> float:
    """The median block, seconds, with all voices sounding, spread over so many orbits."""
    engine = Engine(EngineConfig(rate=RATE, block=BLOCK, voices=VOICES, hit_seconds=HIT_S + 0.02))
    try:
        noise = np.random.default_rng(1).standard_normal(int(HIT_S * RATE)).astype(np.float32)
        engine.rings.push(0, MIDDLE, noise * 0.01, RATE, 1, 1)
        for orbit in range(orbits):
            for name, value in ALL_ORBITS:
                engine.post_orbit(orbit, name, value)
        return float(np.median([s for _ in range(4) for s in _timed(engine, own, orbits)]))
    finally:
        engine.close()


def _timed(engine: Engine, own: tuple[tuple[str, float], ...], orbits: int) -> list[float]:
    out = np.empty((BLOCK, 2), np.float32)
    for voice in range(VOICES):
        place = ("orbit", float(voice % orbits if orbits else 0))
        engine.post_hit(0, 0.5, params=(*own, place))
    for _ in range(30):  # the sends open
        engine.call_back(out)
    seconds = []
    for _ in range(BLOCKS // 4):
        began = time.perf_counter()
        engine.call_back(out)
        seconds.append(time.perf_counter() - began)
    return seconds
