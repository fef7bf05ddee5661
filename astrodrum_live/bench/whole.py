"""Figures of the whole program: how soon it plays, and how fast it renders."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from astrodrum_live.control.midi_file import Performance
from astrodrum_live.control.patch import Patch
from astrodrum_live.live.offline import OfflineInstrument

STARTS = 3


def measure_start(patch: Path) -> dict[str, float]:
    """From the command to a kit that plays (frozen hits on the null device), median of three."""
    return {"start_to_playable_s": float(np.median([start_s(patch) for _ in range(STARTS)]))}


def start_s(patch: Path) -> float:
    """One start, seconds."""
    began = time.time()
    command = [sys.executable, "-m", "astrodrum_live.cli", "play", str(patch)]
    command += ["--audio", "null", "--midi", "none", "--osc", "none"]
    command += ["--seconds", "0.2", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["playable_at"]) - began


def measure_rendering(patch: Patch, performance: Performance) -> dict[str, float]:
    """A real performance offline, times real time, with frozen hits and with the model."""
    return {
        f"render_{generator}_x_real_time": _render(patch, performance, generator)
        for generator in ("frozen", "cpu")
    }


def _render(patch: Patch, performance: Performance, generator: str) -> float:
    instrument = OfflineInstrument(patch, seed=1, generator=generator)
    try:
        timed, _ = instrument.events(performance)
        began = time.perf_counter()
        for _ in instrument.render(timed):
            pass
        seconds = time.perf_counter() - began
        return instrument.length(timed) / instrument.engine.config.rate / seconds
    finally:
        instrument.close()
