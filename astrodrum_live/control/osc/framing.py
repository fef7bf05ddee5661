"""OSC messages in a stream: a length before each (OSC 1.0) or SLIP around each (OSC 1.1).

SLIP: RFC 1055, with an END before the packet as well as after it.
"""

import struct
from typing import Protocol

MAX_FRAME = 65536  # as large as a datagram can be

_END, _ESC = b"\xc0", b"\xdb"
_ESCAPED_END, _ESCAPED_ESC = b"\xdb\xdc", b"\xdb\xdd"


class FramingError(ValueError):
    """The stream cannot be read on; the message says why."""


class Framing(Protocol):
    """One direction's memory of a stream, and how to write into the other."""

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that are whole now. Errors: ``FramingError``."""

    def wrap(self, packet: bytes) -> bytes:
        """A packet as it stands in the stream."""


class LengthPrefix:
    """A big-endian int32 before every packet: sclang, OSC 1.0."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        self._held += data
        packets, at = [], 0
        while len(self._held) - at >= 4:
            (size,) = struct.unpack_from(">i", self._held, at)
            if not 0 <= size <= MAX_FRAME:
                raise FramingError(f"a packet claims {size} bytes; {MAX_FRAME} are the most")
            if len(self._held) - at - 4 < size:
                break
            packets.append(bytes(self._held[at + 4 : at + 4 + size]))
            at += 4 + size
        del self._held[:at]
        return [packet for packet in packets if packet]

    def wrap(self, packet: bytes) -> bytes:
        return struct.pack(">i", len(packet)) + packet


class Slip:
    """END before and after every packet, END and ESC within it escaped: OSC 1.1."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        self._held += data
        *whole, rest = self._held.split(_END)
        if max(map(len, (rest, *whole))) > 2 * MAX_FRAME:  # every byte may be escaped
            raise FramingError(f"a packet is longer than {MAX_FRAME} bytes")
        self._held = rest
        return [_unescaped(bytes(packet)) for packet in whole if packet]

    def wrap(self, packet: bytes) -> bytes:
        escaped = packet.replace(_ESC, _ESCAPED_ESC).replace(_END, _ESCAPED_END)
        return _END + escaped + _END


def framing_of(first: int) -> Framing:
    """The framing of a stream by its first byte. Errors: ``FramingError``."""
    if first == _END[0]:
        return Slip()
    if first == 0:  # a length has a zero first, or it would be more than 16 MiB
        return LengthPrefix()
    raise FramingError("a stream begins neither with a packet's length nor with SLIP's END")


def _unescaped(packet: bytes) -> bytes:
    if _ESC not in packet:
        return packet
    return packet.replace(_ESCAPED_END, _END).replace(_ESCAPED_ESC, _ESC)
