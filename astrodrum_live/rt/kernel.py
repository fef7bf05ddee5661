"""One block of sound: obey what is due, mix up to the next event, master, publish."""

import numpy as np

from astrodrum_live.config import PLAYED_SLOTS, RING_SLOTS
from astrodrum_live.layers import LAYERS, MADE_FOR
from astrodrum_live.rt.atomics import load_acquire, store_release
from astrodrum_live.rt.choking import rt_all_pads, rt_choke, rt_panic
from astrodrum_live.rt.commands import (
    CHOKE,
    HIT,
    PANIC,
    SET_MASTER,
    SET_PAD,
    rt_drain_commands,
    rt_pop_pending,
)
from astrodrum_live.rt.counters import (
    EMPTY,
    LATE,
    LATE_MAX,
    LOG_FULL,
    MADE_TO_ORDER,
    PLAYED,
    REPEATED,
    UNMADE,
    rt_count,
    rt_highest,
)
from astrodrum_live.rt.hit_ring import (
    rt_drop_stale,
    rt_next_hit,
    rt_reject_hit,
    rt_take_hit,
    slot_start,
)
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.master import rt_master, rt_set_master, rt_tap
from astrodrum_live.rt.sound_slot import rt_is_made, rt_reject_sound, sound_start
from astrodrum_live.rt.sounding import rt_mix_voices
from astrodrum_live.rt.starting import rt_start_voice
from astrodrum_live.rt.tuning import rt_retune

TRIES = 4  # after so many broken hits less one, a trigger repeats the last good one
NO_NUMBER = -1

_MADE_FOR = np.array(MADE_FOR)


@realtime
def rt_render(mem, arena, out, now_ns):
    """Fill ``out`` (frames, channels) float32 with the next frames.

    Thread: callback. Realtime-safe: yes.
    """
    frames = out.shape[0]
    mem.mix[:, :frames] = np.float32(0.0)
    rt_drain_commands(mem)
    rt_drop_stale(mem, now_ns)
    done = 0
    while done < frames:
        _obey_due(mem, arena, mem.frame + done)
        stretch = _until_next_event(mem, done, frames)
        rt_mix_voices(mem, arena, done, stretch)
        rt_master(mem, out[done : done + stretch], done)
        done += stretch
    rt_tap(mem, frames)
    mem.frame += frames


@realtime
def _until_next_event(mem, done, frames):
    if mem.pending_count == 0:
        return frames - done
    return min(frames - done, mem.pending[0].frame - (mem.frame + done))


@realtime
def _obey_due(mem, arena, frame):
    while mem.pending_count > 0 and mem.pending[0].frame <= frame:
        command = mem.obeyed[0]
        mem.obeyed[0] = mem.pending[0]
        rt_pop_pending(mem)
        if command.kind == HIT:
            _hit(mem, arena, command, frame)
        elif command.kind == SET_PAD:
            mem.pad_value[command.pad, command.row] = command.value
            rt_retune(mem, command.pad)
        elif command.kind == SET_MASTER:
            rt_set_master(mem, command.row, command.value)
        elif command.kind == CHOKE:
            mask = rt_all_pads() if command.pad < 0 else 1 << command.pad
            rt_choke(mem, mask, frame + 1)
        elif command.kind == PANIC:
            rt_panic(mem)


@realtime
def _hit(mem, arena, command, frame):
    late = frame - command.frame if command.frame > 0 else 0
    if late > 0:
        rt_count(mem, LATE)
        rt_highest(mem, LATE_MAX, late)
    rt_choke(mem, mem.choke_mask[command.pad], frame)
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
    if not rt_start_voice(mem, arena, slot, sound_start(mem, at), command, frame):
        rt_reject_sound(mem, at)
        return False
    rt_count(mem, PLAYED)
    rt_count(mem, MADE_TO_ORDER)
    order = mem.sound_order[at]
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
        if rt_start_voice(mem, arena, slot, slot_start(mem, ring, at), command, frame):
            rt_take_hit(mem, ring, at)
            rt_count(mem, PLAYED)
            if repeated:
                rt_count(mem, REPEATED)
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
