"""The WebSocket that strudel.cc looks for: no Node between a browser's pattern and the drums."""

import logging
import socket
import sys
import threading
from collections import deque
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.sync.server import ServerConnection, serve

from astrodrum_live.control.osc.endpoint import DEFAULT_HOST, OscPortError, is_local
from astrodrum_live.control.osc.inbox import Inbox
from astrodrum_live.control.osc.quiet_log import QuietLog
from astrodrum_live.control.osc.reply import OscReply, Peer, datagrams
from astrodrum_live.control.osc.strudel import decode_json, encode_json

STRUDEL = "https://strudel.cc"
MAX_PEERS = 16
MAX_FRAME = 65536

_LOOK_S = 0.05  # between two looks at replies that wait
_HANDSHAKE_S = 2.0
_UNREAD = 256  # replies that may wait for a peer; the oldest go

_SILENT = logging.getLogger("astrodrum_live.websockets")  # a broken handshake is a traceback to it
_SILENT.setLevel(logging.CRITICAL + 1)


class WebSocketPort:
    """Accepts WebSockets on 127.0.0.1: Strudel's JSON as text, OSC itself as binary (osc-js).

    A page is let in if its origin is https://strudel.cc, this machine, or one of ``origins``; what
    has none is no page. ``ports``: the OSC ports that messages may name as theirs.
    Errors: ``OscPortError``.
    Thread: its own, and two for each peer; ``close`` from any. Realtime-safe: no.
    """

    def __init__(
        self,
        port: int,
        inbox: Inbox,
        log: QuietLog,
        origins: Sequence[str] = (),
        ports: Collection[int] = (),
    ) -> None:
        self._inbox, self._log = inbox, log
        self._origins = {STRUDEL, *(origin.rstrip("/") for origin in origins)}
        self._ports = tuple(ports)  # not a set: what a text names may be anything
        listener = _listen(port)
        self.address: Peer = listener.getsockname()[:2]
        self._server = serve(
            self._converse,
            sock=listener,
            process_request=self._admit,
            compression=None,
            server_header=None,
            open_timeout=_HANDSHAKE_S,
            close_timeout=0.5,
            max_size=MAX_FRAME,
            logger=_SILENT,
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, name=f"osc-websocket-{self.address[1]}", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Say goodbye to the peers and free the port."""
        self._server.shutdown()
        self._thread.join()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """403 for a page from elsewhere: whoever is let in can play."""
        for origin in request.headers.get_all("Origin"):
            if origin not in self._origins and not _of_this_machine(origin):
                shown = origin[:80] if origin.isprintable() else "?"
                text = f"a page of {shown} asked to play and was refused"
                self._log.warn(f"{text}; to let it, --allow-origin {shown}", "origin " + origin)
                return connection.respond(HTTPStatus.FORBIDDEN, f"{text}\n")
        if len(self._server.connections) >= MAX_PEERS:
            text = f"there are {MAX_PEERS} WebSockets already"
            self._log.warn(text)
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, f"{text}\n")
        return None

    def _converse(self, connection: ServerConnection) -> None:
        peer: Peer = connection.remote_address[:2]
        unread: deque[str | bytes] = deque(maxlen=_UNREAD)
        with suppress(ConnectionClosed, OSError):
            while True:
                try:
                    self._receive(connection.recv(timeout=_LOOK_S), peer, unread)
                except TimeoutError:
                    if connection.state is not State.OPEN:  # and the peer keeps its end open
                        return
                while unread:
                    connection.send(unread.popleft())

    def _receive(self, frame: str | bytes, peer: Peer, unread: deque[str | bytes]) -> None:
        if isinstance(frame, str):
            packet = decode_json(frame, self._ports)
            self._inbox.arrived(packet, peer, partial(_answer_in_json, unread))
        else:
            self._inbox.arrived(frame, peer, partial(_answer_in_osc, unread))


def _answer_in_json(unread: deque[str | bytes], replies: Sequence[OscReply]) -> None:
    unread.extend(encode_json(reply) for reply in replies)


def _answer_in_osc(unread: deque[str | bytes], replies: Sequence[OscReply]) -> None:
    with suppress(ValueError):  # an argument OSC has no type for
        unread.extend(datagrams(replies))


def _of_this_machine(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and is_local(parts.hostname or "")
    except ValueError:
        return False


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # there it would share the port with another program
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((DEFAULT_HOST, port))
        listener.listen(MAX_PEERS)
    except OSError as error:
        listener.close()
        text = f"the WebSocket cannot listen on {DEFAULT_HOST}:{port}: {error.strerror}"
        raise OscPortError(text) from None
    return listener
