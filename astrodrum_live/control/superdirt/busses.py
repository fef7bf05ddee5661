"""Control busses: values that patterns send apart from their events, as ``"c12"`` in these."""

import re
from collections.abc import Sequence

from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.superdirt.timeline import Timeline

HANDED_OUT = 128  # told in the handshake, as themselves: Tidal 1.7 sends raw numbers
_KNOWN = 1024
_NAME = re.compile(r"c(\d{1,4})", re.ASCII)


def has_bus(pairs: Sequence[object]) -> bool:
    """Whether a value of ``key value key value ...`` is the name of a bus."""
    return any(isinstance(value, str) and _NAME.fullmatch(value) for value in pairs[1::2])


class Busses:
    """Each bus by its number, 0..1023, with its recent and coming values. Thread: one at a time."""

    def __init__(self) -> None:
        self._lines: dict[int, Timeline] = {}

    def set(self, pairs: Sequence[object], ns: int) -> int:
        """``bus value bus value ...`` from ``ns`` on; how many of the pairs could be read."""
        read = 0
        for bus, value in zip(pairs[::2], pairs[1::2], strict=False):
            index, level = number(bus), number(value)
            if index is not None and level is not None and 0 <= index < _KNOWN:
                self._lines.setdefault(int(index), Timeline()).set(ns, level)
                read += 1
        return read

    def value(self, name: str, ns: int) -> float | None:
        """What bus ``"c12"`` has at ``ns``; None for other words and busses nobody has set."""
        match = _NAME.fullmatch(name)
        line = self._lines.get(int(match[1])) if match else None
        return line.at(ns) if line else None
