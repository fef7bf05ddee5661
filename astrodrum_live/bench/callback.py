"""How much of a block the callback needs, with Python busy beside it; and how many voices fit."""

import threading
import time

import numpy as np

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.null_device import NullDevice
from astrodrum_live.engine.stats import work_percentile
from astrodrum_live.layers import MIDDLE

RATE, BLOCK, VOICES = 48000, 64, 96
HIT_S = 0.38
PLAY_S = 6.0
AHEAD_S = 0.5
ALL_VOICES = 256


def measure_callback() -> dict[str, float]:
    """Work per 64-frame block with 96 voices sounding while a Python thread spins.

    Timed inside the callback, so the numbers are its own work and not the thread's waking up.
    """
    engine = _engine(VOICES)
    device = NullDevice(engine)
    stop = threading.Event()
    spinner = threading.Thread(target=_spin, args=(stop,), daemon=True)
    device.start()
    spinner.start()
    try:
        _keep_sounding(engine, 0.5)
        before = engine.memory.header[0]["work"].astype(np.int64)
        voices = _keep_sounding(engine, PLAY_S)
        block_ns = 1e9 * BLOCK / RATE
        shares = {
            f"p{name}": work_percentile(engine.memory.header, share, before) / block_ns
            for name, share in (("50", 0.5), ("99", 0.99), ("99.9", 0.999))
        }
    finally:
        stop.set()
        spinner.join()
        device.close()
        engine.close()
    return {**{f"block_share_{name}": share for name, share in shares.items()}, "voices": voices}


def measure_voices() -> dict[str, float]:
    """Voices times real time on one core, 256 sounding, 64-frame blocks: median of 400 blocks."""
    return {
        "unpitched_x_real_time": _voices_x_real_time(0.0),
        "pitched_x_real_time": _voices_x_real_time(-5.0),
    }


def _voices_x_real_time(pitch: float) -> float:
    engine = _engine(ALL_VOICES)
    try:
        engine.post_set(0, "pitch", pitch)
        rates = []
        out = np.empty((BLOCK, 2), np.float32)
        for _ in range(4):
            for _ in range(ALL_VOICES):
                engine.post_hit(0, 0.5)
            engine.call_back(out)
            engine.call_back(out)
            for _ in range(100):
                began = time.perf_counter()
                engine.call_back(out)
                seconds = time.perf_counter() - began
                rates.append(engine.counters()["voices"] * BLOCK / RATE / seconds)
        return float(np.median(rates))
    finally:
        engine.close()


def _engine(voices: int) -> Engine:
    engine = Engine(EngineConfig(rate=RATE, block=BLOCK, voices=voices, hit_seconds=HIT_S + 0.02))
    noise = np.random.default_rng(1).standard_normal(int(HIT_S * RATE)).astype(np.float32)
    engine.rings.push(0, MIDDLE, noise * 0.01, RATE, 1, 1)
    return engine


def _keep_sounding(engine: Engine, seconds: float) -> float:
    """Hits spread evenly, as many as hold all voices; the mean number of voices meanwhile.

    They are scheduled half a second ahead, so the busy thread cannot bunch them.
    """
    every = HIT_S * RATE / VOICES
    frame = float(engine.memory.header[0]["frame"]) + BLOCK
    seen = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        while frame < engine.memory.header[0]["frame"] + AHEAD_S * RATE:
            engine.post_hit(0, 0.5, round(frame))
            frame += every
        seen.append(engine.counters()["voices"])
        time.sleep(0.02)
    return float(np.mean(seen))


def _spin(stop: threading.Event) -> None:
    number = 0
    while not stop.is_set():
        number = (number * 1103515245 + 12345) & 0x7FFFFFFF
