"""One block of sound: obey what is due, mix up to the next event, master, publish."""

import numpy as np

from astrodrum_live.rt.choking import rt_all_pads, rt_choke, rt_panic
from astrodrum_live.rt.command_kinds import (
    CHOKE,
    HIT,
    LOAD_CHOKES,
    LOAD_PAD,
    PANIC,
    SET_MASTER,
    SET_ORBIT,
    SET_PAD,
)
from astrodrum_live.rt.commands import rt_drain_commands, rt_pop_pending
from astrodrum_live.rt.hit_ring import rt_drop_stale
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.master import rt_master, rt_set_master, rt_tap
from astrodrum_live.rt.orbits import rt_clear_buses, rt_mix_orbits, rt_set_orbit
from astrodrum_live.rt.sounding import rt_mix_voices
from astrodrum_live.rt.striking import rt_hit
from astrodrum_live.rt.taking import rt_note, rt_noted
from astrodrum_live.rt.tuning import rt_retune


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
        rt_note(mem, command, frame)
        if command.kind == HIT:
            rt_hit(mem, arena, command, frame)
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
        elif command.kind == LOAD_PAD:
            mem.pad_value[command.pad, command.row] = command.value
        elif command.kind == LOAD_CHOKES:
            mem.choke_mask[command.pad] = np.int64(command.value)
        rt_noted(mem)
