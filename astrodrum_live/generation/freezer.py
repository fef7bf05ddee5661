"""Freezes a kit while there is nothing better to do: one hit at a time, pad after pad."""

from contextlib import suppress
from pathlib import Path

import numpy as np

from astrodrum_live.generation.frozen_pads import HITS, FrozenPad, load_pad, save_pad
from astrodrum_live.generation.makers import Made, ModelMaker, Request
from astrodrum_live.generation.seeds import layer_number
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.layers import LAYERS, MADE_FOR
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS
from astrodrum_live.units import db_to_gain

FIRST = 1 << 32  # a count no session reaches: these hits are not played again as fresh
_WANDER = PAD_INDEX["wander"]
AUDIBLE_DB = -80.0  # below a hit's peak: its end from there on is not kept


class Freezer:
    """Fills ``folder`` with the pads of a kit that are not frozen yet. Thread: one."""

    def __init__(self, maker: ModelMaker, sounds: Sounds, rate: int, folder: Path) -> None:
        self._maker, self._sounds, self._rate, self._folder = maker, sounds, rate, folder
        self._values = np.array(sounds.rows).reshape(-1, len(PAD_PARAMS))
        self._values[:, _WANDER] = 0.0  # at home
        rows = enumerate(self._values)  # without rows nothing is frozen
        self._keys = [sounds.key(pad, maker.hash, row) for pad, row in rows]
        self._left = [
            pad for pad, key in enumerate(self._keys) if load_pad(sounds.model, key) is None
        ]
        self._made: list[Made] = []

    def step(self) -> bool:
        """Make one hit; False if all is frozen (or the disk will not have it)."""
        if not self._left:
            return False
        pad, (layer, turn) = self._left[0], divmod(len(self._made), HITS)
        request = Request(pad, layer_number(layer, FIRST + turn), MADE_FOR[layer])
        self._made += self._maker.make([request], self._values)
        if len(self._made) == LAYERS * HITS:
            with suppress(OSError):
                self._save(pad)
            self._made = []
            self._left.pop(0)
        return True

    def _save(self, pad: int) -> None:
        velocities = np.repeat(MADE_FOR, HITS)
        good = [index for index, made in enumerate(self._made) if made.audio is not None]
        if not good:
            return
        audio = [_kept(made.audio) for made in self._made if made.audio is not None]
        seeds = np.array([self._made[index].seed for index in good], np.uint64)
        frozen = FrozenPad(audio, seeds, velocities[good], self._rate)
        save_pad(self._folder, self._keys[pad], frozen)


def _kept(hit: np.ndarray) -> np.ndarray:
    """A hit (n,) float as int16, without its inaudible end."""
    loud = np.abs(hit) > db_to_gain(AUDIBLE_DB) * np.max(np.abs(hit))
    frames = int(np.flatnonzero(loud)[-1]) + 1
    return np.round(np.clip(hit[:frames], -1.0, 1.0) * 32767).astype(np.int16)
