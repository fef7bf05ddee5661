"""One block of sound: obey what is due, mix up to the next event, master, publish."""

import numpy as np

from astrodrum_live.config import PLAYED_SLOTS, RING_SLOTS
from astrodrum_live.layers import LAYERS
from astrodrum_live.params import OWN_INDEX
from astrodrum_live.rt.atomics import load_acquire, store_release
from astrodrum_live.rt.choking import rt_all_pads, rt_choke, rt_cut, rt_panic
from astrodrum_live.rt.commands import (
    CHOKE,
    HIT,
    PANIC,
    SET_MASTER,
    SET_ORBIT,
    SET_PAD,
    rt_drain_commands,
    rt_pop_pending,
)
from astrodrum_live.rt.counters import (
    EMPTY,
    LATE,
    LATE_MAX,
    LOG_FULL,
    MUTED,
    PLAYED,
    REPEATED,
    rt_count,
    rt_highest,
)
from astrodrum_live.rt.hit_ring import rt_drop_stale, rt_next_hit, rt_reject_hit, rt_take_hit
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.master import rt_master, rt_set_master, rt_tap
from astrodrum_live.rt.orbits import rt_clear_buses, rt_mix_orbits, rt_set_orbit
from astrodrum_live.rt.sounding import rt_mix_voices
from astrodrum_live.rt.starting import MUTE, STARTED, rt_orbit_of, rt_start_voice
from astrodrum_live.rt.tuning import rt_retune
from astrodrum_live.rt.voice import rt_row

_CUT = OWN_INDEX["cut"]
TRIES = 4  # after so many broken hits less one, a trigger repeats the last good one


@realtime
def rt_render(mem, arena, lines, out, now_ns):
    """Fill ``out`` (frames, channels) float32 with the next frames.

    ``arena``: the rings' and voices' samples; ``lines``: the orbits'.
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
        rt_clear_buses(mem, done, stretch)
        sounding = rt_mix_voices(mem, arena, done, stretch)
        rt_mix_orbits(mem, lines, done, stretch, sounding)
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
        elif command.kind == SET_ORBIT:
            rt_set_orbit(mem, command.pad, command.row, command.value, frame)
        elif command.kind == CHOKE:
            mask = rt_all_pads() if command.pad < 0 else 1 << command.pad
            rt_choke(mem, mask, frame + 1)
        elif command.kind == PANIC:
            rt_panic(mem, frame)


@realtime
def _hit(mem, arena, command, frame):
    late = frame - command.frame if command.frame > 0 else 0
    if late > 0:
        rt_count(mem, LATE)
        rt_highest(mem, LATE_MAX, late)
    rt_choke(mem, mem.choke_mask[command.pad], frame)
    group = np.int64(rt_row(mem, command, _CUT))
    rt_cut(mem, group, rt_orbit_of(mem, command), command.pad, frame)
    mem.struck[command.pad * LAYERS + command.row] = frame + 1
    for tries in range(TRIES):
        ring, at, repeated = rt_next_hit(mem, command.pad, command.row, tries == TRIES - 1)
        if at < 0:
            break
        begun = rt_start_voice(mem, arena, ring, at, command, frame)
        if begun == MUTE:
            rt_count(mem, MUTED)
            return
        if begun == STARTED:
            rt_take_hit(mem, ring, at)
            rt_count(mem, PLAYED)
            if repeated:
                rt_count(mem, REPEATED)
            _log(mem, command, ring, at, frame, late, repeated)
            return
        rt_reject_hit(mem, ring, at)
    rt_count(mem, EMPTY)


@realtime
def _log(mem, command, ring, at, frame, late, repeated):
    """Tell the Python side what sounded, and when."""
    write = mem.played_write[0]
    if write - load_acquire(mem.played_read, 0) >= PLAYED_SLOTS:
        rt_count(mem, LOG_FULL)
        return
    slot = mem.slot[ring, at % RING_SLOTS]
    entry = mem.played[write % PLAYED_SLOTS]
    entry.frame = frame
    entry.seed = slot.seed
    entry.epoch = slot.epoch
    entry.pad = command.pad
    entry.layer = ring % LAYERS
    entry.velocity = command.velocity
    entry.repeated = repeated
    entry.late_frames = late
    store_release(mem.played_write, 0, write + 1)
