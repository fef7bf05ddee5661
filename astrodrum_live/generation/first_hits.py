"""Hits for the first second: frozen ones, pushed before torch or scipy are imported."""

import numpy as np

from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.frozen_pads import FrozenPad, load_pad
from astrodrum_live.generation.loudness import match_loudness
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.model.bank import Bank
from astrodrum_live.params import MAX_PADS

FROZEN_EPOCH = 0


def push_first_hits(engine: Engine, bank: Bank, sounds: Sounds) -> None:
    """Fill every pad's ring with frozen hits in turn: the pad's own if the kit was frozen, else the
    bank's of its heaviest class, at the pad's level.

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
        _fill(engine, pad, own or FrozenPad(bank.audio[label], bank.seeds[label], bank.sample_rate))


def _fill(engine: Engine, pad: int, frozen: FrozenPad) -> None:
    level, seed = engine.value(pad, "level"), int(engine.value(pad, "seed"))
    hits = [
        match_loudness(hit.astype(np.float32) / 32768.0, frozen.rate, level) for hit in frozen.audio
    ]
    for turn in range(engine.config.ring_depth):
        index = (seed + turn) % len(hits)
        engine.rings.push(pad, hits[index], frozen.rate, int(frozen.seeds[index]), FROZEN_EPOCH)
