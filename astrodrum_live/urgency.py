"""How a thread on the way of a note gets the processor at once, where the system lets it."""

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

# Of SCHED_FIFO, below JACK's own threads (10) and the kernel's (50); control gives way to sound,
# and the page to both.
DEVICE, CONTROL, PAGE = 5, 2, 1
# Python's thread switch interval: its default of 5 ms is MIDI jitter. With much less than this the
# threads that hurry do nothing but ask for their turn, and who has it cannot go on.
SWITCH_S = 0.00005
PATIENT_NS, SHARP_NS = 500_000, 1  # how much later than asked the system may wake a thread


_hurries = threading.local()


def share_python() -> None:
    """Have Python's threads give way to those that hurry within 50 us, and not the other way round:
    this thread, and those that it starts from here on, ask for their turn up to 0.5 ms later.

    Thread: main. Realtime-safe: no.
    """
    sys.setswitchinterval(SWITCH_S)
    be_patient()


def be_patient() -> None:
    """Let the calling thread, which has much to compute, ask for its turn at Python a little later:
    who hurries is done by then, and need not wait for it to come back.

    Thread: any, for itself. Realtime-safe: no.
    """
    _wake_within(PATIENT_NS)


def wake_sharply() -> None:
    """Let the system wake the calling thread when it asked for it, not a little later.

    Thread: any, for itself. Realtime-safe: no.
    """
    _wake_within(SHARP_NS)


def hurry() -> bool:
    """Let the calling thread, on its way with a note, go before all that is not real-time; whether
    the system allowed it. It must sleep whenever it has nothing to do. The main thread has other
    work, and is refused.

    Thread: any, for itself. Realtime-safe: no.
    """
    if threading.current_thread() is threading.main_thread():
        return False
    _hurries.yes = True
    wake_sharply()
    return raise_priority(0, CONTROL)


def hurries() -> bool:
    """Whether the calling thread has asked to hurry, of those that Python has started.

    Thread: any. Realtime-safe: no.
    """
    return getattr(_hurries, "yes", False)


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


def _wake_within(slack_ns: int) -> None:
    """Linux's timer slack of the calling thread; a real-time one has none anyway."""
    with suppress(OSError):
        Path(f"/proc/{threading.get_native_id()}/timerslack_ns").write_text(str(slack_ns))
