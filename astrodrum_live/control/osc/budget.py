"""How much a peer may ask for: a datagram of 12 bytes has 40 KB come back, to whatever address it
says that it is from, and a pattern reaches hundreds of addresses."""

from astrodrum_live.control.osc.endpoint import is_local
from astrodrum_live.control.osc.reply import Peer

MOST = 16384  # replies, and addresses reached, at once: the whole state of a kit, eighteen times
PER_S = 8192
_MAX_PEERS = 256


class Budget:
    """Per peer, what is left to ask for; it comes back with time. A host is one peer; on this
    machine every port is. Thread: one at a time."""

    def __init__(self) -> None:
        self._peers: dict[str, tuple[float, int]] = {}  # -> left, when

    def left(self, peer: Peer, at_ns: int) -> bool:
        """Whether ``peer`` may ask for more at ``at_ns``."""
        return self._left(peer, at_ns) > 0

    def spend(self, peer: Peer, amount: int, at_ns: int) -> None:
        """What it asked for has come to ``amount``; the last of it may be more than was left."""
        left = self._left(peer, at_ns) - amount
        self._peers.pop(_name(peer), None)
        self._peers[_name(peer)] = left, at_ns
        if len(self._peers) > _MAX_PEERS:
            del self._peers[next(iter(self._peers))]

    def _left(self, peer: Peer, at_ns: int) -> float:
        left, when_ns = self._peers.get(_name(peer), (MOST, at_ns))
        return min(left + PER_S * max(at_ns - when_ns, 0) / 1e9, MOST)


def _name(peer: Peer) -> str:
    return f"{peer[0]}:{peer[1]}" if is_local(peer[0]) else peer[0]
