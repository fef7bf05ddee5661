"""How a thread on the way of a note gets the processor at once, where the system lets it."""

import os
import sys
import threading
from contextlib import suppress

PRIORITY = 2  # real-time, and below every audio server's threads: JACK's clients have 5 and more
SWITCH_S = 0.0001  # Python's thread switch interval: its default of 5 ms is MIDI jitter


def hurry() -> bool:
    """Let the calling thread go before all that is not real-time; whether the system allowed it.

    Linux asks for a limit ``rtprio``, which whoever may use JACK has. The threads and programs that
    it starts do not inherit it. Such a thread must sleep whenever it has nothing to do. The main
    thread has other work, and is refused.
    Thread: any, for itself. Realtime-safe: no.
    """
    if sys.platform != "linux" or threading.current_thread() is threading.main_thread():
        return False
    with suppress(OSError):
        if os.sched_getscheduler(0) not in (os.SCHED_OTHER, os.SCHED_BATCH):
            return True  # JACK's own thread, which is before us
        order = os.SCHED_RR | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, order, os.sched_param(PRIORITY))
        return True
    return False
