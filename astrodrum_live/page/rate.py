"""How many messages a page may send: a bucket that fills as fast as it may be emptied."""

import time
from collections.abc import Callable

A_SECOND = 200
TELL_S = 1.0


class RateLimit:
    """At most ``a_second`` messages, in a burst or not. Thread: one."""

    def __init__(
        self, a_second: float = A_SECOND, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._clock = a_second, clock
        self._left, self._at = float(a_second), clock()
        self._dropped, self._told = 0, float("-inf")

    def admits(self) -> bool:
        """Whether one more may pass; a message that may not is counted."""
        now = self._clock()
        self._left = min(self._left + (now - self._at) * self._rate, self._rate)
        self._at = now
        if self._left < 1.0:
            self._dropped += 1
            return False
        self._left -= 1.0
        return True

    def words(self) -> str:
        """What to tell the sender of what was dropped, once a second; empty if there is nothing."""
        if not self._dropped or self._clock() - self._told < TELL_S:
            return ""
        count, self._dropped, self._told = self._dropped, 0, self._clock()
        return f"{count} messages were too many for a second ({self._rate:g}) and were left out"
