"""A stroke that comes as a datagram is in the callback's ring before Python has heard of it.

To give Python's interpreter to the thread that has waited for a datagram, and to run what it needs
from a processor that has slept, takes a tenth of a millisecond, and more while others compute. So
compiled code waits, recognises plain strokes by their bytes, and posts them; all else, and all it
is not sure of, is left to Python, which does the same (``live/scheduler.py``), only later.
"""

import numpy as np
from numba import types

from astrodrum_live.layers import LAYER_TABLE
from astrodrum_live.rt.atomics import load_acquire
from astrodrum_live.rt.clock import clock_frame_at
from astrodrum_live.rt.command_kinds import HIT
from astrodrum_live.rt.commands import post_command
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.receiver_record import EXTRAS, KNOWN_SLOTS, KNOWN_WORDS
from astrodrum_live.velocity import pad_velocity, velocity_gain

# Of Linux: <asm-generic/socket.h>, <linux/time.h>.
_SO_TIMESTAMPNS, _SO_RXQ_OVFL = 35, 40
_REALTIME, _MONOTONIC = 0, 1
_HEADER_WORDS = 2  # of a control message: its length, its level and type
_SENDER = 128

_ONE_MOMENT_NS, _TRIES = 20_000, 5  # as control/osc/due.py reads two clocks
_LONGEST_WAIT_NS = 10_000_000_000  # a stamp that is older: the wall clock was stepped
_BELOW = tuple(layer.below for layer in LAYER_TABLE[:-1])

_recvmsg = types.ExternalFunction("recvmsg", types.int64(types.intc, types.voidptr, types.intc))
_clock_gettime = types.ExternalFunction("clock_gettime", types.intc(types.intc, types.voidptr))
_pad_velocity, _velocity_gain = realtime(pad_velocity), realtime(velocity_gain)


@realtime
def receive_stroke(mem, port, true_as_of, socket, as_of):
    """Wait for a datagram as long as the socket does, and note in ``port`` what came. A plain
    stroke is posted, if ``true_as_of`` (1,) is still ``as_of`` (-1: none is) and its pad is plain;
    else ``mem`` is not looked at, which may be gone.

    Thread: the port's. Realtime-safe: no (it waits).
    """
    port.posted_ns = 0
    port.header[1] = _SENDER
    port.header[5] = EXTRAS
    port.header[6] = 0
    port.size = _recvmsg(socket, port.header.ctypes, 0)
    if port.size < 0:
        return
    _read_extras(port)
    _read_clocks(port)
    if as_of != load_acquire(true_as_of, 0):
        return
    pad = known_pad(port)
    if pad < 0 or mem.plain[pad] == 0:
        return
    velocity = _velocity(port)
    if not (0.0 < velocity <= 1.0):
        return
    port.pad, port.velocity = pad, velocity
    feel = mem.feel[pad]
    struck = _pad_velocity(velocity, feel[0], feel[1], feel[2])
    layer = 0
    for below in _BELOW:
        layer += struck >= below
    command = port.command[0]
    command.frame = live_frame(mem, port)
    command.kind = HIT
    command.pad = pad
    command.row = layer
    command.velocity = velocity
    command.value = _velocity_gain(struck, feel[3])
    if post_command(mem, command):
        port.posted_ns = _read_clock(port, _MONOTONIC)


@realtime
def live_frame(mem, port):
    """When a stroke that came at ``port.arrival_ns`` is due: ``Scheduler.frame_for``, compiled.

    Thread: the port's. Realtime-safe: no (see ``clock_frame_at``).
    """
    if port.delay_frames < 0.0:
        return np.int64(0)
    arrived = clock_frame_at(mem, port.arrival_ns)
    if arrived < 0.0 or arrived - mem.frame > port.stall_frames:
        return np.int64(0)
    return np.int64(np.ceil(arrived + port.delay_frames))


