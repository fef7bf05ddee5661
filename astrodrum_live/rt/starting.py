"""A hit becomes a voice: copied, checked, tuned, given its envelope."""

import numpy as np

from astrodrum_live.params import OWN_INDEX, OWN_ROWS
from astrodrum_live.rt.counters import BAD_HITS, VOICES, VOICES_MAX, rt_count, rt_highest
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.layout import GUARD
from astrodrum_live.rt.ramps import rt_ramp_to
from astrodrum_live.rt.span import rt_copy_span, rt_soften_edges, rt_span
from astrodrum_live.rt.speed import rt_accelerate, rt_loops, rt_rate, rt_speed
from astrodrum_live.rt.stealing import rt_free_voice
from astrodrum_live.rt.tuning import rt_step, rt_target_gains
from astrodrum_live.rt.voice import LIVE, rt_frames, rt_row, rt_voice_start
from astrodrum_live.rt.voice_effects import rt_set_effects

BROKEN, STARTED, MUTE = 0, 1, 2

_GAIN, _PAN, _PITCH = OWN_INDEX["gain"], OWN_INDEX["pan"], OWN_INDEX["pitch"]
_ATTACK, _HOLD, _RELEASE = OWN_INDEX["attack"], OWN_INDEX["hold"], OWN_INDEX["release"]
_CUT, _ORBIT = OWN_INDEX["cut"], OWN_INDEX["orbit"]
_LAST_ORBIT = int(OWN_ROWS[_ORBIT].high)


@realtime
def rt_orbit_of(mem, command):
    """The orbit a hit sounds in. Thread: callback. Realtime-safe: yes."""
    return min(max(np.int64(rt_row(mem, command, _ORBIT)), 0), _LAST_ORBIT)


@realtime
def rt_start_voice(mem, arena, slot, at, command, frame):
    """Copy the hit of ``slot``, at ``at`` in the arena, into a voice and set it going at ``frame``:
    ``STARTED``.

    ``BROKEN`` if the hit cannot be played, ``MUTE`` if the command leaves nothing of it to be
    heard. Thread: callback. Realtime-safe: yes.
    """
    if slot.frames == 0:
        return BROKEN
    first, frames = rt_span(mem, command, slot.frames)
    speed = rt_speed(mem, command)
    if frames <= 0 or speed == 0.0:
        return MUTE
    index = rt_free_voice(mem, arena)
    here = at + first
    there = rt_voice_start(mem, arena, index)
    copy = arena[there : there + frames + GUARD]
    if not rt_copy_span(copy, arena[here : here + frames], speed < 0.0):
        rt_count(mem, BAD_HITS)
        return BROKEN
    voice = mem.voice[index]
    voice.state = LIVE
    voice.pad = command.pad
    voice.orbit = rt_orbit_of(mem, command)
    voice.cut = np.int64(rt_row(mem, command, _CUT))
    voice.born = frame
    voice.frames = frames
    _set_rate(mem, voice, command, slot)
    backwards = speed < 0.0  # then SuperDirt fades at both ends, whatever is there
    last = first + frames
    rt_soften_edges(mem, copy, voice, first > 0 or backwards, last < slot.frames or backwards)
    voice.gain = np.float32(command.value)
    voice.gain_db = command.own[_GAIN]
    voice.pan = command.own[_PAN]
    _set_envelope(mem, voice, command)
    rt_accelerate(mem, voice, command)
    voice.effects = rt_set_effects(mem, mem.effects[index], command)
    mem.orbits_heard |= 1 << voice.orbit
    mem.counter[VOICES] += 1
    rt_highest(mem, VOICES_MAX, mem.counter[VOICES])
    return STARTED


@realtime
def _set_rate(mem, voice, command, slot):
    voice.pitch = command.own[_PITCH]
    voice.phase = 0
    voice.rate = rt_rate(mem, command, slot)
    voice.step = rt_step(mem, voice)
    voice.step_target = voice.step
    voice.tuned = voice.step
    voice.bend = 0
    voice.bend_left = 0
    voice.loops_left = rt_loops(mem, command) - 1


@realtime
def _set_envelope(mem, voice, command):
    attack = rt_frames(mem, rt_row(mem, command, _ATTACK))
    hold = rt_frames(mem, rt_row(mem, command, _HOLD))
    release = rt_frames(mem, rt_row(mem, command, _RELEASE))
    voice.release_in = attack + max(hold, 1)
    voice.release = max(release, 1)
    left, right = rt_target_gains(mem, voice)
    voice.left = np.float32(0.0)
    voice.right = np.float32(0.0)
    voice.ramp_at = 0
    voice.ramp_frames = 0
    if attack > 0:
        rt_ramp_to(voice, left, right, attack)
    else:
        voice.left = np.float32(left)
        voice.right = np.float32(right)
