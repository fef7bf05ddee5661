"""A spawned process pushes self-describing hits while this one plays them: none torn, in order."""

import multiprocessing

import numpy as np
from small_world import RATE, small_engine

PADS = 4
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
        while not rings.push(seed % PADS, hit, RATE, seed, 0):
            pass
    del rings
    memory.close()


def test_twenty_thousand_hits_cross_between_processes_untorn_and_in_order():
    with small_engine(voices=16, hit_seconds=0.05) as engine:
        writer = multiprocessing.get_context("spawn").Process(
            target=push_all, args=(engine.memory.name,), daemon=True
        )
        writer.start()
        expected, idle = np.zeros((PADS, 1), np.int64) + np.arange(PADS)[:, None], 0
        while (expected < COUNT).any():
            for pad in np.flatnonzero(engine.rings.ready()):
                engine.post_hit(int(pad), 1.0)
                out = engine.render(FRAMES)[:, 0]
                (entry,) = engine.drain_played()
                assert entry["seed"] == expected[pad, 0]
                assert not entry["repeated"]
                np.testing.assert_array_equal(out, payload(int(entry["seed"])))
                expected[pad] += PADS
            idle = 0 if engine.rings.ready().any() else idle + 1
            assert writer.is_alive() or idle < 1000, "the writer died"
        writer.join(10)
        assert writer.exitcode == 0
        assert engine.counters()["played"] == COUNT
