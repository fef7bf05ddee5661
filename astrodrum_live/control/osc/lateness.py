"""How late events come: counted, measured, and told with what to turn."""

import math
from collections import deque
from collections.abc import Callable, Sequence

from astrodrum_live.control.osc.due import STALE_NS

TELL_EVERY_NS = 2_000_000_000
_KEPT = 256
_NO_LATENCY_MS = 2000.0  # later by more is a clock that is off, or a machine that slept
_STEP_MS = 10
_DROPPED = f" (hits later than {STALE_NS // 1_000_000} ms are dropped, unless --late play)"


class Lateness:
    """Events whose time tag had passed. ``tell`` gets a line at most every 2 s.

    ``count`` and ``max_ms`` since the start. Thread: one at a time.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.count, self.max_ms = 0, 0.0
        self._tell = tell
        self._kept: deque[float] = deque(maxlen=_KEPT)
        self._untold: deque[float] = deque(maxlen=_KEPT)
        self._told_ns = -TELL_EVERY_NS

    @property
    def p95_ms(self) -> float:
        """Of the last 256 late events."""
        return p95(self._kept)

    def add(self, late_ns: int) -> None:
        """An event came so long after its time."""
        late_ms = late_ns / 1e6
        self.count += 1
        self.max_ms = max(self.max_ms, late_ms)
        self._kept.append(late_ms)
        self._untold.append(late_ms)

    def look(self, at_ns: int) -> None:
        """Tell what has not been told, if it is time to. Call a few times a second."""
        if not self._untold or at_ns - self._told_ns < TELL_EVERY_NS:
            return
        late_ms = p95(self._untold)
        self._tell(
            f"{_events(len(self._untold))} late, 95 % of them by up to {late_ms:.0f} ms"
            f"{_DROPPED if max(self._untold) > STALE_NS / 1e6 else ''}: {_cure(late_ms)}"
        )
        self._untold.clear()
        self._told_ns = at_ns


def _cure(late_ms: float) -> str:
    if late_ms > _NO_LATENCY_MS:
        return "set the sender's clock by NTP (or was it asleep?)"
    more_ms = math.ceil(late_ms / _STEP_MS) * _STEP_MS
    return f"raise oLatency by {more_ms} ms (Tidal), or what the sender calls latency"


def _events(count: int) -> str:
    return "an event came" if count == 1 else f"{count} events came"


def p95(values: Sequence[float]) -> float:
    """The value that 95 % do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else 0.0
