"""Ctrl-C as a wish to stop after the step at hand."""

import signal
from typing import Any


class StopFlag:
    """Turns the first SIGINT or SIGTERM into ``asked``; a second one acts as usual. A context."""

    def __init__(self) -> None:
        self.asked = False
        self._old: dict[int, Any] = {}

    def __enter__(self) -> "StopFlag":
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                self._old[number] = signal.signal(number, self._ask)
            except ValueError:
                break  # not the main thread: the caller stops it by other means
        return self

    def __exit__(self, *_: object) -> None:
        for number, old in self._old.items():
            signal.signal(number, old)

    def _ask(self, number: int, frame: object) -> None:
        self.asked = True
        signal.signal(number, self._old[number])
