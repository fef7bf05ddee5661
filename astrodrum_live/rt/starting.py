"""A hit becomes a voice: copied, checked, tuned, given its envelope."""

import numpy as np

from astrodrum_live.params import OWN_INDEX
from astrodrum_live.rt.counters import BAD_HITS, VOICES, VOICES_MAX, rt_count, rt_highest
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.memory import GUARD
from astrodrum_live.rt.ramps import rt_ramp_to
from astrodrum_live.rt.stealing import rt_free_voice
from astrodrum_live.rt.tuning import rt_step, rt_target_gains
from astrodrum_live.rt.voice import LIVE, rt_frames, rt_row, rt_voice_start

ABSURD = np.float32(64.0)  # +36 dBFS: no hit is that loud, so the data is broken
FAINT = np.float32(1e-20)  # -400 dB: below, products turn denormal, a hundred times as slow

_GAIN, _PAN, _PITCH = OWN_INDEX["gain"], OWN_INDEX["pan"], OWN_INDEX["pitch"]
_ATTACK, _HOLD, _RELEASE = OWN_INDEX["attack"], OWN_INDEX["hold"], OWN_INDEX["release"]


@realtime
def rt_start_voice(mem, arena, slot, here, command, frame):
    """Copy the hit of ``slot``, at ``here`` in the arena, into a voice and set it going at
    ``frame``; False if it is broken.

    Thread: callback. Realtime-safe: yes.
    """
    index = rt_free_voice(mem, arena)
    frames = slot.frames
    there = rt_voice_start(mem, arena, index)
    if not _copy_checked(arena[there : there + frames + GUARD], arena[here : here + frames]):
        rt_count(mem, BAD_HITS)
        return False
    voice = mem.voice[index]
    voice.state = LIVE
    voice.pad = command.pad
    voice.born = frame
    voice.frames = frames
    voice.phase = 0
    voice.rate = slot.rate / mem.rate
    voice.gain = np.float32(command.value)
    voice.gain_db = command.own[_GAIN]
    voice.pan = command.own[_PAN]
    voice.pitch = command.own[_PITCH]
    voice.step = rt_step(mem, voice)
    voice.step_target = voice.step
    voice.bend = 0
    voice.bend_left = 0
    _set_envelope(mem, voice, command)
    mem.counter[VOICES] += 1
    rt_highest(mem, VOICES_MAX, mem.counter[VOICES])
    return True


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


@realtime
def _copy_checked(into, hit):
    """Copy with guard zeros around; False if empty, or any sample is NaN, infinite or absurd."""
    bad = 0
    for i in range(hit.size):
        sample = hit[i]
        into[i + 1] = sample if abs(sample) > FAINT else np.float32(0.0)
        bad += not (abs(sample) < ABSURD)
    into[0] = 0.0
    for i in range(1, GUARD):
        into[hit.size + i] = 0.0
    return bad == 0 and hit.size > 0
