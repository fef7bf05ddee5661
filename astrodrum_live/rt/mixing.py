"""The four inner loops that add a voice's samples to the mix. Nothing here decides anything."""

import numpy as np

from astrodrum_live.rt.jit import realtime

ONE = 1 << 32  # 1.0 in 32.32 fixed point
FRACTION = ONE - 1
_SCALE = np.float32(1.0 / ONE)


@realtime
def rt_add_flat(left, right, hit, gain_left, gain_right):
    """Add ``hit`` at constant gains. All (n,) float32. Thread: callback. Realtime-safe: yes."""
    for i in range(hit.size):
        sample = hit[i]
        left[i] += sample * gain_left
        right[i] += sample * gain_right


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
def rt_interpolate(into, hit, phase, step, bend):
    """Read ``hit`` from ``phase`` (32.32), ``step`` further each frame, into ``into`` (n,).

    Catmull-Rom cubic through four neighbours; ``hit[j]`` holds sample ``j - 1``, so that the
    neighbour before the first is its guard zero. ``bend`` is added to the step each frame; the
    caller sees to it that ``phase`` stays within the hit.
    Thread: callback. Realtime-safe: yes.
    """
    # One path for bent and straight: the running sums keep the compiler from gathering, which
    # on AVX-512 machines halves the speed (benchmarks, pitched voices).
    for i in range(into.size):
        into[i] = _cubic(hit, phase)
        phase += step
        step += bend


@realtime
def _cubic(hit, phase):
    index = np.uint64(phase >> 32)
    t = np.float32(phase & FRACTION) * _SCALE
    before = hit[index]
    here = hit[index + np.uint64(1)]
    next_ = hit[index + np.uint64(2)]
    after = hit[index + np.uint64(3)]
    half = np.float32(0.5)
    slope_here = (next_ - before) * half
    slope_next = (after - here) * half
    rise = here - next_
    c = slope_here + slope_next + rise + rise
    b = -(rise + slope_here) - c
    return ((c * t + b) * t + slope_here) * t + here
