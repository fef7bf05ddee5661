"""The compiled functions that ``rt/doors.py`` opens: one callback, and doors for the other side.

All take the address of the shared block. Importing this compiles what is not in numba's cache.
"""

import numba
import numpy as np
from numba import carray, cfunc, types

from astrodrum_live.config import MAX_BLOCK
from astrodrum_live.params import ORBITS
from astrodrum_live.rt.atomics import pointer_after
from astrodrum_live.rt.clock import clock_frame_at, rt_follow_clock, rt_now_ns, rt_reset_clock
from astrodrum_live.rt.commands import post_command
from astrodrum_live.rt.counters import BLOCKS, WORK_MAX, XRUNS, rt_count, rt_highest
from astrodrum_live.rt.hit_ring import gen_push
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.kernel import rt_render
from astrodrum_live.rt.layout import (
    BINS_PER_DOUBLING,
    COMMAND,
    GUARD,
    HITS_KEPT,
    ORDER,
    ORIGIN,
    SHARED,
    WORK_BINS,
)
from astrodrum_live.rt.receiver_record import RECEIVER, RECEIVES
from astrodrum_live.rt.sound_slot import gen_answer, gen_take_order, post_order

# The doors make views of raw memory, which needs numba's array constructor: what they call cannot
# allocate, and a test audits the machine code of the whole.
_door = {"cache": True, "error_model": "numpy"}
_OUTPUT_UNDERFLOW = 4  # paOutputUnderflow, portaudio.h
_HEADER_BYTES = SHARED.itemsize

_CALLBACK = types.intc(
    types.voidptr, types.voidptr, types.ulong, types.voidptr, types.ulong, types.voidptr
)


@numba.njit(cache=True, error_model="numpy", inline="always")
def _arena(address, mem):
    return carray(pointer_after(address, _HEADER_BYTES), (_arena_size(mem),), np.float32)


@numba.njit(cache=True, error_model="numpy", inline="always")
def _lines(address, mem):
    behind = pointer_after(address, _HEADER_BYTES + 4 * _arena_size(mem))
    return carray(behind, (ORBITS * mem.orbit_frames,), np.float32)


@realtime
def _arena_size(mem):
    return HITS_KEPT * mem.hit_frames + 2 * mem.voices * (mem.hit_frames + GUARD)


@realtime
def _note_work(mem, work_ns):
    """Count the block's work in a histogram with four bins to the doubling, from 1 ns."""
    bin_ = np.int64(np.log2(max(work_ns, 1)) * BINS_PER_DOUBLING)
    mem.work[min(bin_, WORK_BINS - 1)] += 1
    rt_highest(mem, WORK_MAX, work_ns)


@cfunc(_CALLBACK, **_door)
def rt_callback(_input, output, frames, _time_info, flags, address):
    """The PortAudio callback (PaStreamCallback); returns paContinue.

    Thread: the device's. Realtime-safe: yes.
    """
    mem = carray(address, 1, SHARED)[0]
    began_ns = mem.given_ns if mem.given_ns != 0 else rt_now_ns(mem)
    if flags & _OUTPUT_UNDERFLOW:
        rt_count(mem, XRUNS)
        rt_reset_clock(mem)
    rt_follow_clock(mem, began_ns)
    out = carray(output, (np.int64(frames), mem.channels), np.float32)
    done = 0
    while done < out.shape[0]:
        block = min(out.shape[0] - done, MAX_BLOCK)
        part = out[done : done + block]
        rt_render(mem, _arena(address, mem), _lines(address, mem), part, began_ns)
        done += block
    if mem.given_ns == 0:
        _note_work(mem, rt_now_ns(mem) - began_ns)
    rt_count(mem, BLOCKS)
    return 0


@cfunc(types.intc(types.voidptr, types.voidptr), **_door)
def post(address, command):
    """Queue one ``COMMAND`` record; 0 if there is no room (see ``post_command``).

    Thread: any but the callback's. Realtime-safe: yes.
    """
    return post_command(carray(address, 1, SHARED)[0], carray(command, 1, COMMAND)[0])


@cfunc(
    types.intc(
        types.voidptr, types.int64, types.voidptr, types.int64, types.float64,
        types.uint64, types.int64, types.int64, types.voidptr,
    ),
    **_door,
)  # fmt: skip
def push(address, ring, samples, frames, rate, seed, epoch, asked_ns, origin):
    """Push one hit (see ``gen_push``); 0 if the ring is full.

    Thread: its one writer. Realtime-safe: yes.
    """
    mem = carray(address, 1, SHARED)[0]
    hit = carray(samples, (frames,), np.float32)
    made_from = carray(origin, 1, ORIGIN)[0]
    arena = _arena(address, mem)
    return gen_push(mem, arena, ring, hit, rate, seed, epoch, asked_ns, made_from)


@cfunc(types.intc(types.voidptr, types.int64, types.voidptr), **_door)
def ask(address, slot, order):
    """Put one ``ORDER`` record into a slot (see ``post_order``); 0 if its last is still being made.

    Thread: one at a time. Realtime-safe: yes.
    """
    return post_order(carray(address, 1, SHARED)[0], slot, carray(order, 1, ORDER)[0])


@cfunc(types.intc(types.voidptr, types.int64, types.voidptr), **_door)
def take_order(address, slot, order):
    """Copy a slot's order to ``order``; 0 if there is none to be made (see ``gen_take_order``).

    Thread: the generator. Realtime-safe: yes.
    """
    return gen_take_order(carray(address, 1, SHARED)[0], slot, carray(order, 1, ORDER))


@cfunc(
    types.intc(
        types.voidptr, types.int64, types.int64, types.voidptr, types.int64, types.float64,
        types.uint64, types.int64, types.voidptr,
    ),
    **_door,
)  # fmt: skip
def answer(address, slot, ticket, samples, frames, rate, seed, epoch, origin):
    """Fill a slot (see ``gen_answer``); 0 if the ticket is not the one that is asked for.

    Thread: the generator. Realtime-safe: yes.
    """
    mem = carray(address, 1, SHARED)[0]
    hit = carray(samples, (frames,), np.float32)
    made_from = carray(origin, 1, ORIGIN)[0]
    arena = _arena(address, mem)
    return gen_answer(mem, arena, slot, ticket, hit, rate, seed, epoch, made_from)


@cfunc(types.float64(types.voidptr, types.int64), **_door)
def frame_at(address, time_ns):
    """The frame that plays at ``time_ns`` (see ``clock_frame_at``).

    Thread: any. Realtime-safe: yes.
    """
    return clock_frame_at(carray(address, 1, SHARED)[0], time_ns)


if RECEIVES:
    from astrodrum_live.rt.receiving import know_stroke, receive_stroke

    @cfunc(types.intc(types.voidptr, types.int64), **_door)
    def know(port, pad):
        """Know the datagram in ``port`` as a stroke (see ``know_stroke``); 0: there is no room.

        Thread: the port's. Realtime-safe: yes.
        """
        return know_stroke(carray(port, 1, RECEIVER)[0], pad)

    @cfunc(
        types.intc(types.voidptr, types.voidptr, types.voidptr, types.intc, types.int64), **_door
    )
    def receive(address, port, true_as_of, socket, as_of):
        """Wait for a datagram, and post it if it is a plain stroke (see ``receive_stroke``).

        ``port``: a ``RECEIVER``. Thread: the port's. Realtime-safe: no (it waits).
        """
        mem = carray(address, 1, SHARED)[0]
        now = carray(true_as_of, 1, np.int64)
        receive_stroke(mem, carray(port, 1, RECEIVER)[0], now, socket, as_of)
        return 0
