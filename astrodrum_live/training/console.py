"""Where a run says something: a terminal's console, or plain lines where there is none."""

import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

TOLD_EVERY_S = 5.0


class Console(Protocol):
    """What is asked of a console; ``rich.console.Console`` is one."""

    @property
    def is_terminal(self) -> bool: ...

    def print(self, *objects: Any) -> None: ...


class PlainConsole:
    """Lines on standard error, which stay in a log; ``quiet`` says nothing at all."""

    is_terminal = False

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet

    def print(self, *objects: Any) -> None:
        """One line, at once."""
        if not self.quiet:
            print(*objects, file=sys.stderr, flush=True)


def telling(
    console: Console, what: str, clock: Callable[[], float] = time.monotonic
) -> Callable[[int, int], None]:
    """A line every 5 s of how much is done, and of how many. ``clock``: seconds."""
    told = clock()

    def progress(done: int, of: int) -> None:
        nonlocal told
        if clock() - told >= TOLD_EVERY_S:
            told = clock()
            console.print(f"{what}: {done} of {of}")

    return progress
