"""What a port that receives strokes works with: buffers of the system's, what is known, what came.

Laid out for 64-bit Linux, the only system where it is used: ``struct msghdr`` as seven words.
"""

import ctypes
import sys

import numpy as np

from astrodrum_live.params import MAX_PADS
from astrodrum_live.rt.layout import COMMAND

RECEIVES = sys.platform == "linux" and ctypes.sizeof(ctypes.c_void_p) == 8
LARGEST = 65536  # bytes of a datagram, and one more than the largest
KNOWN_SLOTS = 256  # a power of two, well above the strokes there are: three of every pad
assert KNOWN_SLOTS >= 4 * 3 * MAX_PADS
KNOWN_WORDS = 8  # of 8 bytes: strokes with longer names are left to Python
EXTRAS = 256  # bytes for the kernel's stamp and its count of lost datagrams

_i4, _i8, _u8, _f8 = np.int32, np.int64, np.uint64, np.float64

KNOWN = np.dtype(
    [
        ("size", _i4),  # bytes of such a datagram, with its velocity; 0: none is kept here
        ("pad", _i4),
        ("words", _u8, (KNOWN_WORDS,)),  # all of it before the velocity, filled up with zeros
    ],
    align=True,
)

RECEIVER = np.dtype(
    [
        # how live strokes are timed, as live/scheduler.py does
        ("delay_frames", _f8),  # after their arrival; negative: at the next block's start
        ("stall_frames", _f8),  # missing so many, the device stands still
        # what came
        ("size", _i8),  # bytes; -1: nothing did
        ("stamp_ns", _i8),  # the kernel's, on the wall clock; 0: it gave none
        ("dropped", _i8),  # by the kernel, since the socket was opened
        ("read_ns", _i8),  # when it was read (astrodrum_live.now)
        ("arrival_ns", _i8),  # and when it had come
        ("posted_ns", _i8),  # when the stroke was in the callback's ring; 0: it was not put there
        ("pad", _i8),  # that it struck
        ("velocity", _f8),  # 0..1
        # the system's
        ("header", _u8, (7,)),
        ("vector", _u8, (2,)),
        ("timespec", _i8, (2,)),
        ("sender", _u8, (16,)),
        ("extras", _u8, (EXTRAS // 8,)),
        # what is known
        ("command", COMMAND, (1,)),
        ("known", KNOWN, (KNOWN_SLOTS,)),
        ("data", _u8, (LARGEST // 8,)),
    ],
    align=True,
)
