"""The inner loops that add a voice's samples to the mix. Nothing here decides anything."""

import numpy as np

from astrodrum_live.rt.jit import realtime

ONE = 1 << 32  # 1.0 in 32.32 fixed point
FRACTION = ONE - 1
_PART = np.float32(2.0**-24)  # as much of a fraction as a float32 holds


@realtime
def rt_add_flat(left, right, hit, gain_left, gain_right):
    """Add ``hit`` at constant gains. All (n,) float32. Thread: callback. Realtime-safe: yes."""
    for i in range(hit.size):
        sample = hit[i]
        left[i] += sample * gain_left
        right[i] += sample * gain_right


@realtime
def rt_add_two(left, right, hit, gains, other, other_gains):
    """Add two hits at constant gains, to the same bits as one after the other would: the sum is
    read and written once. ``gains``: left and right.
    Thread: callback. Realtime-safe: yes.
    """
    left_gain, right_gain = gains
    other_left, other_right = other_gains
    for i in range(hit.size):
        sample, second = hit[i], other[i]
        left[i] = left[i] + sample * left_gain + second * other_left
        right[i] = right[i] + sample * right_gain + second * other_right


@realtime
def rt_add_ramped(left, right, hit, voice):
    """Add ``hit`` along the voice's gain ramp. Thread: callback. Realtime-safe: yes."""
    start_left, step_left = voice.left_from, voice.left_step
    start_right, step_right = voice.right_from, voice.right_step
    at = voice.ramp_at
    for i in range(hit.size):
        sample = hit[i]
        k = np.float32(at + i)
        left[i] += sample * (start_left + k * step_left)
        right[i] += sample * (start_right + k * step_right)


@realtime
def rt_interpolate(into, hit, phase, step, bend, taps, parts):
    """Read ``hit`` from ``phase`` (32.32), ``step`` further each frame, into ``into`` (n,).

    Catmull-Rom cubic through four neighbours; ``hit[j]`` holds sample ``j - 1``, so that the
    neighbour before the first is its guard zero. ``bend`` is added to the step each frame; the
    caller sees to it that ``phase`` stays within the hit. ``taps`` (4 n,) float32 and ``parts``
    (n,) int32 are overwritten.
    Thread: callback. Realtime-safe: yes.
    """
    # Fetched first, computed then: the compiler makes one load of four neighbours that are all
    # read before any is written, and runs the second loop on whole vectors. In one loop it would
    # do neither, or gather, and was half as fast.
    for i in range(into.size):
        _fetch(taps, parts, hit, np.uint64(i), phase)
        phase += step
        step += bend
    for i in range(into.size):
        k = 4 * i
        t = np.float32(parts[i]) * _PART
        into[i] = _cubic(taps[k], taps[k + 1], taps[k + 2], taps[k + 3], t)


@realtime
def _fetch(taps, parts, hit, i, phase):
    index = np.uint64(phase >> 32)
    before = hit[index]
    here = hit[index + np.uint64(1)]
    next_ = hit[index + np.uint64(2)]
    after = hit[index + np.uint64(3)]
    k = np.uint64(4) * i
    taps[k] = before
    taps[k + np.uint64(1)] = here
    taps[k + np.uint64(2)] = next_
    taps[k + np.uint64(3)] = after
    parts[i] = np.int32((phase & FRACTION) >> 8)


@realtime
def _cubic(before, here, next_, after, t):
    half = np.float32(0.5)
    slope_here = (next_ - before) * half
    slope_next = (after - here) * half
    rise = here - next_
    c = slope_here + slope_next + rise + rise
    b = -(rise + slope_here) - c
    return ((c * t + b) * t + slope_here) * t + here
