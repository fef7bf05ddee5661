"""Hits for the first second: frozen ones, pushed before torch or scipy are imported."""

import numpy as np

from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.bank_hits import first_hits
from astrodrum_live.generation.frozen_pads import FrozenPad
from astrodrum_live.generation.origin import origin_of
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.layers import LAYERS
from astrodrum_live.model.bank import Bank
from astrodrum_live.params import MAX_PADS

FROZEN_EPOCH = 0
FIRST_KIT = 1


def push_first_hits(engine: Engine, bank: Bank, sounds: Sounds) -> None:
    """Fill every ring with frozen hits in turn: the pad's own for the layer if the kit was frozen,
    else the bank's of its heaviest class, at the pad's level.

    Pads that this kit does not have get some class's: a later kit may have them, and its notes
    must sound before their own hits are made.

    They carry epoch 0, so that the first hit made for the kit replaces them. Call before the
    device starts and before the generator does: the rings have one writer.
    """
    rows = engine.memory.header[0]["pad_value"]
    for pad in range(MAX_PADS):
        frozen, hits = first_hits(bank, sounds, pad, rows[pad])
        _fill(engine, pad, frozen, hits)


def _fill(engine: Engine, pad: int, frozen: FrozenPad, hits: list[np.ndarray]) -> None:
    seed = int(engine.value(pad, "seed"))
    row = engine.row(pad)
    facts = list(zip(frozen.seeds, frozen.velocities, hits, strict=True))
    origins = [
        origin_of("first", FIRST_KIT, int(made), float(made_for), row, hit)
        for made, made_for, hit in facts
    ]
    for layer in range(LAYERS):
        own = frozen.of(layer)
        for turn in range(engine.config.ring_depth):
            at = own[(seed + turn) % len(own)]
            made, _, hit = facts[at]
            engine.rings.push(
                pad, layer, hit, frozen.rate, int(made), FROZEN_EPOCH, origin=origins[at]
            )
