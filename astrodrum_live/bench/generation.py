"""How fast hits are made, and how soon a tweak is heard."""

import time
from pathlib import Path

import numpy as np

from astrodrum_live.control.patch import Patch
from astrodrum_live.generation.makers import ModelMaker, Request
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.model_choice import sounds_of

RATE = 48000
ALONE, BATCHES, BATCH = 80, 12, 8
TWEAKS = 40
FULL_WAIT_S = 60.0


def measure_generation(patch: Patch) -> dict[str, float]:
    """One hit at a time and in batches, on one core: network and post-processing together."""
    import torch

    torch.set_num_threads(1)
    sounds = sounds_of(patch)
    maker = ModelMaker(sounds, RATE, session=1)
    values = np.array(sounds.rows)
    maker.make([Request(0, 0)] * BATCH, values)
    alone = [_timed(maker, [Request(0, number)], values) for number in range(ALONE)]
    batched = [
        _timed(maker, [Request(0, 1000 + number * BATCH + turn) for turn in range(BATCH)], values)
        for number in range(BATCHES)
    ]
    return {
        "hit_ms_p50": float(np.percentile(alone, 50)) * 1e3,
        "hit_ms_p99": float(np.percentile(alone, 99)) * 1e3,
        "batched_hits_per_s": BATCH / float(np.median(batched)),
    }


def measure_tweaks(patch: Patch) -> dict[str, float]:
    """From a turned knob to the first new hit ready in the ring, the generator otherwise idle."""
    instrument = LiveInstrument(patch, Options(audio="null", session=1), lambda text: None)
    engine, pads = instrument.engine, len(patch.pads)

    def idle() -> bool:
        fresh = engine.rings.ready_of(engine.rings.epochs())[:pads]
        at_work = instrument.supervisor.state == "model"
        return at_work and int(fresh.min()) >= engine.config.ring_depth

    try:
        ages = []
        for turn in range(TWEAKS):
            _wait(idle, FULL_WAIT_S)
            before = engine.counters()["fresh_age_count"]
            engine.post_set(0, "z1", 0.5 if turn % 2 else -0.5)
            _wait(lambda: engine.counters()["fresh_age_count"] > before, 10.0)  # noqa: B023
            ages.append(engine.counters()["fresh_age_ns"] * 1e-6)
    finally:
        instrument.close()
    return {
        "tweak_to_fresh_ms_p50": float(np.percentile(ages, 50)),
        "tweak_to_fresh_ms_p99": float(np.percentile(ages, 99)),
    }


def _timed(maker: ModelMaker, requests: list[Request], values: np.ndarray) -> float:
    began = time.perf_counter()
    maker.make(requests, values)
    return time.perf_counter() - began


def _wait(condition, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"the generator did not get there within {seconds:.0f} s")
        time.sleep(0.002)


def model_name(patch: Patch) -> str:
    """The model's folder, for the report."""
    return Path(sounds_of(patch).model).name
