"""How fast hits are made, and how soon a tweak is heard."""

import time
from pathlib import Path

import numpy as np

from astrodrum_live.control.events import Hit, Set
from astrodrum_live.control.patch import Patch
from astrodrum_live.generation.makers import ModelMaker, Request
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.model_choice import sounds_of
from astrodrum_live.live.morph import FADER
from astrodrum_live.now import now_ns

RATE = 48000
ALONE, BATCHES, BATCH = 80, 12, 8
TWEAKS, FADES = 40, 20
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
    engine = instrument.engine
    try:
        ages = []
        for turn in range(TWEAKS):
            _wait(lambda: _is_idle(instrument), FULL_WAIT_S)
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


def measure_fader(patch: Patch) -> dict[str, float]:
    """From a move of the fader between two kits to the first new hit of the pad that was struck
    last, and until every pad on the way has one; the generator otherwise idle."""
    instrument = LiveInstrument(patch, Options(audio="null", session=1), lambda text: None)
    pads = sorted(instrument.kit.choice.way.rows)
    engine, last = instrument.engine, pads[-1]

    def fresh() -> np.ndarray:
        return engine.rings.ready_of(engine.rings.epochs())[pads].sum(axis=1) > 0

    try:
        first_ms, all_ms = [], []
        for turn in range(FADES):
            _wait(lambda: _is_idle(instrument), FULL_WAIT_S)
            struck = engine.rings.struck()[last].max()
            instrument.post(Hit(last, 0.5), now_ns())
            _wait(lambda: engine.rings.struck()[last].max() > struck, 10.0)  # noqa: B023
            _wait(lambda: _is_idle(instrument), FULL_WAIT_S)
            began_ns, epochs = now_ns(), engine.rings.epochs()[pads]
            instrument.post(Set(None, FADER, 0.1 + 0.8 * turn / FADES), began_ns)
            _wait(lambda: (engine.rings.epochs()[pads] > epochs).all(), 10.0)  # noqa: B023
            _wait(lambda: fresh()[-1], 10.0)
            first_ms.append((now_ns() - began_ns) * 1e-6)
            _wait(lambda: fresh().all(), 10.0)
            all_ms.append((now_ns() - began_ns) * 1e-6)
    finally:
        instrument.close()
    return {
        "fader_to_fresh_ms_p50": float(np.percentile(first_ms, 50)),
        "fader_to_fresh_ms_p99": float(np.percentile(first_ms, 99)),
        "fader_to_all_pads_ms_p50": float(np.percentile(all_ms, 50)),
    }


def _is_idle(instrument: LiveInstrument) -> bool:
    """Whether every ring is full of the model's hits."""
    engine, pads = instrument.engine, len(instrument.patch.pads)
    fresh = engine.rings.ready_of(engine.rings.epochs())[:pads]
    at_work = instrument.supervisor.state == "model"
    return at_work and int(fresh.min()) >= engine.config.ring_depth


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
