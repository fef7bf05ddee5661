"""A voice's stereo gain as a straight line, written as start + index * step.

The index form, unlike a running sum, gives the same bits however the block is cut (and the
compiler can vectorise it).
"""

import math

import numpy as np

from astrodrum_live.rt.jit import realtime


@realtime
def rt_ramp_value(start, step, at):
    """The line after ``at`` frames. Thread: callback. Realtime-safe: yes."""
    return np.float32(start + np.float32(at) * step)


@realtime
def rt_gains_now(voice):
    """Where a voice's gains are, on their ramp or at rest. Thread: callback. Realtime-safe: yes."""
    if voice.ramp_at < voice.ramp_frames:
        return (
            rt_ramp_value(voice.left_from, voice.left_step, voice.ramp_at),
            rt_ramp_value(voice.right_from, voice.right_step, voice.ramp_at),
        )
    return voice.left, voice.right


@realtime
def rt_ramp_to(voice, left, right, frames):
    """Send a voice's gains from where they are to ``left``, ``right`` within ``frames`` (>= 1).

    Thread: callback. Realtime-safe: yes.
    """
    now_left, now_right = rt_gains_now(voice)
    frames = max(frames, 1)
    voice.left_from = now_left
    voice.right_from = now_right
    voice.left_step = (np.float32(left) - now_left) / np.float32(frames)
    voice.right_step = (np.float32(right) - now_right) / np.float32(frames)
    voice.left = np.float32(left)
    voice.right = np.float32(right)
    voice.ramp_at = 0
    voice.ramp_frames = frames


@realtime
def rt_pan(gain, pan):
    """Constant-power stereo gains: -3 dB each at the centre, ``pan`` -1..1.

    Thread: callback. Realtime-safe: yes.
    """
    angle = (min(max(pan, -1.0), 1.0) + 1.0) * (math.pi / 4.0)
    return gain * math.cos(angle), gain * math.sin(angle)


@realtime
def rt_db(decibels):
    """Decibels to linear gain. Thread: callback. Realtime-safe: yes."""
    return math.exp(decibels * (math.log(10.0) / 20.0))


@realtime
def rt_aim(ramp, target, frame, frames):
    """Send a ``RAMP`` from where it is at ``frame`` to ``target`` within ``frames`` (>= 1).

    Thread: callback. Realtime-safe: yes.
    """
    now = rt_aimed(ramp, frame)
    ramp.start = now
    ramp.target = np.float32(target)
    ramp.step = (ramp.target - now) / np.float32(frames)
    ramp.begin = frame
    ramp.frames = frames


@realtime
def rt_aimed(ramp, frame):
    """Where a ``RAMP`` is at ``frame``. Thread: callback. Realtime-safe: yes."""
    at = frame - ramp.begin
    return ramp.target if at >= ramp.frames else rt_ramp_value(ramp.start, ramp.step, at)
