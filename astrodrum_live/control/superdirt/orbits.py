"""The effects of orbits: what every event says of them, and what of it is news."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from astrodrum_live.control.superdirt.reading import Values, given
from astrodrum_live.control.superdirt.timeline import Timeline
from astrodrum_live.params import ORBIT_PARAMS

_BELONG_TO = {
    "size": "room",
    "dry": "room",
    "delaytime": "delay",
    "delayfeedback": "delay",
    "lock": "delay",
}
Turn = tuple[str, float, int]  # row, value, when


class Orbits:
    """Remembers what was wanted of each orbit and when, so that only changes are posted.

    ``kit``: for each orbit, the kit's value of every row. ``value``: what a row of an orbit is
    now: its cycles may have gone with the transport's tempo. Thread: one at a time.
    """

    def __init__(
        self, kit: Sequence[Mapping[str, float]], value: Callable[[int, str], float]
    ) -> None:
        self._kit, self._value = kit, value
        self._lines: dict[tuple[int, str], Timeline] = {}

    def turns(self, orbit: int, values: Values, ns: int) -> Iterator[Turn]:
        """What has to be turned on ``orbit`` for an event at ``ns`` with these keys.

        An event without ``room`` or ``delay`` takes its orbit's send back to the kit's, and leaves
        the echo that still sounds as it is; with one, what belongs to it is as given, or the kit's.
        """
        for row in ORBIT_PARAMS:
            default = self._kit[orbit][row.name]
            wanted = given(values, row.name)
            if wanted is not None:
                value = row.clamp(wanted)
            elif row.name in ("room", "delay") or _BELONG_TO.get(row.name) in values:
                value = default
            else:
                continue
            news = list(self._news(orbit, row.name, value, default, ns))
            if row.name == "cps" and not news and self._value(orbit, "cps") != value:
                news = [(ns, value)]
            for when, level in news:
                yield row.name, level, when

    def _news(
        self, orbit: int, row: str, value: float, default: float, ns: int
    ) -> Iterator[tuple[int, float]]:
        """A change at ``ns``; and one after it that was no news before this one came between: an
        event sent a whole cycle ahead is told before those that sound sooner."""
        line = self._lines.setdefault((orbit, row), Timeline(default))
        before, after = line.at(ns), line.after(ns)
        line.set(ns, value)
        if value == before:
            return
        yield ns, value
        if after and after[1] == before:
            yield after
