"""A hit whose time has come: what it chokes and cuts, which sound it plays, what the log says."""

import numpy as np

from astrodrum_live.config import PLAYED_SLOTS, RING_SLOTS
from astrodrum_live.layers import LAYERS, MADE_FOR
from astrodrum_live.params import OWN_INDEX
from astrodrum_live.rt.atomics import load_acquire, store_release
from astrodrum_live.rt.choking import rt_choke, rt_cut
from astrodrum_live.rt.counters import (
    EMPTY,
    LATE,
    LATE_MAX,
    LOG_FULL,
    MADE_TO_ORDER,
    MUTED,
    PLAYED,
    REPEATED,
    UNMADE,
    rt_count,
    rt_highest,
)
from astrodrum_live.rt.heard import rt_remember
from astrodrum_live.rt.hit_ring import rt_next_hit, rt_reject_hit, rt_take_hit, slot_start
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.sound_slot import rt_is_made, rt_reject_sound, sound_start
from astrodrum_live.rt.starting import BROKEN, MUTE, STARTED, rt_orbit_of, rt_start_voice
from astrodrum_live.rt.taking import rt_note_sound
from astrodrum_live.rt.voice import rt_row

_CUT = OWN_INDEX["cut"]
TRIES = 4  # after so many broken hits less one, a trigger repeats the last good one
NO_NUMBER = -1

_MADE_FOR = np.array(MADE_FOR)


@realtime
def rt_hit(mem, arena, command, frame):
    """Strike: play what was made for this hit, else what its pad has ready.

    Thread: callback. Realtime-safe: yes.
    """
    late = frame - command.frame if command.frame > 0 else 0
    if late > 0:
        rt_count(mem, LATE)
        rt_highest(mem, LATE_MAX, late)
    rt_choke(mem, mem.choke_mask[command.pad], frame)
    group = np.int64(rt_row(mem, command, _CUT))
    rt_cut(mem, group, rt_orbit_of(mem, command), command.pad, frame)
    if command.sound >= 0:
        if _made_to_order(mem, arena, command, frame, late):
            return
        rt_count(mem, UNMADE)
    _ready_hit(mem, arena, command, frame, late)


@realtime
def _made_to_order(mem, arena, command, frame, late):
    """Play what was made for this hit; False if it is not there, or broken."""
    at = command.sound
    if not rt_is_made(mem, at, command.ticket):
        return False
    slot = mem.sound[at]
    begun = rt_start_voice(mem, arena, slot, sound_start(mem, at), command, frame)
    if begun == BROKEN:
        rt_reject_sound(mem, at)
        return False
    if begun == MUTE:
        rt_count(mem, MUTED)
        return True
    rt_count(mem, PLAYED)
    rt_count(mem, MADE_TO_ORDER)
    rt_note_sound(mem, slot, mem.sound_origin[at], False)
    order = mem.sound_order[at]
    rt_remember(mem, command, slot, mem.sound_origin[at], order.number, frame)
    _log(mem, command, slot, frame, late, False, order.number, order.velocity, command.row)
    return True


@realtime
def _ready_hit(mem, arena, command, frame, late):
    """Play the next fresh hit of the layer, or the nearest to it that there is."""
    mem.struck[command.pad * LAYERS + command.row] = frame + 1
    for tries in range(TRIES):
        ring, at, repeated = rt_next_hit(mem, command.pad, command.row, tries == TRIES - 1)
        if at < 0:
            break
        slot = mem.slot[ring, at % RING_SLOTS]
        begun = rt_start_voice(mem, arena, slot, slot_start(mem, ring, at), command, frame)
        if begun == MUTE:
            rt_count(mem, MUTED)
            return
        if begun == STARTED:
            rt_take_hit(mem, ring, at)
            rt_count(mem, PLAYED)
            if repeated:
                rt_count(mem, REPEATED)
            origin = mem.slot_origin[ring, at % RING_SLOTS]
            rt_note_sound(mem, slot, origin, repeated)
            rt_remember(mem, command, slot, origin, NO_NUMBER, frame)
            layer = ring % LAYERS
            _log(mem, command, slot, frame, late, repeated, NO_NUMBER, _MADE_FOR[layer], layer)
            return
        rt_reject_hit(mem, ring, at)
    rt_count(mem, EMPTY)


@realtime
def _log(mem, command, slot, frame, late, repeated, number, made_for, layer):
    """Tell the Python side what sounded, and when."""
    write = mem.played_write[0]
    if write - load_acquire(mem.played_read, 0) >= PLAYED_SLOTS:
        rt_count(mem, LOG_FULL)
        return
    entry = mem.played[write % PLAYED_SLOTS]
    entry.frame = frame
    entry.seed = slot.seed
    entry.epoch = slot.epoch
    entry.pad = command.pad
    entry.layer = layer
    entry.number = number
    entry.made_for = made_for
    entry.velocity = command.velocity
    entry.repeated = repeated
    entry.late_frames = late
    store_release(mem.played_write, 0, write + 1)
