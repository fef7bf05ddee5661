"""A peer that watches an instrument from outside: asks for its monitor feed, and renews it."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

from astrodrum_live.control.monitor import Seen
from astrodrum_live.control.osc.endpoint import OscPortError
from astrodrum_live.control.osc.packet import OscMessage, decode
from astrodrum_live.control.osc.reply import OscReply, Peer, datagrams
from astrodrum_live.control.osc.subscriptions import MONITOR

RENEW_S, TTL_S = 3.0, 10.0
ANSWER_S = 1.0
_LARGEST = 65535


class Watcher:
    """Subscribed to the monitor of the instrument at ``address``. Thread: one. Realtime-safe: no.

    Errors: ``OscPortError`` if there is no way to that address.
    """

    def __init__(self, address: Peer) -> None:
        host, port = address
        try:
            family, kind, protocol, _, where = socket.getaddrinfo(
                host, port, type=socket.SOCK_DGRAM
            )[0]
        except OSError as error:
            raise OscPortError(f"there is no way to {host}:{port}: {error.strerror}") from None
        self._address: tuple = where
        self._socket = socket.socket(family, kind, protocol)
        self._renewed_s = float("-inf")

    def answers(self, patience_s: float = ANSWER_S) -> bool:
        """Whether an instrument is there and lets itself be watched."""
        deadline_s = time.monotonic() + patience_s
        while (left_s := deadline_s - time.monotonic()) > 0:
            self._renew()
            if any(message.address == "/sub/done" for message in self._receive(min(left_s, 0.2))):
                return True
            self._renewed_s = float("-inf")
        return False

    def look(self, patience_s: float) -> Iterator[Seen]:
        """What was seen within ``patience_s``, or what came first."""
        self._renew()
        for message in self._receive(patience_s):
            seen = _seen(message)
            if seen is not None:
                yield seen

    def close(self) -> None:
        """Watch no more."""
        with suppress(OSError):
            self._send("/unsub", MONITOR)
        self._socket.close()

    def _renew(self) -> None:
        if time.monotonic() - self._renewed_s >= RENEW_S:
            self._renewed_s = time.monotonic()
            self._send("/sub", MONITOR, 0, TTL_S)

    def _send(self, address: str, *args: object) -> None:
        for datagram in datagrams([OscReply(address, args)]):
            self._socket.sendto(datagram, self._address)

    def _receive(self, patience_s: float) -> list[OscMessage]:
        self._socket.settimeout(patience_s)
        with suppress(TimeoutError, ConnectionError):
            return decode(self._socket.recv(_LARGEST)).messages
        return []


def _seen(message: OscMessage) -> Seen | None:
    match message.address, message.args:
        case "/monitor", (str(source), str(what), str(did), str(why), float(lead_ms), int(count)):
            return Seen(source, what, did, why, lead_ms, count)
    return None
