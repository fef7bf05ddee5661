"""OSC datagrams to messages, from a world where anything may arrive.

python-osc's parser shifts key/value lists (it drops ``I``), mis-sizes ``c``, refuses addresses
without a slash and overflows the stack on nested bundles; this one cannot raise.
"""

import math
import struct
from dataclasses import dataclass, field
from typing import Any

NTP_EPOCH_S = 2_208_988_800  # 1900-01-01 to 1970-01-01
MAX_DEPTH = 16
MAX_ADDRESS = 255
MAX_ARGS = 1024
MAX_WORDS = 160
IMPULSE = "I"
KINDS = (
    "FUDI",
    "begin with an address",
    "no type tags",
    "unknown type",
    "within a string",
    "within an argument",
    "more than",
    "a blob of",
    "a bundle element claims",
    "before its time tag",
    "nested",
    "a WebSocket text",
    "malformed",
)

_BUNDLE = b"#bundle\0"
_IMMEDIATE = ((0, 0), (0, 1))  # OSC's own, and the zero that scsynth takes for it too
_ERA_NS = (1 << 32) * 1_000_000_000
_FIXED = {"i": ">i", "f": ">f", "h": ">q", "d": ">d", "t": ">II", "r": ">4s", "m": ">4s"}
_WORDS = {"T": True, "F": False, "N": None, "I": IMPULSE}


@dataclass(frozen=True, slots=True)
class OscMessage:
    """One message. ``due_unix_ns``: its bundle's time tag in Unix time, None for now.

    ``args``: int, float, str, bytes (b, r, m), bool, None, ``IMPULSE``, a time tag as
    ``(seconds, fraction)``, and a list for an array. Floats may be NaN: the routes drop those.
    """

    address: str
    args: tuple[object, ...]
    due_unix_ns: int | None = None

    def words(self) -> str:
        """For a person: the address and the arguments, the first of many."""
        shown = [f"{arg:.6g}" if isinstance(arg, float) else str(arg) for arg in self.args]
        line = " ".join([self.address, *shown])
        return line if len(line) <= MAX_WORDS else line[: MAX_WORDS - 3] + "..."


@dataclass(slots=True)
class OscPacket:
    """What a datagram of ``size`` bytes held, and in words what it should not have held."""

    messages: list[OscMessage] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    size: int = 0


class _Damaged(Exception):
    """A message that cannot be read to its end."""


def decode(data: bytes) -> OscPacket:
    """Every readable message of a datagram, in order. Never raises. Thread: any."""
    packet = OscPacket(size=len(data))
    if data:
        _element(data, None, 0, packet)
    return packet


def kind_of(problem: str) -> str:
    """In which way a packet is wrong, whichever message it is of: one of ``KINDS``, or the last."""
    return next((kind for kind in KINDS if kind in problem), KINDS[-1])


def unix_ns(seconds: int, fraction: int) -> int:
    """An NTP time tag to Unix nanoseconds. Small seconds are after 2036, where the count wraps."""
    ns = (seconds - NTP_EPOCH_S) * 1_000_000_000 + (fraction * 1_000_000_000 >> 32)
    return ns if seconds & 0x8000_0000 else ns + _ERA_NS


def _element(data: bytes, due: int | None, depth: int, packet: OscPacket) -> None:
    if data.startswith(_BUNDLE):
        _bundle(data, due, depth, packet)
        return
    try:
        packet.messages.append(_message(data, due, packet))
    except _Damaged as error:
        packet.problems.append(str(error))


def _bundle(data: bytes, outer: int | None, depth: int, packet: OscPacket) -> None:
    if depth >= MAX_DEPTH:
        packet.problems.append(f"bundles are nested deeper than {MAX_DEPTH}")
        return
    if len(data) < 16:
        packet.problems.append("a bundle ends before its time tag")
        return
    due = _later(outer, struct.unpack_from(">II", data, 8))
    at = 16
    while at + 4 <= len(data):
        (size,) = struct.unpack_from(">i", data, at)
        at += 4
        if size < 0 or at + size > len(data):
            left = len(data) - at
            packet.problems.append(f"a bundle element claims {size} bytes, {left} are left")
            return
        if size:
            _element(data[at : at + size], due, depth + 1, packet)
        at += size