@realtime
def known_pad(port):
    """The pad that the datagram in ``port`` strikes; -1: it is no stroke that is known.

    Thread: the port's. Realtime-safe: yes.
    """
    words = _words(port.size)
    if words < 0:
        return np.int64(-1)
    at = _place(port.data, port.size, words)
    while port.known[at].size != 0:
        if port.known[at].size == port.size:
            same = True
            for i in range(words):
                same &= port.known[at].words[i] == _word(port.data, port.size, i)
            if same:
                return np.int64(port.known[at].pad)
        at = (at + 1) % KNOWN_SLOTS
    return np.int64(-1)


@realtime
def know_stroke(port, pad):
    """From here on the datagram in ``port``, whatever its velocity, strikes ``pad``; False if it is
    too long or there are too many. Thread: the port's. Realtime-safe: yes."""
    words = _words(port.size)
    if words < 0:
        return False
    at = _place(port.data, port.size, words)
    for _ in range(KNOWN_SLOTS // 2):
        known = port.known[at]
        if known.size == 0:
            for i in range(words):
                known.words[i] = _word(port.data, port.size, i)
            known.pad = pad
            known.size = port.size
            return True
        at = (at + 1) % KNOWN_SLOTS
    return False


@realtime
def _words(size):
    """How many 8 bytes hold a datagram without its velocity; -1: it is no stroke's."""
    if size < 8 or size % 4 != 0 or size - 4 > 8 * KNOWN_WORDS:
        return np.int64(-1)
    return (size - 4 + 7) // 8


@realtime
def _word(data, size, i):
    """One of them, without the velocity's bytes. (The processor is little-endian.)"""
    if 8 * i + 8 > size - 4:
        return data[i] & np.uint64(0xFFFFFFFF)
    return data[i]


@realtime
def _place(data, size, words):
    mixed = np.uint64(size)
    for i in range(words):
        mixed = (mixed ^ _word(data, size, i)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return np.int64(mixed % np.uint64(KNOWN_SLOTS))


@realtime
def _velocity(port):
    """The last four bytes, a big-endian float."""
    at = (port.size - 4) // 4
    pair = port.data[at // 2]
    bits = np.uint32(pair >> np.uint64(32)) if at % 2 else np.uint32(pair & np.uint64(0xFFFFFFFF))
    turned = (
        (bits >> np.uint32(24))
        | ((bits >> np.uint32(8)) & np.uint32(0xFF00))
        | ((bits << np.uint32(8)) & np.uint32(0xFF0000))
        | (bits << np.uint32(24))
    )
    return np.float64(np.uint32(turned).view(np.float32))


@realtime
def _read_extras(port):
    """The kernel's stamp and its count of lost datagrams, where it gave them (cmsg(3))."""
    port.stamp_ns = 0
    port.dropped = 0
    words = min(np.int64(port.header[5]), EXTRAS) // 8
    at = 0
    while at + _HEADER_WORDS < words:
        size = np.int64(port.extras[at])
        kind = np.int64(port.extras[at + 1] >> np.uint64(32))
        if kind == _SO_TIMESTAMPNS and at + _HEADER_WORDS + 1 < words:
            seconds, ns = port.extras[at + 2], port.extras[at + 3]
            port.stamp_ns = np.int64(seconds) * 1_000_000_000 + np.int64(ns)
        elif kind == _SO_RXQ_OVFL:
            port.dropped = np.int64(port.extras[at + 2] & np.uint64(0xFFFFFFFF))
        if size < 8 * _HEADER_WORDS:
            break
        at += (size + 7) // 8


@realtime
def _read_clocks(port):
    """``read_ns``, and the arrival on that clock: ``due.both_clocks`` and ``due.arrival``."""
    wall = before = after = np.int64(0)
    for _ in range(_TRIES):
        before = _read_clock(port, _MONOTONIC)
        wall = _read_clock(port, _REALTIME)
        after = _read_clock(port, _MONOTONIC)
        if after - before <= _ONE_MOMENT_NS:
            break
    port.read_ns = (before + after) // 2
    waited = wall - port.stamp_ns
    known = port.stamp_ns != 0 and 0 <= waited < _LONGEST_WAIT_NS
    port.arrival_ns = port.read_ns - waited if known else port.read_ns


@realtime
def _read_clock(port, which):
    _clock_gettime(which, port.timespec.ctypes)
    return port.timespec[0] * 1_000_000_000 + port.timespec[1]
