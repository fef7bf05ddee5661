"""How loud, where and how fast a voice plays, by its pad's rows or its own; and moving there."""

import numpy as np

from astrodrum_live.params import PAD_INDEX, PAD_PARAMS
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.mixing import ONE
from astrodrum_live.rt.ramps import rt_db, rt_pan, rt_ramp_to
from astrodrum_live.rt.voice import LIVE, rt_frames, rt_own, rt_voice_slots

_GAIN = PAD_INDEX["gain"]
_PAN = PAD_INDEX["pan"]
_PITCH = PAD_INDEX["pitch"]
_GAIN_SLEW_MS = PAD_PARAMS[_GAIN].slew_ms
_PITCH_SLEW_MS = PAD_PARAMS[_PITCH].slew_ms


@realtime
def rt_target_gains(mem, voice):
    """Stereo gains the voice should have. Thread: callback. Realtime-safe: yes."""
    decibels = rt_own(voice.gain_db, mem.pad_value[voice.pad, _GAIN])
    return rt_pan(voice.gain * rt_db(decibels), rt_own(voice.pan, mem.pad_value[voice.pad, _PAN]))


@realtime
def rt_step(mem, voice):
    """Advance per frame it should have, 32.32. Thread: callback. Realtime-safe: yes."""
    semitones = rt_own(voice.pitch, mem.pad_value[voice.pad, _PITCH])
    return max(np.int64(np.rint(voice.rate * 2.0 ** (semitones / 12.0) * ONE)), 1)


@realtime
def rt_retune(mem, pad):
    """Let the pad's sounding voices follow its gain, pan and pitch rows, as ramps.

    A voice that accelerates goes on as it began. Thread: callback. Realtime-safe: yes.
    """
    slew = rt_frames(mem, _GAIN_SLEW_MS)
    for index in range(rt_voice_slots(mem)):
        voice = mem.voice[index]
        if voice.state == LIVE and voice.pad == pad:
            left, right = rt_target_gains(mem, voice)
            if np.float32(left) != voice.left or np.float32(right) != voice.right:
                still = voice.ramp_frames - voice.ramp_at  # a slow attack stays as slow
                rt_ramp_to(voice, left, right, max(slew, still))
            if voice.follows:
                _glide(mem, voice)


@realtime
def _glide(mem, voice):
    target = rt_step(mem, voice)
    if target == voice.tuned:
        return
    voice.tuned = target
    frames = rt_frames(mem, _PITCH_SLEW_MS)
    voice.step_target = target
    voice.bend = (target - voice.step) // frames
    voice.bend_left = frames
