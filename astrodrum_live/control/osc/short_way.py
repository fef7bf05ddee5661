"""Past Python: plain strokes go from the socket into the callback's ring by compiled code."""

import threading
from collections.abc import Iterable
from typing import Any, Protocol

from astrodrum_live.control.osc.datagram import Datagram, peer_of
from astrodrum_live.control.osc.inbox import Arrived, Inbox
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.relay import Relay

_POST_NOTHING = -1


class StrokeWay(Protocol):
    """An instrument's own, for one port; see ``engine.stroke_receiver.StrokeReceiver``."""

    @property
    def as_of(self) -> int:
        """A number that rises when what is known may be true no more."""

    @property
    def idle(self) -> bool:
        """Whether the instrument has obeyed all that came before now."""

    def forget(self) -> None:
        """It rises: whoever waits posts nothing, and looks again. Thread: any."""

    def know(self, strokes: Iterable[tuple[bytes, int]]) -> None:
        """From here on these datagrams, without their velocity, strike these pads."""

    def receive(self, socket_number: int, as_of: int) -> Any:
        """Wait for a datagram, post it if it is known as of then; None if there was none."""

    def datagram(self, size: int) -> bytes:
        """Its bytes."""

    def sender(self) -> bytes:
        """Its sender's ``struct sockaddr``."""


class ShortWay:
    """Receives for one UDP port. What it is not sure of comes back as a datagram, for the long way.

    A stroke takes the short way only if all that came before is done, or else it would overtake it;
    who makes something wait says so (``forget``).
    ``posted``: how many did. ``dropped``: datagrams that the kernel has lost.
    Thread: the port's. Realtime-safe: no.
    """

    def __init__(
        self, way: StrokeWay, routes: OscRoutes, relay: Relay[Arrived], inbox: Inbox
    ) -> None:
        self.posted = self.dropped = 0
        self._way, self._routes, self._relay, self._inbox = way, routes, relay, inbox
        self._known: dict[bytes, int] = {}

    def next(self, socket_number: int, stop: threading.Event) -> Datagram | None:
        """The next that comes and is not posted; None if nothing does while the socket waits, or
        it is to stop."""
        while not stop.is_set():
            came = self._way.receive(socket_number, self._sure_as_of())
            if came is None:
                return None
            self.dropped = came.dropped or self.dropped
            if not came.posted_ns:
                peer = peer_of(self._way.sender())
                content = self._way.datagram(came.size)
                return Datagram(content, came.stamp_ns or None, self.dropped, peer)
            self.posted += 1
            self._inbox.slowest.see(came.read_ns - came.arrival_ns)
        return None

    def forget(self) -> None:
        """What comes next takes the long way. Thread: any."""
        self._way.forget()

    def _sure_as_of(self) -> int:
        as_of = self._way.as_of  # first: what changes while we look is noticed
        if not (self._relay.idle and self._way.idle):
            return _POST_NOTHING
        strokes = self._routes.strokes()
        if strokes is not self._known and strokes:
            self._way.know(strokes.items())
            self._known = strokes
        return as_of if strokes else _POST_NOTHING
