"""Messages that were lost for want of room: told once for every burst, in words."""

from collections.abc import Callable

BURST_OVER_NS = 1_000_000_000


class Losses:
    """``count`` gives how many were lost since the start, ``tell`` gets the lines.

    Thread: one at a time.
    """

    def __init__(self, count: Callable[[], int], tell: Callable[[str], None]) -> None:
        self._count, self._tell = count, tell
        self._told = self._seen = 0
        self._grew_ns = 0

    def look(self, at_ns: int) -> None:
        """Call a few times a second."""
        lost = self._count()
        if lost != self._seen:
            self._seen, self._grew_ns = lost, at_ns
        elif lost != self._told and at_ns - self._grew_ns >= BURST_OVER_NS:
            self._tell(
                f"{lost - self._told} messages were lost: more came at once than could be taken in;"
                " send fewer, or spread them over time"
            )
            self._told = lost
