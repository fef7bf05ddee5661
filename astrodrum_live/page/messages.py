"""What a page may ask the instrument for, and how it is written: ``[address, argument, ...]``."""

import json
import math
import re
from collections.abc import Sequence

from astrodrum_live.control.osc.encode import encode

MAX_TEXT = 16_384
MAX_AT_ONCE = 64
MAX_ARGS = 128  # every row of a sound, by name and value
MAX_STRING = 80

# By the first part of the address. Nothing of files but plain names that the instrument checks,
# nothing that would have it send elsewhere.
PLAYED = ("hit", "note", "choke", "panic", "hush")
TURNED = ("p", "master", "orbit", "turn", "morph", "drift", "home", "undo", "redo")
KEPT = ("freeze", "thaw", "keep", "store", "save", "record", "learn", "kit")
TIMED = ("seq", "tempo", "tap", "transport")
ALLOWED = frozenset(PLAYED + TURNED + KEPT + TIMED)
_ADDRESS = re.compile(r"/([a-z]+)(?:/[A-Za-z0-9_][A-Za-z0-9_.-]{0,39}){0,4}")

Message = tuple[str, list[str | int | float]]


class NotAllowed(ValueError):
    """A page sent what it may not, or what is no message; the words say what."""


def read_messages(text: str | bytes) -> list[Message]:
    """The messages of one frame: one, or a list of them. Errors: ``NotAllowed``."""
    if isinstance(text, bytes):
        raise NotAllowed("a message is text")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise NotAllowed("a message is not JSON") from None
    if not isinstance(told, list) or not told:
        raise NotAllowed("a message is a list: [address, argument, ...]")
    many = told if isinstance(told[0], list) else [told]
    if len(many) > MAX_AT_ONCE:
        raise NotAllowed(f"there are more than {MAX_AT_ONCE} messages in one frame")
    return [_message(one) for one in many]


def to_osc(message: Message) -> bytes:
    """The same as OSC. Errors: ``NotAllowed`` for a number that it cannot hold."""
    try:
        return encode(*message)
    except ValueError as error:
        raise NotAllowed(str(error)) from None


def to_json(messages: Sequence[Sequence[object]]) -> str:
    """What an instrument told, for a page: floats as short as they were, bytes as numbers."""
    return json.dumps([[_plain(part) for part in one] for one in messages], separators=(",", ":"))


def _message(one: object) -> Message:
    if not isinstance(one, list) or not one or not isinstance(one[0], str):
        raise NotAllowed("a message is a list: [address, argument, ...]")
    address, args = one[0], one[1:]
    found = _ADDRESS.fullmatch(address)
    if not found or found[1] not in ALLOWED:
        raise NotAllowed(f"a page may not send {address[:40]!r}")
    if len(args) > MAX_ARGS or not all(map(_is_argument, args)):
        raise NotAllowed(f"what came with {address} are not {MAX_ARGS} numbers and short texts")
    return address, args


def _is_argument(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_STRING and (value.isprintable())
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) < 2**53


def _plain(part: object) -> object:
    if isinstance(part, float):
        return float(f"{part:.7g}") if math.isfinite(part) else None  # OSC's floats have 7 digits
    return list(part) if isinstance(part, bytes) else part
