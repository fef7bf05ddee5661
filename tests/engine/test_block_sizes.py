"""The same score gives the same bits and the same log, however the device cuts time into blocks."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_world import RATE, load, render, small_engine

PADS = 4
SECTION = 700
SECTIONS = 3
VOICE_ROWS = [("gain", -30, 12), ("pan", -1, 1), ("pitch", -24, 24)]
TRIGGER_ROWS = [("attack", 0, 30), ("hold", 0, 50), ("release", 1, 80), ("choke_fade", 1, 40)]
MASTER_ROWS = [("gain", -20, 12), ("ceiling", -12, 0), ("recovery", 10, 200)]
PART_ROWS = [("begin", 0, 0.6), ("end", 0.4, 1), ("loop", 1, 5), ("speed", -3, 3), ("fit", 0, 40)]
EFFECT_ROWS = [("shape", 0, 1), ("crush", 0, 8), ("coarse", 1, 9), ("djf", 0, 1), ("cut", -2, 2)]
FILTER_ROWS = [
    ("cutoff", 50, 3900),
    ("resonance", 0, 0.9),
    ("hcutoff", 10, 900),
    ("bandf", 10, 2000),
]
OWN_ROWS = [*PART_ROWS, *EFFECT_ROWS, *FILTER_ROWS, ("accelerate", -2, 2)]
ORBIT_ROWS = [
    ("room", -0.5, 1), ("size", 0, 0.3), ("dry", -1, 0.5), ("delay", -0.5, 1), ("lock", 0, 1),
    ("delaytime", 0, 0.06), ("delayfeedback", 0, 0.9), ("cps", 0.5, 3),
]  # fmt: skip
ORBITS = 3


def perform(
    seed: int, block_sizes, section_frames: int = SECTION, dirt: bool = False
) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    """A random performance on few voices: its sound, its log, its counters.

    ``dirt``: with all that a hit may ask for itself, and with orbits.
    """
    rng = np.random.default_rng(seed)
    blocks = itertools.cycle(block_sizes)
    with small_engine(voices=6, hit_seconds=0.1) as engine:
        engine.set_chokes(int(mask) for mask in rng.integers(0, 1 << PADS, PADS))
        parts = []
        for section in range(SECTIONS):
            for pad in range(PADS):
                push_some(engine, rng, pad, epoch=section)
            if section and rng.random() < 0.5:
                engine.post_panic()
            for _ in range(50):
                frame = int(section * section_frames + rng.integers(1, section_frames))
                post_something(engine, rng, frame)
                if dirt:
                    post_dirt(engine, rng, frame + int(rng.integers(30)))
            parts.append(render(engine, section_frames, blocks))
        counters = engine.counters()
        return np.concatenate(parts), engine.drain_played(), counters


def push_some(engine, rng, pad, epoch):
    for number in range(rng.integers(1, 8)):
        hit = rng.standard_normal(rng.integers(1, 800)).astype(np.float32)
        if rng.random() < 0.1:
            hit[0] = np.nan
        rate = rng.choice([RATE, RATE, 7350, 11025])
        load(engine, pad, hit, seed=1000 * epoch + 100 * pad + number, epoch=epoch, rate=rate)


def post_something(engine, rng, frame):
    pad = int(rng.integers(PADS))
    kind = rng.choice(["hit", "set", "master", "choke"], p=[0.55, 0.3, 0.1, 0.05])
    if kind == "hit":
        own = VOICE_ROWS + TRIGGER_ROWS[:3]
        params = [(name, rng.uniform(low, high)) for name, low, high in own if rng.random() < 0.15]
        engine.post_hit(pad, rng.random(), frame=frame, params=params)
    elif kind == "set":
        rows = VOICE_ROWS + TRIGGER_ROWS
        name, low, high = rows[rng.integers(len(rows))]
        engine.post_set(pad, name, rng.uniform(low, high), frame=frame)
    elif kind == "master":
        name, low, high = MASTER_ROWS[rng.integers(len(MASTER_ROWS))]
        engine.post_set(None, name, rng.uniform(low, high), frame=frame)
    else:
        engine.post_choke(pad if rng.random() < 0.8 else None, frame=frame)


def post_dirt(engine, rng, frame):
    """A hit with rows of its own on some orbit, or a turned row of an orbit, now and then nil."""
    if rng.random() < 0.6:
        params = [
            (name, rng.uniform(low, high)) for name, low, high in OWN_ROWS if rng.random() < 0.2
        ]
        params.append(("orbit", int(rng.integers(ORBITS))))
        engine.post_hit(int(rng.integers(PADS)), rng.random(), frame=frame, params=params)
    else:
        name, low, high = ORBIT_ROWS[rng.integers(len(ORBIT_ROWS))]
        engine.post_orbit(int(rng.integers(ORBITS)), name, rng.uniform(low, high), frame=frame)


def assert_same(one, other):
    np.testing.assert_array_equal(one[0].view(np.uint32), other[0].view(np.uint32))
    np.testing.assert_array_equal(one[1], other[1])
    per_block = ("blocks", "limited_blocks")
    for name, count in one[2].items():
        assert name in per_block or other[2][name] == count, name


@pytest.mark.parametrize("seed", range(6))
def test_bits_do_not_depend_on_the_block_size(seed):
    whole = perform(seed, [SECTION])
    for block in (1, 7, 64, 256, 1024):
        assert_same(whole, perform(seed, [block]))


@pytest.mark.parametrize("seed", range(6))
def test_bits_of_effects_and_orbits_do_not_depend_on_it_either(seed):
    long = 4 * SECTION  # tails end in it, and orbits fall asleep
    whole = perform(seed, [long], long, dirt=True)
    for block in (1, 7, 64, 256, 1024):
        assert_same(whole, perform(seed, [block], long, dirt=True))


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    blocks=st.lists(st.integers(1, 300), min_size=1, max_size=12),
)
def test_bits_do_not_depend_on_any_sequence_of_block_sizes(seed, blocks):
    assert_same(perform(seed, [SECTION]), perform(seed, blocks))


def test_these_performances_do_exercise_the_engine():
    counts = [perform(seed, [64])[2] for seed in range(6)]
    total = {name: sum(count[name] for count in counts) for name in counts[0]}
    for name in ("played", "repeated", "stolen", "choked", "bad_hits", "limited_blocks"):
        assert total[name] > 0, name
    assert total["stale_dropped"] > 0
    assert total["bad_samples"] == 0
    dirt = [perform(seed, [64], 4 * SECTION, dirt=True)[2] for seed in range(6)]
    assert sum(count["muted"] for count in dirt) > 0
