"""Hits for the first second: frozen ones, pushed before torch or scipy are imported."""

import numpy as np

from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.frozen_pads import FrozenPad, class_pad, load_pad
from astrodrum_live.generation.loudness import match_loudness
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.layers import LAYERS
from astrodrum_live.model.bank import Bank
from astrodrum_live.params import MAX_PADS

FROZEN_EPOCH = 0


def push_first_hits(engine: Engine, bank: Bank, sounds: Sounds) -> None:
    """Fill every ring with frozen hits in turn: the pad's own for the layer if the kit was frozen,
    else the bank's of its heaviest class, at the pad's level.

    Pads that this kit does not have get some class's: a later kit may have them, and its notes
    must sound before their own hits are made.

    They carry epoch 0, so that the first hit made for the kit replaces them. Call before the
    device starts and before the generator does: the rings have one writer.
    """
    heaviest = [int(label) for label in sounds.mixes(bank.classes).argmax(axis=1)]
    spare = [pad % len(bank.classes) for pad in range(len(heaviest), MAX_PADS)]
    rows = engine.memory.header[0]["pad_value"]
    for pad, label in enumerate(heaviest + spare):
        own = None
        if pad < len(sounds.pads):
            own = load_pad(sounds.model, sounds.key(pad, bank.hash, rows[pad]))
        frozen = own or class_pad(bank, label)
        hits = [hit.astype(np.float32) / 32768.0 for hit in frozen.audio]
        if own is None:  # the pad's own have its level
            level = engine.value(pad, "level")
            hits = [match_loudness(hit, frozen.rate, level) for hit in hits]
        _fill(engine, pad, frozen, hits)


def _fill(engine: Engine, pad: int, frozen: FrozenPad, hits: list[np.ndarray]) -> None:
    seed = int(engine.value(pad, "seed"))
    for layer in range(LAYERS):
        own = frozen.of(layer)
        for turn in range(engine.config.ring_depth):
            at = own[(seed + turn) % len(own)]
            made = int(frozen.seeds[at])
            engine.rings.push(pad, layer, hits[at], frozen.rate, made, FROZEN_EPOCH)
