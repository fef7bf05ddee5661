"""A spawned process pushes self-describing hits while this one plays them: none torn, in order."""

import multiprocessing
import time

import numpy as np
from small_world import RATE, small_engine

from astrodrum_live.layers import LAYERS

PADS = 4
RINGS = PADS * LAYERS
COUNT = 20_000
FRAMES = 32


def payload(seed: int) -> np.ndarray:
    """A hit that only this seed has: 32 numbers of 20 bits, far below the limiter."""
    words = (np.arange(1, FRAMES + 1, dtype=np.uint64) * np.uint64(seed * 2654435761 + 12345)) >> 7
    return ((words % 0x80000).astype(np.float32) + 1) / np.float32(0x100000)


def push_all(name: str) -> None:
    from astrodrum_live.engine.hit_rings import HitRings
    from astrodrum_live.rt.memory import SharedMemory

    memory = SharedMemory(name=name)
    rings = HitRings(memory)
    for seed in range(COUNT):
        hit = payload(seed)
        while not rings.push(seed % PADS, seed // PADS % LAYERS, hit, RATE, seed, 0):
            time.sleep(1e-4)
    del rings
    memory.close()


def test_twenty_thousand_hits_cross_between_processes_untorn_and_in_order():
    with small_engine(voices=16, hit_seconds=0.05) as engine:
        writer = multiprocessing.get_context("spawn").Process(
            target=push_all, args=(engine.memory.name,), daemon=True
        )
        writer.start()
        heard: list[list[int]] = [[] for _ in range(RINGS)]
        while sum(map(len, heard)) < COUNT:
            assert writer.exitcode in (None, 0), "the writer died"
            for seed, sound in strike_all(engine):
                np.testing.assert_array_equal(sound, payload(seed))
                heard[seed % RINGS].append(seed)
        writer.join(10)
        assert writer.exitcode == 0
        assert heard == [list(range(ring, COUNT, RINGS)) for ring in range(RINGS)]
        assert engine.counters()["repeated"] == 0


def strike_all(engine):
    """Play all that is ready, one hit after the other: their seeds and what came out."""
    pads = [pad for pad, ready in enumerate(engine.rings.ready().sum(axis=1)) for _ in range(ready)]
    if not pads:
        time.sleep(1e-3)
        return []
    start = int(engine._header[0]["frame"])
    for number, pad in enumerate(pads):
        engine.post_hit(pad, 1.0, frame=max(start, 1) + number * FRAMES)
    sounds = engine.render(max(start, 1) - start + len(pads) * FRAMES)[-len(pads) * FRAMES :, 0]
    return zip(engine.drain_played()["seed"].tolist(), sounds.reshape(-1, FRAMES), strict=True)
