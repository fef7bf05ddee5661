"""Samples small enough to be made in a moment, and an import without a terminal."""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import soundfile

from astrodrum_live.data.importing import import_samples
from astrodrum_live.data.report import Report
from astrodrum_live.data.settings import Settings

RATE = 44100


def tone(hertz: float = 180.0, seconds: float = 0.2, rate: int = RATE, level: float = 0.5):
    """A decaying sine: a drum as good as any. float64 (frames,)."""
    time = np.arange(round(seconds * rate)) / rate
    return level * np.exp(-time * 6 / seconds) * np.sin(2 * np.pi * hertz * time + 0.5)


def noise(seed: int, seconds: float = 0.1, rate: int = RATE, level: float = 0.5):
    """A decaying burst of noise, another for every seed. float64 (frames,)."""
    count = round(seconds * rate)
    shape = np.exp(-np.arange(count) * 6 / count)
    return level * shape * np.random.default_rng(seed).uniform(-1, 1, count)


def write(path: Path, audio, rate: int = RATE, subtype: str = "PCM_16") -> Path:
    """An audio file of the format its suffix names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, audio, rate, subtype)
    return path


def bring(data: Path, *sources: Path, stopped=lambda: False, **settings) -> Report:
    """``astrodrum data import``, silently."""
    wanted = Settings(tuple(sources), data, **settings)
    return import_samples(wanted, lambda what, total: nullcontext(lambda done: None), stopped)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder but what an import keeps for itself."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".import" not in path.parts
    }
