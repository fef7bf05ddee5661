"""Peers whose clocks are off: found by the leads of their time tags, and made up for."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from astrodrum_live.control.osc.endpoint import is_local
from astrodrum_live.control.osc.reply import Peer

LEADS = 8
EARLIEST_NS, LATEST_NS = -500_000_000, 5_000_000_000  # median leads of clocks that agree
VARIETY_NS = 1_000_000_000  # leads further apart: a piece sent ahead, not a clock
HEADROOM_NS = 150_000_000
# Leads closer in time are one: what a stalled sender lets go all at once is late, and so is all of
# it; that is no clock.
_SPACING_NS = 50_000_000
_MAX_PEERS = 256


@dataclass(slots=True)
class _PeerClock:
    offset_ns: int = 0
    heard_ns: int = -_SPACING_NS
    leads: deque[int] = field(default_factory=lambda: deque(maxlen=LEADS))


class PeerClocks:
    """Per peer, what is added to its time tags: 0 while they can be meant.

    Eight leads whose median is below -0.5 s or above 5 s, all within a second, are a clock that is
    off; the offset is then the least that lets none be late, and 0.15 s. A host is one
    peer; on this machine, where all share a clock, every port is. ``tell`` gets a line each time.
    Thread: one at a time.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._peers: dict[str, _PeerClock] = {}

    def offset_ns(self, peer: Peer, lead_ns: int, at_ns: int) -> int:
        """The offset for a message that came from ``peer`` at ``at_ns``, due in ``lead_ns``."""
        name = f"{peer[0]}:{peer[1]}" if is_local(peer[0]) else peer[0]
        clock = self._peers.pop(name, None) or _PeerClock()
        self._peers[name] = clock  # to the end: the first is who was silent longest
        if len(self._peers) > _MAX_PEERS:
            del self._peers[next(iter(self._peers))]
        if at_ns - clock.heard_ns >= _SPACING_NS:
            clock.heard_ns = at_ns
            clock.leads.append(lead_ns)
            self._judge(name, clock)
        return clock.offset_ns

    def offsets_s(self) -> dict[str, float]:
        """The peers whose clocks are made up for, and by how many seconds."""
        return {
            name: clock.offset_ns / 1e9
            for name, clock in list(self._peers.items())
            if clock.offset_ns
        }

    def _judge(self, name: str, clock: _PeerClock) -> None:
        leads = clock.leads
        if len(leads) < LEADS or max(leads) - min(leads) > VARIETY_NS:
            return
        middle = median(leads)
        if clock.offset_ns:
            fits = 0 <= middle + clock.offset_ns <= VARIETY_NS
        else:
            fits = EARLIEST_NS <= middle <= LATEST_NS
        if fits:
            return
        if EARLIEST_NS <= middle <= LATEST_NS:
            clock.offset_ns = 0
            self._tell(f"the clock of {name} agrees with ours again")
        else:
            clock.offset_ns = HEADROOM_NS - max(leads)
            off_s = (max(leads) - HEADROOM_NS) / 1e9
            side = "ahead of" if off_s > 0 else "behind"
            self._tell(
                f"the clock of {name} is {abs(off_s):.1f} s {side} ours; its time tags are moved by"
                f" {-off_s:+.3f} s (better: set both by NTP)"
            )
        leads.clear()
