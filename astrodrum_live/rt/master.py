"""The end of the chain: master gain, limiter, output, tap."""

import numpy as np

from astrodrum_live.config import TAP_FRAMES
from astrodrum_live.params import MASTER_INDEX, MASTER_PARAMS
from astrodrum_live.rt.atomics import load_acquire, store_release
from astrodrum_live.rt.counters import BAD_SAMPLES, LIMITED, TAP_FULL, rt_count
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.ramps import rt_db, rt_ramp_value

_GAIN = MASTER_INDEX["gain"]
_CEILING = MASTER_INDEX["ceiling"]
_RECOVERY = MASTER_INDEX["recovery"]
_SLEW_S = MASTER_PARAMS[_GAIN].slew_ms * 1e-3
_CEILING_SLEW_S = MASTER_PARAMS[_CEILING].slew_ms * 1e-3
_ABSURD = np.float32(1e6)
_WHOLE = np.float32(1.0)
_JUST_BELOW = np.float32(1.0 - 2.0**-22)  # so that rounding lifts no sample over the ceiling
_NEARLY = np.float32(0.99999)  # the limiter lets go entirely here, so that quiet passes untouched


@realtime
def rt_set_master(mem, row, value):
    """Turn a master row; the gain moves as a ramp. Thread: callback. Realtime-safe: yes."""
    mem.master_value[row] = value
    if row != _GAIN:
        return
    now = mem.master_gain
    if mem.master_at < mem.master_frames:
        now = rt_ramp_value(mem.master_from, mem.master_step, mem.master_at)
    frames = max(np.int64(_SLEW_S * mem.rate), 1)
    mem.master_from = now
    mem.master_gain = np.float32(rt_db(value))
    mem.master_step = (mem.master_gain - now) / np.float32(frames)
    mem.master_at = 0
    mem.master_frames = frames


@realtime
def rt_master(mem, out, at):
    """Gain and limit ``mem.mix`` from index ``at`` in place; write it to ``out`` (n, channels).

    The limiter has no look-ahead, hence no latency: a sample above the ceiling pulls the gain down
    at once, and the gain recovers exponentially. Below the ceiling nothing is touched.
    Thread: callback. Realtime-safe: yes.
    """
    left = mem.mix[0][at : at + out.shape[0]]
    right = mem.mix[1][at : at + out.shape[0]]
    _apply_gain(mem, left, right)
    aim = np.float32(rt_db(mem.master_value[_CEILING])) * _JUST_BELOW
    slew = np.float32(1.0 / (_CEILING_SLEW_S * mem.rate))  # at most full scale in that time
    ceiling = mem.ceiling
    recovery_frames = mem.master_value[_RECOVERY] * 1e-3 * mem.rate
    recover = np.float32(1.0 - np.exp(-1.0 / recovery_frames))
    gain = mem.limiter
    top = np.float32(0.0)
    limited = False
    for i in range(left.size):
        peak = max(abs(left[i]), abs(right[i]))
        if not (abs(left[i]) < _ABSURD and abs(right[i]) < _ABSURD):
            rt_count(mem, BAD_SAMPLES)
            left[i] = np.float32(0.0)
            right[i] = np.float32(0.0)
            peak = np.float32(0.0)
        ceiling = min(max(aim, ceiling - slew), ceiling + slew)
        if gain < _WHOLE:
            gain += (_WHOLE - gain) * recover
            if gain > _NEARLY:
                gain = _WHOLE
        if peak * gain > ceiling:
            gain = ceiling / peak
            limited = True
        left[i] *= gain
        right[i] *= gain
        top = max(top, peak * gain)
    mem.limiter = gain
    mem.ceiling = ceiling
    mem.peak = max(top, mem.peak)
    if limited:
        rt_count(mem, LIMITED)
    _write(out, left, right)


@realtime
def rt_tap(mem, frames):
    """Copy the mix to the recorder's ring, if it listens. Thread: callback. Realtime-safe: yes."""
    if load_acquire(mem.tapping, 0) == 0:
        return
    write = mem.tap_write[0]
    if write - load_acquire(mem.tap_read, 0) + frames > TAP_FRAMES:
        rt_count(mem, TAP_FULL)
        return
    for i in range(frames):
        index = (write + i) % TAP_FRAMES
        mem.tap[index, 0] = mem.mix[0, i]
        mem.tap[index, 1] = mem.mix[1, i]
    store_release(mem.tap_write, 0, write + frames)


@realtime
def _apply_gain(mem, left, right):
    ramped = min(left.size, mem.master_frames - mem.master_at)
    for i in range(ramped):
        gain = rt_ramp_value(mem.master_from, mem.master_step, mem.master_at + i)
        left[i] *= gain
        right[i] *= gain
    mem.master_at += ramped
    gain = mem.master_gain
    if gain != _WHOLE:
        for i in range(ramped, left.size):
            left[i] *= gain
            right[i] *= gain


@realtime
def _write(out, left, right):
    channels = out.shape[1]
    if channels == 1:
        for i in range(left.size):
            out[i, 0] = (left[i] + right[i]) * np.float32(0.5)
        return
    for i in range(left.size):
        out[i, 0] = left[i]
        out[i, 1] = right[i]
        for channel in range(2, channels):
            out[i, channel] = np.float32(0.0)
