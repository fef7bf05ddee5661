"""How a thread on the way of a note gets the processor at once, where the system lets it."""

import os
import threading
from contextlib import suppress

# Of SCHED_FIFO, below JACK's own threads (10) and the kernel's (50); control gives way to sound,
# and the page to both.
DEVICE, CONTROL, PAGE = 5, 2, 1
SWITCH_S = 0.0001  # Python's thread switch interval: its default of 5 ms is MIDI jitter


def hurry() -> bool:
    """Let the calling thread, on its way with a note, go before all that is not real-time; whether
    the system allowed it. It must sleep whenever it has nothing to do. The main thread has other
    work, and is refused.

    Thread: any, for itself. Realtime-safe: no.
    """
    if threading.current_thread() is threading.main_thread():
        return False
    return raise_priority(0, CONTROL)


def raise_priority(thread: int, priority: int) -> bool:
    """Let a thread (0: this one) go before all that are not real-time; whether it does now.

    One that goes first already, as JACK's own, is left as it is. The threads and programs that it
    starts do not inherit it. Linux asks for a limit ``rtprio``, which whoever may use JACK has.
    Thread: any. Realtime-safe: no.
    """
    if not hasattr(os, "sched_setscheduler"):
        return False
    first = (os.SCHED_FIFO, os.SCHED_RR)
    with suppress(OSError):
        if os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK not in first:
            os.sched_setscheduler(
                thread, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(priority)
            )
        return True
    return False
