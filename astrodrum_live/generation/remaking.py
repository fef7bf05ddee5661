"""Hits made again from what they were made from."""

import numpy as np

from astrodrum_live.generation.bank_hits import first_hits
from astrodrum_live.generation.device_choice import start_torch
from astrodrum_live.generation.makers import FrozenMaker, Maker, ModelMaker, Request
from astrodrum_live.generation.origin import Source, checksum
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.model.bank import load_bank
from astrodrum_live.params import MAX_PADS


class Remaker:
    """Makes the hits of ``kits``, by number, at ``rate`` Hz, one by one as they were made live.

    ``device``: of torch; ``threads``: as many as it had then. Thread: one.
    """

    def __init__(
        self, kits: dict[int, Sounds], rate: int, device: str = "cpu", threads: int | None = None
    ) -> None:
        self._kits, self._rate = kits, rate
        self._device, self._threads = device, threads
        self._makers: dict[tuple[str, int], Maker] = {}

    def make(self, source: Source) -> tuple[np.ndarray | None, bool]:
        """The samples (n,) float32, None if that hit cannot be had; and whether they are the very
        ones. Errors: ``ModelError``, ``SoundsError``, ``GeneratorError``."""
        audio = self._first(source) if source.maker == "first" else self._made(source)
        return audio, audio is not None and checksum(audio) == source.check

    def _made(self, source: Source) -> np.ndarray | None:
        values = np.tile(source.row, (MAX_PADS, 1))
        request = Request(source.pad, 0, source.made_for, seed=source.seed)
        (made,) = self._maker(source.maker, source.kit).make([request], values)
        return made.audio

    def _maker(self, kind: str, kit: int) -> Maker:
        if (kind, kit) not in self._makers:
            sounds = self._kits[kit]
            if kind == "frozen":
                self._makers[kind, kit] = FrozenMaker(sounds, self._rate, 0)
            else:
                device = start_torch(self._device, self._threads)
                self._makers[kind, kit] = ModelMaker(sounds, self._rate, 0, device)
        return self._makers[kind, kit]

    def _first(self, source: Source) -> np.ndarray | None:
        """Of the pad's own frozen hits, or its class's: the generator may have frozen it since."""
        sounds = self._kits[source.kit]
        bank = load_bank(sounds.model)
        for own in (True, False):
            frozen, hits = first_hits(bank, sounds, source.pad, source.row, own)
            found = [
                hit for hit, seed in zip(hits, frozen.seeds, strict=True) if seed == source.seed
            ]
            exact = [hit for hit in found if checksum(hit) == source.check]
            if exact or found:
                return (exact or found)[0]
        return None
