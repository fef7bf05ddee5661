"""``/feed/status``: the state in words and figures, ``{s key, value}``, whatever of it changed."""

from collections.abc import Callable, Mapping, Sequence

from astrodrum_live.now import now_ns

EVERY_NS = 500_000_000

Facts = Callable[[], Mapping[str, str | int | float]]


class StatusFeed:
    """A ``Feed`` of what ``facts`` tells, twice a second at most."""

    def __init__(self, facts: Facts, clock: Callable[[], int] = now_ns) -> None:
        self.watched = False
        self._facts, self._clock = facts, clock
        self._told: dict[str, str | int | float] = {}
        self._next_ns = 0

    def take(self) -> Sequence[Sequence[object]]:
        if self._clock() < self._next_ns:
            return []
        self._next_ns = self._clock() + EVERY_NS
        facts = dict(self._facts())
        changed = [pair for pair in facts.items() if self._told.get(pair[0]) != pair[1]]
        self._told = facts
        return [[part for pair in changed for part in pair]] if changed else []

    def restart(self) -> None:
        self._told, self._next_ns = {}, 0
