"""Names of MIDI ports that stay: from day to day, from look to look, and for twins."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import count

from astrodrum_live.control.midi_system import MidiPortError
from astrodrum_live.params import nearest

Key = tuple[str, int]  # as the system names it, and which of those that it names so

_ALSA_NUMBERS = re.compile(r" \d+:\d+$")


class PortNames:
    """Gives ports their names, without ALSA's client and port numbers, which change at every
    plugging-in, and keeps them: a twin stays ``#2`` when its brother is pulled out.

    Thread: one at a time.
    """

    def __init__(self) -> None:
        self._known: dict[Key, str] = {}

    def of(self, raw: list[str]) -> dict[Key, str]:
        """Name every port of the system's list, in its order; names of ports gone are free again.

        What comes takes the first name that is free, so that a device that is plugged in again is
        called as before.
        """
        keys = port_keys(raw)
        kept = {key: self._known[key] for key in keys if key in self._known}
        taken = set(kept.values())
        for index, key in enumerate(keys):
            if key not in kept:
                kept[key] = _free(_ALSA_NUMBERS.sub("", raw[index]), taken)
                taken.add(kept[key])
        self._known = kept
        return {key: kept[key] for key in keys}


def port_keys(raw: Iterable[str]) -> list[Key]:
    """What tells the ports of one list apart."""
    seen: Counter[str] = Counter()
    keys = []
    for name in raw:
        keys.append((name, seen[name]))
        seen[name] += 1
    return keys


def matching(wanted: str, names: list[str], kind: str = "input") -> list[str]:
    """The ports with ``wanted`` in their name, in any case. Errors: ``MidiPortError``, listing."""
    hits = [name for name in names if wanted.lower() in name.lower()]
    if not hits:
        there = ", ".join(f"'{name}'" for name in names) or "none at all"
        hint = nearest(wanted, names)
        raise MidiPortError(f"no MIDI {kind} '{wanted}'{hint}; there are: {there}")
    return hits


def _free(base: str, taken: set[str]) -> str:
    if base not in taken:
        return base
    return next(name for n in count(2) if (name := f"{base} #{n}") not in taken)
