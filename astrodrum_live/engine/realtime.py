"""What the system grants a program that plays: threads that go first, and memory that stays.

macOS gives its audio threads real-time priority itself, and so does Windows (MMCSS, through
PortAudio's WASAPI); JACK and PipeWire give it to theirs. Linux else grants it to root and to
whoever has a limit ``rtprio``; without, the callback waits for its turn like any other thread.
"""

import ctypes
import os
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from astrodrum_live.rt.memory import SharedMemory
from astrodrum_live.urgency import DEVICE, raise_priority

_MLOCK_ONFAULT = 1  # sys/mman.h: pages that are never used cost nothing
_TASKS = Path("/proc/self/task")


def threads() -> set[int]:
    """The threads of this process, as Linux numbers them; elsewhere none.

    Thread: any. Realtime-safe: no.
    """
    with suppress(OSError):
        return {int(path.name) for path in _TASKS.iterdir()}
    return set()


def raise_device(found: Collection[int]) -> bool:
    """Let the threads that a device has begun go first; whether one of them does.

    Where the system gives its audio threads priority itself, it is believed.
    Thread: any. Realtime-safe: no.
    """
    if sys.platform in ("darwin", "win32"):
        return True
    raised = [raise_priority(thread, DEVICE) for thread in sorted(found)]
    return any(raised)


def lock_memory(memory: SharedMemory) -> str:
    """Keep what every block reads (commands, voices' states, buses, counters) from being swapped
    out. Empty if that was done, else what stands in the way, in a line. Not the hits, nor all of
    the process: those are hundreds of MB.

    Thread: any. Realtime-safe: no.
    """
    if sys.platform == "win32":
        return "memory is not locked: on Windows it is not asked for"
    libc = ctypes.CDLL(None, use_errno=True)
    size = memory.header.nbytes
    address, length = ctypes.c_void_p(memory.address), ctypes.c_size_t(size)
    if hasattr(libc, "mlock2"):
        failed = libc.mlock2(address, length, _MLOCK_ONFAULT)
    else:
        failed = libc.mlock(address, length)
    if not failed:
        return ""
    why = os.strerror(ctypes.get_errno())
    return f"memory is not locked, {size >> 20} MiB may be swapped out: {why}{_limit()}"


def _limit() -> str:
    import resource

    limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
    return "" if limit == resource.RLIM_INFINITY else f" (ulimit -l is {limit >> 10} KiB)"


def no_priority_words() -> str:
    """Why the callback has no real-time priority, and the remedy.

    Thread: any. Realtime-safe: no.
    """
    return (
        "the callback has no real-time priority: the system grants none (ulimit -r is 0; remedy:"
        " '@audio - rtprio 95' and '@audio - memlock unlimited' in /etc/security/limits.d/)"
    )
