"""What was obeyed, and when: with the hits' origins all that it takes to make the sound again."""

from astrodrum_live.config import TAKE_SLOTS
from astrodrum_live.rt.atomics import load_acquire, store_release
from astrodrum_live.rt.counters import TAKE_FULL, rt_count
from astrodrum_live.rt.jit import realtime


@realtime
def rt_note(mem, command, frame):
    """Begin the entry of a command obeyed at ``frame``, if anybody listens.

    Thread: callback. Realtime-safe: yes.
    """
    mem.take_at = -1
    if load_acquire(mem.taking, 0) == 0:
        return
    write = mem.take_write[0]
    if write - load_acquire(mem.take_read, 0) >= TAKE_SLOTS:
        rt_count(mem, TAKE_FULL)
        return
    at = write % TAKE_SLOTS
    entry = mem.take[at]
    entry.frame = frame
    entry.sounded = 0
    mem.take_command[at] = command
    mem.take_at = at


@realtime
def rt_note_sound(mem, slot, origin, repeated):
    """Say which hit the command of this entry played. Thread: callback. Realtime-safe: yes."""
    if mem.take_at < 0:
        return
    entry = mem.take[mem.take_at]
    entry.sounded = 1
    entry.repeated = repeated
    entry.rate = slot.rate
    mem.take_origin[mem.take_at] = origin


@realtime
def rt_noted(mem):
    """Publish the entry. Thread: callback. Realtime-safe: yes."""
    if mem.take_at >= 0:
        store_release(mem.take_write, 0, mem.take_write[0] + 1)
