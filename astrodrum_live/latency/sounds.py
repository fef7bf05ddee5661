"""The test kit: twelve short bursts that a matched filter finds to the sample, and tells apart."""

from pathlib import Path

import numpy as np

from astrodrum_live.latency.streams import FIRST_NOTE, PADS
from astrodrum_live.model.bank import Bank, save_bank

LENGTH_S = 0.025
ROOM_S = 0.1  # of a hit in the kit: no engine is built for less than 0.05
DECAY = 1.0  # nepers over the whole: nearly all of it helps to tell one from another
BAND = 0.8  # of the spectrum: what lies above, a resampler would touch
PEAK = 0.9

_HEAD = """format = "astrodrum-kit"
version = 1
model = "{model}"
name = "Latency"
[master]
gain_db = -14.0
[midi.cc]
1 = "*.radius"
"""
_PAD = """[[pad]]
name = "t{pad}"
class = "t{pad}"
notes = [{note}]
"""


def bursts(rate: int) -> np.ndarray:
    """(PADS, frames) at ``rate`` Hz: noise, peak 0.9, band-limited, beginning at full level. The
    autocorrelation of each is one narrow peak, and between two of them there is none."""
    frames = int(LENGTH_S * rate)
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal((PADS, frames)))
    spectrum[:, int(BAND * spectrum.shape[1]) :] = 0.0
    sounds = np.fft.irfft(spectrum, frames) * np.exp(-DECAY * np.arange(frames) / frames)
    return PEAK * sounds / np.abs(sounds).max(axis=1, keepdims=True)


def write_test_kit(folder: Path, rate: int) -> Path:
    """A kit of the bursts in ``folder``, with a model that is frozen hits only."""
    classes = tuple(f"t{pad}" for pad in range(PADS))
    sounds = bursts(rate)
    audio = np.zeros((PADS, 1, int(ROOM_S * rate)), np.int16)
    audio[:, 0, : sounds.shape[1]] = np.round(32767 * sounds)
    seeds = np.arange(PADS, dtype=np.uint64)[:, None]
    model = folder / "bursts"
    model.mkdir()
    latents = np.zeros((PADS, 1, 4), np.float32)
    save_bank(model, Bank(classes, rate, audio, seeds, latents, "bursts"))
    path = folder / "latency.toml"
    pads = [_PAD.format(pad=pad, note=FIRST_NOTE + pad) for pad in range(PADS)]
    path.write_text(_HEAD.format(model=model.as_posix()) + "".join(pads), encoding="utf-8")
    return path
