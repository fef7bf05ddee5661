"""Which frame is it? A delay-locked loop from the jittering callback times to a straight line.

F. Adriaensen, "Using a DLL to filter time" (LAC 2005). Bandwidths as simulated for this design:
2 Hz for the first two seconds, then 0.1 Hz (30 us rms under desktop jitter).
"""

import math
import os
import sys

import numpy as np
from numba import types

from astrodrum_live.rt.atomics import fence, load_acquire, store_release
from astrodrum_live.rt.counters import CLOCK_RESETS, rt_count
from astrodrum_live.rt.jit import realtime

FAST_HZ, SLOW_HZ = 2.0, 0.1
FAST_S = 2.0
LOST_NS = 50e6  # a jump larger than this is a new start, not jitter

if os.name == "nt":
    _read_counter = types.ExternalFunction("QueryPerformanceCounter", types.intc(types.voidptr))
    _TICK_NS = 100  # the counter's 10 MHz on every Windows since 8

    @realtime
    def rt_now_ns(mem):
        """The clock of ``astrodrum_live.now``. Thread: callback. Realtime-safe: yes."""
        _read_counter(mem.timespec.ctypes)
        return mem.timespec[0] * _TICK_NS

else:
    _clock_gettime = types.ExternalFunction("clock_gettime", types.intc(types.intc, types.voidptr))
    _MONOTONIC = 8 if sys.platform == "darwin" else 1  # CLOCK_UPTIME_RAW on macOS

    @realtime
    def rt_now_ns(mem):
        """The clock of ``astrodrum_live.now``. Thread: callback. Realtime-safe: yes (vDSO)."""
        _clock_gettime(_MONOTONIC, mem.timespec.ctypes)
        return mem.timespec[0] * 1_000_000_000 + mem.timespec[1]


@realtime
def rt_reset_clock(mem):
    """Begin anew at the next block (after an xrun). Thread: callback. Realtime-safe: yes."""
    mem.clock.since_reset = -1


@realtime
def rt_follow_clock(mem, now_ns):
    """Tell the loop that the block at ``mem.frame`` began at ``now_ns``.

    Thread: callback. Realtime-safe: yes.
    """
    clock = mem.clock
    sequence = clock.sequence[0]
    store_release(clock.sequence, 0, sequence + 1)
    fence()
    passed = mem.frame - clock.frame
    guess = clock.at_ns + passed * clock.ns_per_frame
    error = (now_ns - clock.origin_ns) - guess
    if clock.since_reset < 0 or clock.origin_ns == 0 or abs(error) > LOST_NS:
        clock.origin_ns = now_ns
        clock.at_ns = 0.0
        if clock.since_reset >= 0:
            rt_count(mem, CLOCK_RESETS)
        clock.ns_per_frame = 1e9 / mem.rate
        clock.since_reset = 0
    else:
        bandwidth = FAST_HZ if clock.since_reset < FAST_S * mem.rate else SLOW_HZ
        omega = 2.0 * math.pi * bandwidth * passed / mem.rate
        clock.at_ns = guess + min(math.sqrt(2.0) * omega, 1.0) * error
        if passed > 0:
            clock.ns_per_frame += omega * omega * error / passed
        clock.since_reset += passed
    clock.frame = mem.frame
    store_release(clock.sequence, 0, sequence + 2)


@realtime
def clock_frame_at(mem, time_ns):
    """The frame that plays at ``time_ns``, as a float; -1 while the clock has not begun.

    Thread: any but the callback's (waits out a write). Realtime-safe: no.
    """
    while True:
        before = load_acquire(mem.clock.sequence, 0)
        clock = mem.clock
        frame = np.float64(-1.0)
        if clock.origin_ns != 0 and clock.since_reset >= 0:
            frame = clock.frame + (time_ns - clock.origin_ns - clock.at_ns) / clock.ns_per_frame
        fence()
        if before % 2 == 0 and load_acquire(mem.clock.sequence, 0) == before:
            return frame
