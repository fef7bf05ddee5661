"""Per pad and velocity layer, a ring of ready hits: the generator pushes, the callback pops."""

import numpy as np

from astrodrum_live.config import RING_SLOTS
from astrodrum_live.layers import LAYERS, NEAREST
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
from astrodrum_live.rt.layout import RINGS

SWEEP_NS = 100_000_000  # settings of a knob on its way, so close in time, pass for one another

_NEAREST = np.array(NEAREST)


@realtime
def slot_start(mem, ring, index):
    """Where in the arena a slot's samples begin. Thread: any. Realtime-safe: yes."""
    return (ring * RING_SLOTS + index % RING_SLOTS) * mem.hit_frames


@realtime
def gen_push(mem, arena, ring, hit, rate, seed, epoch, asked_ns, origin):
    """Copy a ready hit (n,) float32 into a ring (pad * LAYERS + layer); False if it is full.

    A hit longer than ``mem.hit_frames`` is cut. ``epoch``: the pad's epoch read *before* its
    latents; ``asked_ns``: when that epoch was asked for, 0 if nobody waits. ``origin``: what it
    was made from.
    Thread: the one writer of the ring. Realtime-safe: yes.
    """
    write = mem.ring_write[ring]
    if write - load_acquire(mem.ring_read, ring) >= RING_SLOTS:
        return False
    frames = min(hit.size, mem.hit_frames)
    start = slot_start(mem, ring, write)
    for i in range(frames):  # a slice assignment would allocate, in case the two overlap
        arena[start + i] = hit[i]
    slot = mem.slot[ring, write % RING_SLOTS]
    slot.epoch = epoch
    slot.seed = seed
    slot.rate = rate
    slot.frames = frames
    slot.asked_ns = asked_ns
    mem.slot_origin[ring, write % RING_SLOTS] = origin
    store_release(mem.ring_write, ring, write + 1)
    return True


@realtime
def rt_drop_stale(mem, now_ns):
    """Where a hit of a newer epoch is ready, let the older ones go: in its own layer all of them,
    in the pad's other layers those that are outdated.

    Until then the old sound stays in full variety; in a sweep the sound follows as fast as hits
    are made. One old hit stays at each head as if played, in case the new ones turn out broken.
    Measures the way from tweak to ring. Thread: callback. Realtime-safe: yes.
    """
    for ring in range(RINGS):
        write = load_acquire(mem.ring_write, ring)
        if write == mem.ring_seen[ring]:
            continue
        mem.ring_seen[ring] = write
        pad = ring // LAYERS
        newest = mem.slot[ring, (write - 1) % RING_SLOTS]
        if newest.epoch > mem.fresh_seen[pad]:
            mem.fresh_seen[pad] = newest.epoch
            mem.fresh_asked[pad] = newest.asked_ns
            for other in range(pad * LAYERS, (pad + 1) * LAYERS):
                _drop_outdated(mem, pad, other)
            if newest.asked_ns > 0:
                age = now_ns - newest.asked_ns
                mem.counter[FRESH_AGE] = age
                rt_count(mem, FRESH_AGE_COUNT)
                rt_highest(mem, FRESH_AGE_MAX, age)
        if newest.epoch == mem.fresh_seen[pad]:
            _drop_older(mem, ring, write, newest.epoch)


@realtime
def _outdated(mem, pad, slot):
    """True for a hit of an older sound than the pad's newest, unless both belong to one sweep: then
    a stroke's own layer matters more than the last few hundredths of a second of a knob's way."""
    return slot.epoch < mem.fresh_seen[pad] and slot.asked_ns + SWEEP_NS < mem.fresh_asked[pad]


@realtime
def _drop_outdated(mem, pad, ring):
    write = load_acquire(mem.ring_write, ring)
    first = mem.ring_read[ring]
    while first < write and _outdated(mem, pad, mem.slot[ring, first % RING_SLOTS]):
        first += 1
    _drop_before(mem, ring, first)


@realtime
def _drop_older(mem, ring, write, epoch):
    first = mem.ring_read[ring]
    while first < write and mem.slot[ring, first % RING_SLOTS].epoch < epoch:
        first += 1
    _drop_before(mem, ring, first)


@realtime
def _drop_before(mem, ring, first):
    """Let the hits before index ``first`` go but one."""
    read = mem.ring_read[ring]
    if first > read:
        mem.counter[STALE_DROPPED] += first - read - mem.ring_used[ring]
        mem.ring_used[ring] = 1
        store_release(mem.ring_read, ring, first - 1)


@realtime
def rt_next_hit(mem, pad, layer, repeat):
    """The ring and the index in it of the hit to try now, index -1 if there is none; and whether
    it sounded before.

    A fresh hit of the layer, else of the nearest that has one, else one that sounded already, of
    the nearest layer whose last is not outdated. ``repeat``: try no fresh one if an older can be
    had. Thread: callback. Realtime-safe: yes.
    """
    spare_ring, spare = _last_played(mem, pad, layer)
    if spare < 0 or not repeat:
        for turn in range(LAYERS):
            ring = pad * LAYERS + _NEAREST[layer, turn]
            index = _first_fresh(mem, ring)
            if index >= 0:
                return ring, index, False
    return spare_ring, spare, spare >= 0


@realtime
def _first_fresh(mem, ring):
    """Index of the first unplayed hit that is not known to be broken, -1 if there is none."""
    write = load_acquire(mem.ring_write, ring)
    for index in range(mem.ring_read[ring] + mem.ring_used[ring], write):
        if mem.slot[ring, index % RING_SLOTS].frames > 0:
            return index
    return np.int64(-1)


@realtime
def _last_played(mem, pad, layer):
    """Ring and index of the head to repeat, index -1 if no layer has one."""
    found = np.int64(-1)
    for turn in range(LAYERS):
        ring = pad * LAYERS + _NEAREST[layer, turn]
        head = mem.slot[ring, mem.ring_read[ring] % RING_SLOTS]
        if mem.ring_used[ring] == 0 or head.frames == 0:
            continue
        if not _outdated(mem, pad, head):
            return ring, mem.ring_read[ring]
        if found < 0:
            found = ring
    return found, mem.ring_read[found] if found >= 0 else np.int64(-1)


@realtime
def rt_take_hit(mem, ring, index):
    """The hit sounds: those before it are given up, it stays to be repeated if need be.

    Thread: callback. Realtime-safe: yes.
    """
    mem.ring_used[ring] = 1
    store_release(mem.ring_read, ring, index)


@realtime
def rt_reject_hit(mem, ring, index):
    """The hit is broken: it will be passed over. Thread: callback. Realtime-safe: yes."""
    mem.slot[ring, index % RING_SLOTS].frames = 0