def _later(outer: int | None, tag: tuple[int, int]) -> int | None:
    """An inner bundle may not be due before the one around it."""
    if tag in _IMMEDIATE:
        return outer
    due = unix_ns(*tag)
    return due if outer is None else max(due, outer)


def _message(data: bytes, due: int | None, packet: OscPacket) -> OscMessage:
    address, at = _address(data)
    if at >= len(data):
        return OscMessage(address, (), due)
    if data[at : at + 1] != b",":
        packet.problems.append(f"{address} has no type tags; its arguments are dropped")
        return OscMessage(address, (), due)
    tags, at = _string(data, at, address)
    if len(tags) > MAX_ARGS + 1:
        raise _Damaged(f"{address} has more than {MAX_ARGS} arguments")
    return OscMessage(address, _arguments(data, at, tags[1:], address, packet), due)


def _address(data: bytes) -> tuple[str, int]:
    if data.endswith(b";\n") and _is_text(data):
        raise _Damaged("this is Pure Data's FUDI text, not OSC: send with [netsend -u -b]")
    text, at = _string(data, 0, "a datagram")
    if not 0 < len(text) <= MAX_ADDRESS or not text.isprintable() or "\ufffd" in text:
        raise _Damaged("a datagram is not OSC: it does not begin with an address")
    return text, at


def _is_text(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    return "\ufffd" not in text and " ".join(text.split()).isprintable()


def _arguments(
    data: bytes, at: int, tags: str, address: str, packet: OscPacket
) -> tuple[object, ...]:
    args: list[object] = []
    open_lists: list[list[object]] = []
    for tag in tags:
        target = open_lists[-1] if open_lists else args
        if tag == "[" and len(open_lists) < MAX_DEPTH:
            open_lists.append([])
            target.append(open_lists[-1])
        elif tag == "]" and open_lists:
            open_lists.pop()
        elif tag in _WORDS:
            target.append(_WORDS[tag])
        else:
            try:
                value, at = _value(data, at, tag, address)
            except KeyError:
                text = f"{address} has an argument of unknown type '{tag}'; the rest is dropped"
                packet.problems.append(text)
                break
            target.append(value)
    return tuple(args)


def _value(data: bytes, at: int, tag: str, address: str) -> tuple[object, int]:
    """One argument and where the next begins. ``KeyError`` for a tag whose size nobody knows."""
    if tag in "sS":
        return _string(data, at, address)
    if tag == "b":
        size, at = _word(data, at, ">i", address)
        if size < 0 or at + size > len(data):
            raise _Damaged(f"{address} has a blob of {size} bytes, {len(data) - at} are left")
        return data[at : at + size], at + size + (-size % 4)
    if tag == "c":
        code, at = _word(data, at, ">I", address)
        return chr(code) if code < 0x110000 else "\ufffd", at
    values, at = _fixed(data, at, _FIXED[tag], address)
    return (values if tag == "t" else values[0]), at


def _word(data: bytes, at: int, layout: str, address: str) -> tuple[int, int]:
    values, at = _fixed(data, at, layout, address)
    return values[0], at


def _fixed(data: bytes, at: int, layout: str, address: str) -> tuple[tuple[Any, ...], int]:
    end = at + struct.calcsize(layout)
    if end > len(data):
        raise _Damaged(f"{address} ends within an argument")
    return struct.unpack_from(layout, data, at), end


def _string(data: bytes, at: int, owner: str) -> tuple[str, int]:
    end = data.find(b"\0", at)
    if end < 0:
        raise _Damaged(f"{owner} ends within a string")
    return data[at:end].decode("utf-8", "replace"), (end // 4 + 1) * 4


def number(value: object) -> float | None:
    """An argument as a float (booleans are 1 and 0), None if it is not a finite number."""
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    return None
