"""What has arrived, from whichever port, in the order in which it came."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from astrodrum_live.control.osc.due import arrival, both_clocks
from astrodrum_live.control.osc.packet import OscPacket, decode
from astrodrum_live.control.osc.reply import OscReply, Peer
from astrodrum_live.control.slowest import Slowest

CAPACITY = 16384  # packets: 16 s of a thousand a second
MOST_BYTES = 8 << 20  # of them all, and of what Python needs for the messages in them
_MESSAGE = 64

Answer = Callable[[Sequence[OscReply]], None]


@dataclass(slots=True)
class Arrived:
    """What has arrived: an OSC datagram as it is, or a packet. ``answer`` sends replies back the
    way it came, and never waits.

    ``arrival_ns`` and ``monotonic_ns`` are ``astrodrum_live.now``; the latter and ``unix_ns`` are
    one moment, that of reading.
    """

    content: bytes | OscPacket
    peer: Peer
    answer: Answer
    arrival_ns: int
    monotonic_ns: int
    unix_ns: int

    @property
    def packet(self) -> OscPacket:
        """The content, decoded."""
        if isinstance(self.content, bytes):
            self.content = decode(self.content)
        return self.content

    @property
    def weight(self) -> int:
        """About how many bytes it takes until it is handled."""
        if isinstance(self.content, bytes):
            return len(self.content) + _MESSAGE
        packet = self.content
        return packet.size + _MESSAGE * (len(packet.messages) + len(packet.problems))


class Inbox:
    """What the ports bring, until it is handled. Full, it loses the newest, and counts: 16384
    packets, or 8 MiB of them. A ``control.relay.Line``.

    ``send`` is given what has arrived, and may put it here; until it is set, that is all.
    Thread: ``arrived``, ``put`` and ``bool`` any, the rest one at a time. Realtime-safe: no.
    """

    due_ns: int | None = None

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.lost = 0
        self.send: Callable[[Arrived], None] = self.put
        self.slowest = Slowest()  # from the kernel's stamp to the port's thread
        self._capacity = capacity
        self._held = 0  # bytes
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Arrived, int]] = deque()  # and its weight as it came

    def arrived(
        self,
        content: bytes | OscPacket,
        peer: Peer,
        answer: Answer,
        stamp_unix_ns: int | None = None,
    ) -> None:
        """Stamp and send. ``stamp_unix_ns``: the kernel's time of arrival, where it gave one."""
        monotonic_ns, unix_ns = both_clocks()
        arrival_ns = arrival(stamp_unix_ns, monotonic_ns, unix_ns)
        self.slowest.see(monotonic_ns - arrival_ns)
        self.send(Arrived(content, peer, answer, arrival_ns, monotonic_ns, unix_ns))

    def put(self, arrived: Arrived) -> None:
        """Append, if there is room."""
        weight = arrived.weight
        with self._lock:
            if len(self._waiting) >= self._capacity or self._held + weight > MOST_BYTES:
                self.lost += 1
                return
            self._held += weight
            self._waiting.append((arrived, weight))

    def passes(self, arrived: Arrived) -> bool:
        """All does."""
        return True

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def idle(self) -> bool:
        """Whether nothing has arrived that is not handled."""
        return not self._waiting

    def peek(self) -> Arrived | None:
        """The next, if there is one."""
        return self._waiting[0][0] if self._waiting else None

    def pop(self) -> Arrived:
        """Take it."""
        with self._lock:
            arrived, weight = self._waiting.popleft()
            self._held -= weight
        return arrived

    def put_back(self, arrived: Arrived) -> None:
        """It is the next again."""
        weight = arrived.weight
        with self._lock:
            self._held += weight
            self._waiting.appendleft((arrived, weight))
