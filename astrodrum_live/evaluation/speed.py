"""How long a hit takes: alone on one thread, and in batches.

On a CPU it is the thread's own time that counts, so that whoever else uses the machine does not.
"""

import time
from collections.abc import Callable

import numpy as np
import torch

from astrodrum_live.model.latents import white_noise
from astrodrum_live.model.player import Model

WARM_UP = 10
TIMED = 100
BATCH = 16


def measure_speed(model: Model) -> dict[str, float]:
    """Milliseconds for one hit on one thread (latent and noise included) and hits a second.

    ``ms_p50``, ``ms_p99``: over 100 hits after a warm-up. ``batch_hits_s``: hits a second in
    batches of 16. ``real_time``: seconds of sound made in a second. Ended, torch has its threads
    again. The only figures that differ from run to run.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        spent = [_one(model, seed) for seed in range(WARM_UP + TIMED)][WARM_UP:]
        batch = _batch(model)
    finally:
        torch.set_num_threads(threads)
    p50 = float(np.median(spent))
    return {
        "ms_p50": 1000 * p50,
        "ms_p99": 1000 * float(np.percentile(spent, 99)),
        "batch_hits_s": batch,
        "real_time": model.config.slice_len / model.config.sample_rate / p50,
    }


def _one(model: Model, seed: int) -> float:
    clock = _clock(model)
    start = clock()
    mix = np.eye(len(model.config.classes), dtype=np.float32)[:1]
    z = model.prior.sample(0, seed)[None]
    model.generate(z, mix, np.array([seed], dtype=np.uint64))
    return clock() - start


@torch.inference_mode()
def _batch(model: Model) -> float:
    config = model.config
    label = np.arange(BATCH) % len(config.classes)
    z = np.stack([model.prior.sample(int(c), i) for i, c in enumerate(label)])
    mix = np.eye(len(config.classes), dtype=np.float32)[label]
    noise = np.stack([white_noise(i, config.slice_len) for i in range(BATCH)])
    given = [torch.from_numpy(a).to(model.device) for a in (z, mix, noise)]
    clock = _clock(model)
    spent = []
    for _ in range(4):
        start = clock()
        model.network(*given).cpu()
        spent.append(clock() - start)
    return BATCH / min(spent[1:])


def _clock(model: Model) -> Callable[[], float]:
    return time.thread_time if model.device == "cpu" else time.perf_counter
