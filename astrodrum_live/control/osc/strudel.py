"""Strudel's OSC over WebSocket: JSON text in the place of OSC's bytes (@strudel/osc 1.3).

``{"address": "/dirt/play", "args": [key, value, ...], "timestamp": Unix ms, "host"?, "port"?}``.
Its own ``server.js`` makes OSC of it through osc.js, where every number is a float32, and a
boolean a tag without data; so do we, or a pattern would sound different through it.
"""

import json
import math
import struct
from collections.abc import Collection, Sequence

from astrodrum_live.control.osc.endpoint import is_local
from astrodrum_live.control.osc.packet import (
    MAX_ADDRESS,
    MAX_ARGS,
    MAX_DEPTH,
    OscMessage,
    OscPacket,
)
from astrodrum_live.control.osc.reply import OscReply

_TYPED = ("s", "i", "h", "f", "d")  # {"type": "f", "value": 0.5}: osc.js takes this for 0.5 too
_LATEST_MS = 1e14  # the year 5138: beyond it a time stamp is noise, and an integer of ns huge


def decode_json(text: str, ports: Collection[int]) -> OscPacket:
    """The message of one text frame. Never raises. Thread: any.

    ``ports``: ours; what Strudel's ``.oscport()`` or ``.oschost()`` sends elsewhere is a problem.
    """
    try:
        return OscPacket([_message(text, ports)], size=len(text))
    except RecursionError:
        return OscPacket(problems=["a WebSocket text is nested too deeply"])
    except ValueError as error:  # json's own too
        return OscPacket(problems=[f"a WebSocket text is not Strudel's JSON: {error}"])


def encode_json(reply: OscReply) -> str:
    """A reply in the same dialect."""
    args = [value.hex() if isinstance(value, bytes) else value for value in reply.args]
    return json.dumps({"address": reply.address, "args": args})


def _message(text: str, ports: Collection[int]) -> OscMessage:
    told = json.loads(text)
    if not isinstance(told, dict) or not isinstance(told.get("address"), str):
        raise ValueError("it has no address")
    address, args = told["address"], told.get("args", [])
    if not 0 < len(address) <= MAX_ADDRESS or not address.isprintable():
        raise ValueError("its address is not one")
    if not isinstance(args, list) or len(args) > MAX_ARGS:
        raise ValueError(f"the args of {address} are not a list of at most {MAX_ARGS}")
    host, port = told.get("host", "localhost"), told.get("port")
    if not is_local(str(host)) or (port is not None and port not in ports):
        where = f"{host}:{port}" if port is not None else host
        raise ValueError(f"{address} is for {where}, which is not ours")
    return OscMessage(address, tuple(_value(arg, 0) for arg in args), _due(told.get("timestamp")))


def _value(value: object, depth: int) -> object:
    """As osc.js would send it; what it could not send keeps its place, or pairs would shift."""
    if isinstance(value, str):  # JSON may hold half a character, which no other client can read
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return _float32(value)
    if isinstance(value, Sequence) and depth < MAX_DEPTH:
        return [_value(inner, depth + 1) for inner in value]
    if isinstance(value, dict) and value.get("type") in _TYPED and depth < MAX_DEPTH:
        return _value(value.get("value"), MAX_DEPTH)
    return None


def _float32(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.inf


def _due(timestamp: object) -> int | None:
    """Unix ms to Unix ns; None, which is now, for what is no time."""
    if isinstance(timestamp, bool) or not isinstance(timestamp, int | float):
        return None
    if not 0 < timestamp < _LATEST_MS:
        return None
    whole_ms = int(timestamp)  # apart: a double has no room for nanoseconds since 1970
    return whole_ms * 1_000_000 + round((timestamp - whole_ms) * 1e6)
