"""Signals that end a program politely: what is being written is finished first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ENDINGS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Stop(threading.Event):
    """Set by any of ``ENDINGS``; ``number`` is the signal that came last."""

    number = 0

    @property
    def code(self) -> int:
        """The exit code by which a shell knows a program that a signal has ended."""
        return 128 + self.number


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Within it Ctrl-C, a hang-up and a polite kill set the event and do nothing else.

    Thread: main.
    """
    stop = Stop()

    def ask(number: int, _: object) -> None:
        stop.number = number
        stop.set()

    before = {number: signal.signal(number, ask) for number in ENDINGS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
