"""What has arrived, from whichever port, in the order in which it came."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from astrodrum_live.control.osc.due import arrival, both_clocks
from astrodrum_live.control.osc.packet import OscPacket
from astrodrum_live.control.osc.reply import OscReply, Peer
from astrodrum_live.control.slowest import Slowest

CAPACITY = 16384  # packets: 16 s of the densest thousand a second that OSC.md 7.6 asks for
MOST_BYTES = 8 << 20  # of them all, and of what Python needs for the messages in them
_MESSAGE = 64

Answer = Callable[[Sequence[OscReply]], None]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A packet, decoded. ``answer`` sends replies back the way it came, and never waits.

    ``arrival_ns`` and ``monotonic_ns`` are ``astrodrum_live.now``; the latter and ``unix_ns`` are
    one moment, that of reading.
    """

    packet: OscPacket
    peer: Peer
    answer: Answer
    arrival_ns: int
    monotonic_ns: int
    unix_ns: int


class Inbox:
    """From the ports' threads to the one that handles. Full, it loses the newest, and counts:
    16384 packets, or 8 MiB of them.

    Thread: ``put`` from any, ``get`` from one. Realtime-safe: no.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.lost = 0
        self.slowest = Slowest()  # from the kernel's stamp to the port's thread
        self._capacity = capacity
        self._held = 0  # bytes
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[Arrived] = queue.SimpleQueue()

    def put(
        self, packet: OscPacket, peer: Peer, answer: Answer, stamp_unix_ns: int | None = None
    ) -> None:
        """Stamp and append. ``stamp_unix_ns``: the kernel's time of arrival, where it gave one."""
        monotonic_ns, unix_ns = both_clocks()
        arrival_ns = arrival(stamp_unix_ns, monotonic_ns, unix_ns)
        self.slowest.see(monotonic_ns - arrival_ns)
        weight = _weight(packet)
        with self._lock:
            if self._queue.qsize() >= self._capacity or self._held + weight > MOST_BYTES:
                self.lost += 1
                return
            self._held += weight
        self._queue.put(Arrived(packet, peer, answer, arrival_ns, monotonic_ns, unix_ns))

    def get(self, patience_s: float) -> Arrived | None:
        """The next, None if none comes within ``patience_s``."""
        try:
            arrived = self._queue.get(timeout=patience_s)
        except queue.Empty:
            return None
        with self._lock:
            self._held -= _weight(arrived.packet)
        return arrived


def _weight(packet: OscPacket) -> int:
    return packet.size + _MESSAGE * (len(packet.messages) + len(packet.problems))
