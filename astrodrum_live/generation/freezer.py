"""Freezes a kit while there is nothing better to do: one hit at a time, pad after pad."""

from contextlib import suppress
from pathlib import Path

import numpy as np

from astrodrum_live.generation.frozen_pads import HITS, FrozenPad, load_pad, save_pad
from astrodrum_live.generation.makers import Made, ModelMaker, Request
from astrodrum_live.generation.sounds import Sounds

FIRST_NUMBER = 1 << 32  # numbers no session reaches: these hits are not played again as fresh


class Freezer:
    """Fills ``folder`` with the pads of a kit that are not frozen yet. Thread: one."""

    def __init__(self, maker: ModelMaker, sounds: Sounds, rate: int, folder: Path) -> None:
        self._maker, self._sounds, self._rate, self._folder = maker, sounds, rate, folder
        self._values = np.array(sounds.rows)
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
        pad = self._left[0]
        self._made += self._maker.make([Request(pad, FIRST_NUMBER + len(self._made))], self._values)
        if len(self._made) == HITS:
            with suppress(OSError):
                self._save(pad)
            self._made = []
            self._left.pop(0)
        return True

    def _save(self, pad: int) -> None:
        good = [(made.audio, made.seed) for made in self._made if made.audio is not None]
        if not good:
            return
        audio = np.zeros((len(good), max(len(hit) for hit, _ in good)), np.int16)
        for row, (hit, _) in zip(audio, good, strict=True):
            row[: len(hit)] = np.round(np.clip(hit, -1.0, 1.0) * 32767)
        seeds = np.array([seed for _, seed in good], np.uint64)
        save_pad(self._folder, self._keys[pad], FrozenPad(audio, seeds, self._rate))
