"""Hits for the first second: a model's frozen bank, pushed before torch or scipy are imported."""

import numpy as np

from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.loudness import match_loudness
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.model.bank import Bank
from astrodrum_live.params import MAX_PADS

FROZEN_EPOCH = 0


def push_first_hits(engine: Engine, bank: Bank, sounds: Sounds) -> None:
    """Give every pad the bank's hits of its heaviest class, in turn, at the pad's level.

    Pads that this kit does not have get some class's: a later kit may have them, and its notes
    must sound before their own hits are made.

    They carry epoch 0, so that the first hit made for the kit replaces them. Call before the
    device starts and before the generator does: the rings have one writer.
    """
    heaviest = [int(label) for label in sounds.mixes(bank.classes).argmax(axis=1)]
    spare = [pad % len(bank.classes) for pad in range(len(heaviest), MAX_PADS)]
    for pad, label in enumerate(heaviest + spare):
        level = engine.value(pad, "level")
        seed = int(engine.value(pad, "seed"))
        hits = [
            match_loudness(hit.astype(np.float32) / 32768.0, bank.sample_rate, level)
            for hit in bank.audio[label]
        ]
        for turn in range(engine.config.ring_depth):
            index = (seed + turn) % len(hits)
            engine.rings.push(
                pad, hits[index], bank.sample_rate, int(bank.seeds[label, index]), FROZEN_EPOCH
            )
