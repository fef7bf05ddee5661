"""When an OSC message is due: a bundle's wall-clock tag on the monotonic clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from astrodrum_live.now import now_ns

ON_TIME_NS = 5_000_000  # sclang's sendBundle(0) and Sardine's stamps of now are always so late
STALE_NS = 250_000_000  # a later hit is dropped: a stalled laptop would fire twenty at once
FUTURE_NS = 42_000_000_000  # SuperDirt's bound: beyond it the two clocks do not agree
REPLACED_LEAD_NS = 200_000_000
_ONE_MOMENT_NS = 20_000
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Due:
    """``due_ns`` on ``astrodrum_live.now``, None for a message without a tag, or with one of just
    now: live.

    ``late_ns``: how long ago it was due. ``stale``: too late for a hit. ``clock_problem``: the tag
    was implausibly far ahead and was replaced.
    """

    due_ns: int | None
    late_ns: int = 0
    stale: bool = False
    clock_problem: bool = False


def both_clocks(
    monotonic: Callable[[], int] = now_ns, unix: Callable[[], int] = time.time_ns
) -> tuple[int, int]:
    """Monotonic and Unix time of one moment, in ns.

    Another Python thread may run between two readings, for 5 ms and more, which would be the error
    of a hit's time: so the wall clock is read between two others, and again if they lie apart.
    """
    readings = []
    for _ in range(_TRIES):
        before, unix_ns, after = monotonic(), unix(), monotonic()
        if after - before <= _ONE_MOMENT_NS:
            return (before + after) // 2, unix_ns
        readings.append((after - before, (before + after) // 2, unix_ns))
    _, monotonic_ns, unix_ns = min(readings)
    return monotonic_ns, unix_ns


def due(tag_unix_ns: int | None, monotonic_ns: int, unix_ns: int) -> Due:
    """The due time of a tag, given both clocks read at one moment.

    A wall clock that is stepped later moves only what is in flight. Thread: any.
    """
    if tag_unix_ns is None:
        return Due(None)
    lead_ns = tag_unix_ns - unix_ns
    if lead_ns > FUTURE_NS:
        return Due(monotonic_ns + REPLACED_LEAD_NS, clock_problem=True)
    if -ON_TIME_NS <= lead_ns < 0:
        return Due(None)
    late_ns = max(-lead_ns, 0)
    return Due(monotonic_ns + lead_ns, late_ns, late_ns > STALE_NS)


def arrival(stamp_unix_ns: int | None, monotonic_ns: int, unix_ns: int) -> int:
    """The kernel's time of arrival on the monotonic clock; now, where it gave none that can be."""
    if stamp_unix_ns is None:
        return monotonic_ns
    waited_ns = unix_ns - stamp_unix_ns
    plausible = 0 <= waited_ns < 10_000_000_000  # else the wall clock was stepped meanwhile
    return monotonic_ns - waited_ns if plausible else monotonic_ns
