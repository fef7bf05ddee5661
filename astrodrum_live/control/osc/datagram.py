"""What comes to a UDP port."""

import socket
import struct
from typing import NamedTuple

from astrodrum_live.control.osc.reply import Peer


class Datagram(NamedTuple):
    """``content``: its bytes. ``stamp_ns``: the kernel's, Unix ns, None: it gave none. ``dropped``:
    how many the kernel has lost so far, for want of room. ``peer``: its sender."""

    content: bytes
    stamp_ns: int | None
    dropped: int
    peer: Peer


def scoped(host: str, port: int, _flow: int = 0, scope: int = 0) -> Peer:
    """An address as a socket tells it, with the link it holds for where there is one (RFC 4007)."""
    return f"{host}%{scope}" if scope else host, port


def peer_of(address: bytes) -> Peer:
    """Host and port of a ``struct sockaddr_in`` or ``sockaddr_in6`` (RFC 3493) of Linux."""
    (family,) = struct.unpack_from("=H", address)
    (port,) = struct.unpack_from(">H", address, 2)
    if family == socket.AF_INET:
        return socket.inet_ntop(family, address[4:8]), port
    (scope,) = struct.unpack_from("=I", address, 24)
    return scoped(socket.inet_ntop(socket.AF_INET6, address[8:24]), port, 0, scope)
