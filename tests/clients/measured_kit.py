"""A kit whose hits are known to the sample, so that their onsets can be measured in a recording."""

from pathlib import Path

import numpy as np
from onsets import burst

from astrodrum_live.model.bank import Bank, save_bank

RATE = 48000
SHORT = burst(2400)  # 50 ms, for every pad but the last
LONG = burst(24000, decay=0.0)  # half a second that does not fade

KIT = """format = "astrodrum-kit"
version = 1
model = "{model}"
name = "Measured"
[[pad]]
name = "kick"
class = "kick"
[[pad]]
name = "snare"
class = "snare"
[[pad]]
name = "hat_closed"
class = "hat_closed"
[[pad]]
name = "crash"
class = "cymbal"
"""


def write_measured_kit(folder: Path) -> Path:
    """A kit file, and beside it a model that is frozen hits only: no network, no torch.

    Its crash is long and does not fade, so that one can see what silences it.
    """
    classes = ("kick", "snare", "hat_closed", "cymbal")
    audio = np.zeros((len(classes), 1, len(LONG)), np.int16)
    audio[:3, 0, : len(SHORT)] = np.round(32767 * SHORT)
    audio[3, 0] = np.round(32767 * LONG)
    seeds = np.arange(len(classes), dtype=np.uint64)[:, None]
    latents = np.zeros((len(classes), 1, 4), np.float32)
    model = folder / "measured-hits"
    model.mkdir()
    save_bank(model, Bank(classes, RATE, audio, seeds, latents, "measured"))
    path = folder / "measured.toml"
    path.write_text(KIT.format(model=model.as_posix()))
    return path
