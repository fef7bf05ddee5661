"""Messages to OSC's bytes.

python-osc's builder takes twice as long, and the answer to ``/sync`` is a thousand messages
that hits wait for.
"""

import struct
from collections.abc import Sequence

_IMMEDIATELY = b"#bundle\0" + struct.pack(">II", 0, 1)
_INT32 = range(-(1 << 31), 1 << 31)
_WORD = range(1 << 32)  # of a time tag, which is a pair of them
_INT64 = range(-(1 << 63), 1 << 63)
_WORDS = {True: "T", False: "F", None: "N"}


def encode(address: str, args: Sequence[object], tags: Sequence[str] = ()) -> bytes:
    """One message. ``tags``: OSC types of the ``args``, "" for one that its value tells.

    Errors: ``ValueError`` for an argument OSC has no type for. Thread: any.
    """
    types, body = [","], []
    for value, tag in zip(args, tags or [""] * len(args), strict=True):
        letters, content = _argument(value, tag)
        types.append(letters)
        body.append(content)
    return b"".join((_string(address), _string("".join(types)), *body))


def bundle(messages: Sequence[bytes]) -> bytes:
    """Messages as one bundle, for now."""
    return _IMMEDIATELY + b"".join(struct.pack(">i", len(m)) + m for m in messages)


def _argument(value: object, tag: str) -> tuple[str, bytes]:
    if value is None or isinstance(value, bool):
        return _WORDS[value], b""
    if isinstance(value, int) and tag in ("", "i", "h"):
        return _integer(value, tag)
    if isinstance(value, int | float):
        return ("d", struct.pack(">d", value)) if tag == "d" else _float(value)
    if isinstance(value, str):
        return "s", _string(value)
    if isinstance(value, bytes):
        return "b", struct.pack(">i", len(value)) + value + bytes(-len(value) % 4)
    if isinstance(value, tuple) and len(value) == 2 and all(part in _WORD for part in value):
        return "t", struct.pack(">II", *value)
    if isinstance(value, list):
        parts = [_argument(inner, "") for inner in value]
        return f"[{''.join(part[0] for part in parts)}]", b"".join(part[1] for part in parts)
    raise ValueError(f"{value!r:.80} has no OSC type")


def _integer(value: int, tag: str) -> tuple[str, bytes]:
    if value in _INT32 and tag != "h":
        return "i", struct.pack(">i", value)
    if value in _INT64:
        return "h", struct.pack(">q", value)
    raise ValueError(f"{value} is too large for OSC")


def _float(value: float) -> tuple[str, bytes]:
    try:
        return "f", struct.pack(">f", value)
    except OverflowError:  # it came as a double
        return "d", struct.pack(">d", value)


def _string(text: str) -> bytes:
    data = text.replace("\0", "\ufffd").encode("utf-8", "replace")  # JSON's strings may hold one
    return data + bytes(4 - len(data) % 4)
