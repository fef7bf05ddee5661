"""From time tags to due times: whose clock is off, what is late, and what is done about it."""

from dataclasses import replace

from astrodrum_live.control.osc.due import FUTURE_NS, Due, due
from astrodrum_live.control.osc.inbox import Arrived
from astrodrum_live.control.osc.lateness import Lateness
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.peer_clock import PeerClocks
from astrodrum_live.control.osc.quiet_log import QuietLog

LATE_POLICIES = ("drop", "play")
# Tidal's editor highlighting: a hundred a second, up to 0.8 s in the past, and nothing to play.
_TIMELESS = ("/code/",)


class TimeTags:
    """When what has a time tag is due, and how much came late. ``late``: what happens to hits later
    than 250 ms, ``drop`` or ``play``.

    ``trim_ms`` moves every event that has a time tag, later if positive.
    Thread: one at a time.
    """

    def __init__(self, log: QuietLog, late: str = "drop", trim_ms: float = 0.0) -> None:
        self.clock_problems = 0
        self._plays_late = late == "play"
        self._trim_ns = round(trim_ms * 1e6)
        self._log = log
        self.clocks = PeerClocks(log.warn)
        self.lateness = Lateness(log.warn)
        self._other_clocks: set[str] = set()

    def due(self, message: OscMessage, arrived: Arrived) -> Due:
        """When a message of a packet is due."""
        tag_ns = message.due_unix_ns
        if tag_ns is None or message.address.startswith(_TIMELESS):
            return Due(None)
        waited_ns = arrived.monotonic_ns - arrived.arrival_ns
        lead_ns = tag_ns - (arrived.unix_ns - waited_ns)
        offset_ns = self.clocks.offset_ns(arrived.peer, lead_ns, arrived.arrival_ns)
        tag_ns += offset_ns + self._trim_ns
        when = due(tag_ns, arrived.monotonic_ns, arrived.unix_ns)
        if when.clock_problem:
            self._other_clock(arrived.peer[0])
        if when.late_ns:
            self.lateness.add(when.late_ns)
        return replace(when, stale=False) if self._plays_late else when

    def figures(self) -> dict[str, int | float]:
        """For ``/stats``."""
        late = self.lateness
        offsets = self.clocks.offsets_s()
        return {
            "late": late.count,
            "late_p95_ms": round(late.p95_ms, 3),
            "late_max_ms": round(late.max_ms, 3),
            "clock_problem": self.clock_problems,
            **{f"offset_s {name}": offset_s for name, offset_s in offsets.items()},
        }

    def _other_clock(self, host: str) -> None:
        self.clock_problems += 1
        if host not in self._other_clocks and len(self._other_clocks) < 256:
            self._other_clocks.add(host)
            self._log.warn(
                f"time tags of {host} are far ahead, by more than {FUTURE_NS // 10**9} s: set its"
                " clock, or send a long piece in parts; played after 0.2 s"
            )
