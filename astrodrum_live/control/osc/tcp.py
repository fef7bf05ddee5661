"""The TCP port: both of OSC's framings, for peers that may be slow, silent or mad."""

import selectors
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

from astrodrum_live.control.osc.endpoint import OscPortError
from astrodrum_live.control.osc.framing import Framing, FramingError, framing_of
from astrodrum_live.control.osc.inbox import Inbox
from astrodrum_live.control.osc.quiet_log import QuietLog
from astrodrum_live.control.osc.reply import OscReply, Peer, datagrams
from astrodrum_live.now import now_ns
from astrodrum_live.urgency import hurry

MAX_PEERS = 32
MAX_UNREAD = 1 << 20  # bytes of replies that a peer may leave unread

_LOOK_S = 0.1
_AT_ONCE = 65536


class TcpPort:
    """Accepts peers on ``host:port``, reads packets into ``inbox``, answers in their framing.

    Of more than 32 peers the one that was silent longest goes. A peer that breaks its framing, or
    does not read what it asked for, is closed, with a line in the log.
    Errors: ``OscPortError``.
    Thread: one of its own for all peers; ``close`` from any. Realtime-safe: no.
    """

    def __init__(self, host: str, port: int, inbox: Inbox, log: QuietLog) -> None:
        self._inbox, self._log = inbox, log
        self._listener = _listen(host, port)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._peers: dict[socket.socket, _TcpPeer] = {}
        self._stop = threading.Event()
        name = f"osc-tcp-{self.address[1]}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def address(self) -> Peer:
        """Host and port as bound."""
        host, port = self._listener.getsockname()[:2]
        return host, port

    def close(self) -> None:
        """Hang up and free the port."""
        self._stop.set()
        self._thread.join()
        for peer in list(self._peers.values()):
            self._drop(peer)
        self._selector.close()
        self._listener.close()

    def _run(self) -> None:
        hurry()
        while not self._stop.is_set():
            for key, _ in self._selector.select(_LOOK_S):
                if key.fileobj is self._listener:
                    self._accept()
                elif (peer := self._peers.get(key.fileobj)) is not None:  # type: ignore[call-overload]
                    self._receive(peer)
            for peer in list(self._peers.values()):
                if not peer.flush():
                    self._drop(peer, "it does not read its replies")

    def _accept(self) -> None:
        with suppress(OSError):  # gone again before it was looked at
            connection, address = self._listener.accept()
            if len(self._peers) >= MAX_PEERS:
                silent = min(self._peers.values(), key=lambda peer: peer.heard_ns)
                self._drop(silent, f"there are more than {MAX_PEERS}, and it was silent longest")
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._peers[connection] = _TcpPeer(connection, address[:2])
            self._selector.register(connection, selectors.EVENT_READ)

    def _receive(self, peer: "_TcpPeer") -> None:
        try:
            packets = peer.read()
        except BlockingIOError:
            return
        except FramingError as error:
            self._drop(peer, str(error))
            return
        except OSError:
            packets = None
        if packets is None:
            self._drop(peer)
        for packet in packets or ():
            self._inbox.arrived(packet, peer.address, peer.answer)

    def _drop(self, peer: "_TcpPeer", why: str | None = None) -> None:
        if why:
            host, port = peer.address
            self._log.warn(f"TCP peer {host}:{port} is hung up on: {why}", "tcp " + why)
        self._peers.pop(peer.socket, None)
        with suppress(KeyError, ValueError):
            self._selector.unregister(peer.socket)
        peer.socket.close()


class _TcpPeer:
    """One connection. ``answer`` is called by the handling thread, all else by the port's."""

    def __init__(self, connection: socket.socket, address: Peer) -> None:
        self.socket, self.address = connection, address
        self.heard_ns = now_ns()
        self._framing: Framing | None = None
        self._unsent = bytearray()
        self._deaf = False
        self._lock = threading.Lock()

    def read(self) -> list[bytes] | None:
        """The packets that are whole now; None at the end of the stream."""
        data = self.socket.recv(_AT_ONCE)
        self.heard_ns = now_ns()
        if not data:
            return None
        if self._framing is None:
            self._framing = framing_of(data[0])
        return self._framing.feed(data)

    def answer(self, replies: Sequence[OscReply]) -> None:
        """Send what the system takes at once, and keep the rest for ``flush``."""
        if self._framing is None or not self.flush():
            return
        with self._lock, suppress(ValueError):  # an argument OSC has no type for
            for packet in datagrams(replies):
                self._unsent += self._framing.wrap(packet)
        self.flush()

    def flush(self) -> bool:
        """Send on; False once the peer has left too much unread."""
        with self._lock, suppress(OSError):
            while self._unsent:
                del self._unsent[: self.socket.send(self._unsent[:_AT_ONCE])]
        self._deaf = self._deaf or len(self._unsent) > MAX_UNREAD
        return not self._deaf


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise OscPortError(f"OSC over TCP cannot listen on {host}:{port}: {error}") from None
    try:
        if sys.platform != "win32":  # there it would share the port with another program
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(MAX_PEERS)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        text = f"OSC over TCP cannot listen on {host}:{port}: {error.strerror}"
        raise OscPortError(text) from None
    return listener
