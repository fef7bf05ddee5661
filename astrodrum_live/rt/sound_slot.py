"""Slots for hits made to order: letter boxes between engine, generator and callback.

The engine asks by writing an order and its ticket; the generator answers with a sound and the same
ticket; a hit that names slot and ticket plays it. What is asked for and not answered is the
generator's work: nothing is queued elsewhere, so a generator that dies loses no order. The engine
orders nothing into a slot that is not answered yet, or that a hit on its way may still play.
"""

from astrodrum_live.config import RING_SLOTS
from astrodrum_live.rt.atomics import load_acquire, store_release
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.layout import RINGS


@realtime
def sound_start(mem, slot):
    """Where in the arena a slot's samples begin: behind all the rings.

    Thread: any. Realtime-safe: yes.
    """
    return (RINGS * RING_SLOTS + slot) * mem.hit_frames


@realtime
def post_order(mem, slot, order):
    """Ask for a sound; False if the slot's last order is not answered.

    Thread: one at a time (the desk's lock). Realtime-safe: yes.
    """
    if load_acquire(mem.sound_answered, slot) != mem.sound_asked[slot]:
        return False
    mem.sound_order[slot] = order
    store_release(mem.sound_asked, slot, order.ticket)
    return True


@realtime
def gen_take_order(mem, slot, into):
    """Copy what a slot asks for to ``into[0]``; False if it asks for nothing.

    Thread: the generator. Realtime-safe: yes.
    """
    if load_acquire(mem.sound_asked, slot) == mem.sound_answered[slot]:
        return False
    into[0] = mem.sound_order[slot]
    return True


@realtime
def gen_answer(mem, arena, slot, ticket, hit, rate, seed, epoch, origin):
    """Copy a hit (n,) float32 into a slot and publish it under its ticket; an empty hit says that
    there will be none. False, and nothing is done, if another ticket is asked for.

    A hit longer than ``mem.hit_frames`` is cut. Thread: the generator. Realtime-safe: yes.
    """
    asked = load_acquire(mem.sound_asked, slot)
    if asked != ticket or mem.sound_answered[slot] == ticket:
        return False
    frames = min(hit.size, mem.hit_frames)
    start = sound_start(mem, slot)
    for i in range(frames):  # a slice assignment would allocate, in case the two overlap
        arena[start + i] = hit[i]
    sound = mem.sound[slot]
    sound.epoch = epoch
    sound.seed = seed
    sound.rate = rate
    sound.frames = frames
    sound.asked_ns = 0
    mem.sound_origin[slot] = origin
    store_release(mem.sound_answered, slot, ticket)
    return True


@realtime
def rt_is_made(mem, slot, ticket):
    """True if the slot holds this ticket's sound. Thread: callback. Realtime-safe: yes."""
    return load_acquire(mem.sound_answered, slot) == ticket and mem.sound[slot].frames > 0


@realtime
def rt_reject_sound(mem, slot):
    """The sound is broken: it will not be tried again. Thread: callback. Realtime-safe: yes."""
    mem.sound[slot].frames = 0
