"""Per pad, a ring of ready hits: the generator pushes, the callback pops."""

import numpy as np

from astrodrum_live.config import RING_SLOTS
from astrodrum_live.params import MAX_PADS
from astrodrum_live.rt.atomics import load_acquire, store_release
from astrodrum_live.rt.counters import (
    FRESH_AGE,
    FRESH_AGE_COUNT,
    FRESH_AGE_MAX,
    STALE_DROPPED,
    rt_count,
    rt_highest,
)
from astrodrum_live.rt.jit import realtime


@realtime
def slot_start(mem, pad, index):
    """Where in the arena a slot's samples begin. Thread: any. Realtime-safe: yes."""
    return (pad * RING_SLOTS + index % RING_SLOTS) * mem.hit_frames


@realtime
def gen_push(mem, arena, pad, hit, rate, seed, epoch, asked_ns):
    """Copy a ready hit (n,) float32 into the pad's ring; False if it is full.

    A hit longer than ``mem.hit_frames`` is cut. ``epoch``: the pad's epoch read *before* its
    latents; ``asked_ns``: when that epoch was asked for, 0 if nobody waits.
    Thread: the one writer of the ring. Realtime-safe: yes.
    """
    write = mem.ring_write[pad]
    if write - load_acquire(mem.ring_read, pad) >= RING_SLOTS:
        return False
    frames = min(hit.size, mem.hit_frames)
    start = slot_start(mem, pad, write)
    for i in range(frames):  # a slice assignment would allocate, in case the two overlap
        arena[start + i] = hit[i]
    slot = mem.slot[pad, write % RING_SLOTS]
    slot.epoch = epoch
    slot.seed = seed
    slot.rate = rate
    slot.frames = frames
    slot.asked_ns = asked_ns
    store_release(mem.ring_write, pad, write + 1)
    return True


@realtime
def rt_drop_stale(mem, now_ns):
    """Where a hit of a newer epoch is ready, let the older ones before it go.

    Until then the old sound stays in full variety; in a sweep the sound follows as fast as hits
    are made. One old hit stays at the head as if played, in case the new ones turn out broken.
    Measures the way from tweak to ring. Thread: callback. Realtime-safe: yes.
    """
    for pad in range(MAX_PADS):
        write = load_acquire(mem.ring_write, pad)
        read = mem.ring_read[pad]
        if write == read:
            continue
        newest = mem.slot[pad, (write - 1) % RING_SLOTS]
        if newest.epoch <= mem.fresh_seen[pad]:
            continue
        first = read
        while mem.slot[pad, first % RING_SLOTS].epoch != newest.epoch:
            first += 1
        if first > read:
            mem.counter[STALE_DROPPED] += first - read - mem.ring_used[pad]
            mem.ring_used[pad] = 1
            store_release(mem.ring_read, pad, first - 1)
        mem.fresh_seen[pad] = newest.epoch
        if newest.asked_ns > 0:
            age = now_ns - newest.asked_ns
            mem.counter[FRESH_AGE] = age
            rt_count(mem, FRESH_AGE_COUNT)
            rt_highest(mem, FRESH_AGE_MAX, age)


@realtime
def rt_next_hit(mem, pad, repeat):
    """The ring index of the hit to try now, -1 if there is none; and whether it sounded before.

    ``repeat``: try no fresh one if an older can be had. Thread: callback. Realtime-safe: yes.
    """
    write = load_acquire(mem.ring_write, pad)
    read = mem.ring_read[pad]
    used = mem.ring_used[pad] == 1
    if not (used and repeat):
        for index in range(read + used, write):
            if mem.slot[pad, index % RING_SLOTS].frames > 0:
                return index, False
    return read if used else np.int64(-1), used


@realtime
def rt_take_hit(mem, pad, index):
    """The hit sounds: those before it are given up, it stays to be repeated if need be.

    Thread: callback. Realtime-safe: yes.
    """
    mem.ring_used[pad] = 1
    store_release(mem.ring_read, pad, index)


@realtime
def rt_reject_hit(mem, pad, index):
    """The hit is broken: it will be passed over. Thread: callback. Realtime-safe: yes."""
    mem.slot[pad, index % RING_SLOTS].frames = 0
