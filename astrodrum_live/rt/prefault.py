"""Have pages there before they are needed: a callback must not meet a page fault."""

import ctypes
import sys
import threading
from mmap import PAGESIZE

import numpy as np

_POPULATE_WRITE = 23  # madvise(2), since Linux 5.14: as if each page were written, but it is not


class Prefault:
    """Makes parts of a new, empty block present, in the background where the system can do it
    without writing: then the block may be used meanwhile.

    Thread: any. Realtime-safe: no.
    """

    def __init__(self, block: np.ndarray, parts: list[tuple[int, int]]) -> None:
        """``block``: (n,) uint8, at the start of a page. ``parts``: first and last byte of each."""
        self._thread: threading.Thread | None = None
        populate = _populating(block)
        if populate is None:
            for start, end in parts:
                block[start:end] = 0
            return
        where = int(block.ctypes.data)
        spans = [(start // PAGESIZE * PAGESIZE, end) for start, end in parts]

        def run() -> None:
            for start, end in spans:
                populate(where + start, end - start, _POPULATE_WRITE)

        self._thread = threading.Thread(target=run, name="prefault", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until all is there. Thread: any. Realtime-safe: no."""
        if self._thread is not None:
            self._thread.join()


def _populating(block: np.ndarray):
    """The system's call, if it can; it takes address, length and advice, and 0 is well."""
    if sys.platform != "linux":
        return None
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    able = madvise(int(block.ctypes.data), PAGESIZE, _POPULATE_WRITE) == 0
    return madvise if able else None
