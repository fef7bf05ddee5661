"""Where a run says something: a terminal's console, or plain lines where there is none."""

import sys
from typing import Any, Protocol


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
