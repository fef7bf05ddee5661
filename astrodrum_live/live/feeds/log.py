"""``/feed/log``: the instrument's lines, as its terminal shows them: ``s line``."""

from collections import deque
from collections.abc import Sequence

LINES = 50


class LogFeed:
    """A ``Feed``; who comes later is told nothing of before. Thread: ``add`` from any."""

    def __init__(self) -> None:
        self.watched = False
        self._lines: deque[str] = deque(maxlen=LINES)

    def add(self, line: str) -> None:
        """One line for whoever watches."""
        if self.watched:
            self._lines.append(line)

    def take(self) -> Sequence[Sequence[object]]:
        lines: list[list[object]] = []
        while self._lines:
            lines.append([self._lines.popleft()])
        return lines

    def restart(self) -> None:
        """It has no state."""
