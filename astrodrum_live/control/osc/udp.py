"""A UDP port: a thread that stamps, decodes and puts into the inbox."""

import socket
import struct
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from astrodrum_live.control.osc.datagram import Datagram, scoped
from astrodrum_live.control.osc.endpoint import OscPortError
from astrodrum_live.control.osc.inbox import Inbox
from astrodrum_live.control.osc.quiet_log import QuietLog
from astrodrum_live.control.osc.reply import OscReply, Peer, datagrams
from astrodrum_live.control.osc.short_way import ShortWay
from astrodrum_live.urgency import hurry

RECEIVE_BUFFER = 4 << 20  # 10,000 small datagrams; Linux's usual 208 KiB keeps 256

_LARGEST = 65535
_LOOK_S = 0.1  # between two looks at stop
# Linux numbers that Python's socket module does not have; elsewhere Python's clock stamps.
_SO_RCVBUFFORCE = 33  # beyond net.core.rmem_max, for who may
_SO_TIMESTAMPNS = 35
_SO_RXQ_OVFL = 40
_AT_ONCE = getattr(socket, "MSG_DONTWAIT", -1)
_TIMESPEC = struct.Struct("@qq")
_TIMEVAL = struct.Struct("@ll")


class UdpPort:
    """Receives on ``host:port`` into ``inbox``. Bound when made, so errors come at once.

    ``dropped``: datagrams the kernel has dropped since the start, for want of room. ``short``: who
    receives, and keeps what it can post by itself; None: all comes this way.
    Errors: ``OscPortError``.
    Thread: its own; ``send`` and ``close`` from any. Realtime-safe: no.
    """

    def __init__(
        self, host: str, port: int, inbox: Inbox, log: QuietLog, short: ShortWay | None = None
    ) -> None:
        self._dropped = 0
        self._short = short
        self._buffer = memoryview(bytearray(_LARGEST))
        self._inbox, self._log = inbox, log
        self._socket = _bind(host, port)
        self._stop = threading.Event()
        name = f"osc-udp-{self.address[1]}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def address(self) -> Peer:
        """Host and port as bound."""
        host, port = self._socket.getsockname()[:2]
        return host, port

    @property
    def dropped(self) -> int:
        return max(self._dropped, self._short.dropped if self._short else 0)

    def send(self, peer: Peer, replies: Sequence[OscReply]) -> None:
        """Send replies from this very port. What cannot be sent is a line in the log."""
        try:
            for datagram in datagrams(replies):
                self._socket.sendto(datagram, peer)
        except ValueError as error:
            self._log.warn(str(error))
        except (OSError, OverflowError) as error:  # nobody listens there, or its buffer is full
            self._log.warn(f"no reply to {peer[0]}:{peer[1]}: {error}")

    def close(self) -> None:
        """Stop receiving and free the port."""
        self._stop.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        hurry()
        while not self._stop.is_set():
            try:
                came = self._next()
            except (TimeoutError, BlockingIOError, ConnectionError):
                continue  # nothing came; or a peer has gone, as Windows reports
            self._dropped = came.dropped or self._dropped
            answer = partial(self.send, came.peer)
            self._inbox.arrived(came.content, came.peer, answer, came.stamp_ns)

    def _next(self) -> Datagram:
        if self._short is None:
            return self._read()
        came = self._short.next(self._socket.fileno(), self._stop)
        return came or self._read(_AT_ONCE)  # which says why not

    def _read(self, flags: int = 0) -> Datagram:
        if not hasattr(self._socket, "recvmsg_into"):
            if flags:
                raise BlockingIOError
            data, peer = self._socket.recvfrom(_LARGEST)
            return Datagram(data, None, 0, scoped(*peer))
        size, extras, _, peer = self._socket.recvmsg_into([self._buffer], 256, flags)
        stamp_ns, dropped = None, 0
        for _level, kind, content in extras:  # we asked for nothing but these two
            if kind == _SO_TIMESTAMPNS and len(content) == _TIMESPEC.size:
                seconds, ns = _TIMESPEC.unpack(content)
                stamp_ns = seconds * 1_000_000_000 + ns
            elif kind == _SO_RXQ_OVFL and len(content) == 4:
                dropped = struct.unpack("@I", content)[0]
        return Datagram(bytes(self._buffer[:size]), stamp_ns, dropped, scoped(*peer))


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        receiver = socket.socket(family, kind, protocol)
    except OSError as error:
        raise OscPortError(f"OSC cannot listen on {host}:{port}: {error.strerror}") from None
    try:
        receiver.bind(where)
    except OSError as error:
        receiver.close()
        raise OscPortError(
            f"OSC cannot listen on {host}:{port}: {error.strerror}. "
            "If another AstroDrum has this port, close it, or choose another with --osc HOST:PORT"
        ) from None
    _let_it_look(receiver)
    wishes = [(socket.SO_RCVBUF, RECEIVE_BUFFER)]
    if sys.platform == "linux":
        wishes += [(_SO_RCVBUFFORCE, RECEIVE_BUFFER), (_SO_TIMESTAMPNS, 1), (_SO_RXQ_OVFL, 1)]
    for option, value in wishes:
        with suppress(OSError):
            receiver.setsockopt(socket.SOL_SOCKET, option, value)
    return receiver


def _let_it_look(receiver: socket.socket) -> None:
    """Nothing waits longer than ``_LOOK_S``: by the kernel's own limit, where it has one. Python's
    asks the kernel twice for every datagram, and gives the interpreter away each time."""
    if sys.platform == "win32":
        receiver.settimeout(_LOOK_S)
        return
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        receiver.setsockopt(socket.SOL_SOCKET, option, _TIMEVAL.pack(0, round(_LOOK_S * 1e6)))
