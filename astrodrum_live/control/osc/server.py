"""The OSC port: a thread that stamps, decodes and routes, and never sleeps on a time tag."""

import logging
import socket
import struct
import sys
import threading
from contextlib import suppress

from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.osc.due import Due, arrival, both_clocks, due
from astrodrum_live.control.osc.packet import OscMessage, decode
from astrodrum_live.control.osc.reply import OscReply, Peer, datagrams
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.now import now_ns

DEFAULT_ENDPOINT = "127.0.0.1:57130"
RECEIVE_BUFFER = 4 << 20  # 10,000 small datagrams; the usual 208 KiB keeps 256 (OSC.md 5)

_LOG = logging.getLogger(__name__)
_LARGEST = 65535
_LOOK_S = 0.1  # between two looks at stop and at answers that wait
_WARN_EVERY_NS = 2_000_000_000
# Linux numbers that Python's socket module does not have; elsewhere Python's clock stamps.
_SO_TIMESTAMPNS = 35
_SO_RXQ_OVFL = 40
_TIMESPEC = struct.Struct("@qq")


class OscPortError(OSError):
    """The port cannot be had; the message says why and what to do."""


def parse_endpoint(text: str) -> tuple[str, int]:
    """``HOST:PORT``, ``[IPV6]:PORT`` or ``PORT`` as host and port 0..65535 (0: any free one).

    Errors: ``OscPortError``.
    """
    host, _, port = text.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdecimal() or int(port) > 65535:
        raise OscPortError(f"'{text}' is not HOST:PORT; the usual one is {DEFAULT_ENDPOINT}")
    return host, int(port)


class OscServer:
    """Receives OSC over UDP and plays ``instrument``. Bound when made, so errors come at once.

    ``endpoint``: see ``parse_endpoint``; loopback unless another host is asked for, since whoever
    reaches the port can play. ``address`` is what was bound.
    Errors: ``OscPortError``.
    Thread: its own; ``close`` from any, it returns when the thread has ended. Realtime-safe: no.
    """

    def __init__(
        self,
        instrument: Instrument,
        endpoint: str = DEFAULT_ENDPOINT,
        routes: OscRoutes | None = None,
    ) -> None:
        self.routes = routes or OscRoutes(instrument)
        self._socket = _bind(endpoint)
        self._stop = threading.Event()
        self._warned_ns: dict[str, int] = {}
        self._malformed_told_ns, self._malformed_untold = -_WARN_EVERY_NS, 0
        self._other_clocks: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="astrodrum-osc", daemon=True)
        self._thread.start()

    @property
    def address(self) -> Peer:
        """Host and port as bound."""
        host, port = self._socket.getsockname()[:2]
        return host, port

    def close(self) -> None:
        """Stop receiving and free the port."""
        self._stop.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            with suppress(TimeoutError, ConnectionError):  # Windows reports a peer that has gone
                self._receive()
            for peer, reply in self.routes.poll():
                self._send([reply], peer)

    def _receive(self) -> None:
        data, stamp_ns, dropped, peer = _read(self._socket)
        monotonic_ns, unix_ns = both_clocks()
        arrival_ns = arrival(stamp_ns, monotonic_ns, unix_ns)
        if dropped:
            self.routes.counters["dropped_by_kernel"] = dropped
        packet = decode(data)
        if packet.problems:
            self._malformed(packet.problems)
        for message in packet.messages:
            self._handle(message, peer, arrival_ns, due(message.due_unix_ns, monotonic_ns, unix_ns))

    def _handle(self, message: OscMessage, peer: Peer, arrival_ns: int, when: Due) -> None:
        if when.clock_problem:
            self._other_clock(peer[0])
        if when.late_ns and not when.stale:
            self.routes.counters["late"] += 1
        try:
            replies = self.routes.handle(message, peer[:2], arrival_ns, when)
        except Exception:  # one message must not end the thread that all others need
            self.routes.counters["failed"] += 1
            _LOG.exception("OSC %s failed", message.address)
            return
        self._send(replies, peer)

    def _malformed(self, problems: list[str]) -> None:
        """One line every 2 s at most, whatever arrives: noise is different every time."""
        self.routes.counters["malformed"] += len(problems)
        self._malformed_untold += len(problems)
        at_ns = now_ns()
        if at_ns - self._malformed_told_ns >= _WARN_EVERY_NS:
            others = self._malformed_untold - 1
            _LOG.warning("OSC: %s%s", problems[0], f" (and {others} others)" if others else "")
            self._malformed_told_ns, self._malformed_untold = at_ns, 0

    def _other_clock(self, host: str) -> None:
        self.routes.counters["clock_problem"] += 1
        if host not in self._other_clocks:
            self._other_clocks.add(host)
            self._warn(f"time tags of {host} are far ahead, set its clock; played after 0.2 s")

    def _send(self, replies: list[OscReply], peer: Peer) -> None:
        try:
            for datagram in datagrams(replies):
                self._socket.sendto(datagram, peer)
        except ValueError as error:
            self._warn(str(error))
        except OSError as error:  # nobody listens there, or its buffer is full: not our trouble
            self._warn(f"no reply to {peer[0]}:{peer[1]}: {error.strerror}")

    def _warn(self, text: str) -> None:
        """A line in the log, the same one at most every 2 s."""
        at_ns = now_ns()
        if at_ns - self._warned_ns.get(text, -_WARN_EVERY_NS) >= _WARN_EVERY_NS:
            if len(self._warned_ns) > 256:
                self._warned_ns.clear()
            self._warned_ns[text] = at_ns
            _LOG.warning("OSC: %s", text)


def _bind(endpoint: str) -> socket.socket:
    host, port = parse_endpoint(endpoint)
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        receiver = socket.socket(family, kind, protocol)
    except OSError as error:
        raise OscPortError(f"OSC cannot listen on {endpoint}: {error.strerror}") from None
    try:
        receiver.bind(where)
    except OSError as error:
        receiver.close()
        raise OscPortError(
            f"OSC cannot listen on {host}:{port}: {error.strerror}. "
            "If another AstroDrum has this port, close it, or choose another with --osc HOST:PORT"
        ) from None
    receiver.settimeout(_LOOK_S)
    with suppress(OSError):
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    if sys.platform == "linux":
        for option in (_SO_TIMESTAMPNS, _SO_RXQ_OVFL):
            with suppress(OSError):
                receiver.setsockopt(socket.SOL_SOCKET, option, 1)
    return receiver


def _read(receiver: socket.socket) -> tuple[bytes, int | None, int, Peer]:
    """A datagram, its kernel stamp in Unix ns, how many the kernel has dropped, its sender."""
    if not hasattr(receiver, "recvmsg"):
        data, peer = receiver.recvfrom(_LARGEST)
        return data, None, 0, peer
    data, extras, _, peer = receiver.recvmsg(_LARGEST, 256)
    stamp_ns, dropped = None, 0
    for _level, kind, content in extras:  # we asked for nothing but these two
        if kind == _SO_TIMESTAMPNS and len(content) == _TIMESPEC.size:
            seconds, ns = _TIMESPEC.unpack(content)
            stamp_ns = seconds * 1_000_000_000 + ns
        elif kind == _SO_RXQ_OVFL and len(content) == 4:
            dropped = struct.unpack("@I", content)[0]
    return data, stamp_ns, dropped, peer
