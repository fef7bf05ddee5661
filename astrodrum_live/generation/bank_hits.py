"""Which frozen hits stand in for a pad before its own are made."""

import numpy as np

from astrodrum_live.generation.frozen_pads import FrozenPad, class_pad, load_pad
from astrodrum_live.generation.loudness import match_loudness
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.model.bank import Bank
from astrodrum_live.params import PAD_INDEX

_LEVEL = PAD_INDEX["level"]


def first_hits(
    bank: Bank, sounds: Sounds, pad: int, row: np.ndarray, own: bool = True
) -> tuple[FrozenPad, list[np.ndarray]]:
    """The frozen hits of a pad with the values ``row``, and their samples as they are pushed.

    ``own``: where the kit was frozen, the pad's own.
    """
    found = None
    if own and pad < len(sounds.pads):
        found = load_pad(sounds.model, sounds.key(pad, bank.hash, row))
    frozen = found or class_pad(bank, _label(bank, sounds, pad, row))
    hits = [hit.astype(np.float32) / 32768.0 for hit in frozen.audio]
    if found is None:  # the pad's own have its level
        hits = [match_loudness(hit, frozen.rate, float(row[_LEVEL])) for hit in hits]
    return frozen, hits


def _label(bank: Bank, sounds: Sounds, pad: int, row: np.ndarray) -> int:
    """The class of a pad's first hits; a pad that the kit does not have gets some class."""
    if pad < len(sounds.pads):
        return int(sounds.weights(sounds.nearer_mix(pad, row), bank.classes).argmax())
    return pad % len(bank.classes)
