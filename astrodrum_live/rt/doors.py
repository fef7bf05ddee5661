"""The compiled functions that Python calls by address: one callback, and doors for the other side.

All take the address of the shared block; what else, and what each does, stands in
``rt/compiled_doors.py``. Calls through ``ctypes`` release the GIL. They come from the image of an
earlier start (``rt/kernel_image.py``); only where there is none is numba loaded, and compiles.
"""

import contextlib
import ctypes
from ctypes import c_double, c_int, c_int64, c_uint64, c_ulong, c_void_p

from astrodrum_live.rt import kernel_image
from astrodrum_live.rt.kernel_cache import kernel_folder
from astrodrum_live.rt.receiver_record import RECEIVES

_IMAGE = "kernel.image"
_TYPES = {
    "rt_callback": (c_int, c_void_p, c_void_p, c_ulong, c_void_p, c_ulong, c_void_p),
    "post": (c_int, c_void_p, c_void_p),
    "push": (
        c_int, c_void_p, c_int64, c_void_p, c_int64, c_double, c_uint64, c_int64, c_int64, c_void_p,
    ),
    "ask": (c_int, c_void_p, c_int64, c_void_p),
    "take_order": (c_int, c_void_p, c_int64, c_void_p),
    "answer": (
        c_int, c_void_p, c_int64, c_int64, c_void_p, c_int64, c_double, c_uint64, c_int64, c_void_p,
    ),
    "frame_at": (c_double, c_void_p, c_int64),
}  # fmt: skip
if RECEIVES:
    _TYPES |= {
        "know": (c_int, c_void_p, c_int64),
        "receive": (c_int, c_void_p, c_void_p, c_void_p, c_int, c_int64),
    }


class Door:
    """A compiled function: its ``address``, and ``ctypes`` to call it."""

    def __init__(self, name: str, address: int) -> None:
        self.address = address
        self.ctypes = ctypes.CFUNCTYPE(*_TYPES[name])(address)


def _opened() -> dict[str, Door]:
    image = kernel_folder() / _IMAGE
    addresses = kernel_image.load(image, tuple(_TYPES)) or _compiled(image)
    return {name: Door(name, address) for name, address in addresses.items()}


def _compiled(image) -> dict[str, int]:
    from astrodrum_live.rt import compiled_doors

    cfuncs = {name: getattr(compiled_doors, name) for name in _TYPES}
    with contextlib.suppress(OSError):  # without it the next start is slower, and that is all
        kernel_image.save(image, cfuncs)
    return {name: cfunc.address for name, cfunc in cfuncs.items()}


_doors = _opened()
rt_callback = _doors["rt_callback"]
post = _doors["post"]
push = _doors["push"]
ask = _doors["ask"]
take_order = _doors["take_order"]
answer = _doors["answer"]
frame_at = _doors["frame_at"]
know = _doors.get("know")
receive = _doors.get("receive")  # a datagram; None where the system's calls are others
