"""The hits just heard, for whoever wants to keep one: the newest push the oldest out."""

from astrodrum_live.config import HEARD_SLOTS
from astrodrum_live.rt.atomics import store_release
from astrodrum_live.rt.jit import realtime


@realtime
def rt_remember(mem, command, slot, origin, number, frame):
    """Remember the hit of ``slot`` that sounds from ``frame`` on. Nobody is waited for: who reads
    looks afterwards how far the writing has come. Thread: callback. Realtime-safe: yes.
    """
    write = mem.heard_write[0]
    at = write % HEARD_SLOTS
    entry = mem.heard[at]
    entry.frame = frame
    entry.number = number
    entry.rate = slot.rate
    entry.pad = command.pad
    entry.velocity = command.velocity
    mem.heard_origin[at] = origin
    store_release(mem.heard_write, 0, write + 1)
