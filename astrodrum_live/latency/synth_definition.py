"""Version 2 of SuperCollider's 'Synth Definition File Format': what scsynth is told to play."""

import struct
from collections.abc import Mapping, Sequence

CONTROL, AUDIO = 1, 2  # rates


def synth(
    name: str, params: Mapping[str, float], constants: Sequence[float], units: Sequence[bytes]
) -> bytes:
    """One definition. ``params``: with their defaults."""
    body = _name(name) + _int(len(constants)) + struct.pack(f">{len(constants)}f", *constants)
    body += _int(len(params)) + struct.pack(f">{len(params)}f", *params.values())
    body += _int(len(params))
    body += b"".join(_name(param) + _int(index) for index, param in enumerate(params))
    body += _int(len(units)) + b"".join(units) + struct.pack(">h", 0)  # no variants
    return b"SCgf" + _int(2) + struct.pack(">h", 1) + body


def unit(name: str, rate: int, inputs: Sequence[tuple[int, int]], outputs: int) -> bytes:
    """One unit generator; an input is (unit, its output), or (-1, constant)."""
    head = _name(name) + struct.pack(">b", rate) + _int(len(inputs)) + _int(outputs)
    wires = b"".join(_int(which) + _int(output) for which, output in inputs)
    return head + struct.pack(">h", 0) + wires + bytes([rate] * outputs)


def _name(text: str) -> bytes:
    return bytes((len(text),)) + text.encode()


def _int(value: int) -> bytes:
    return struct.pack(">i", value)
