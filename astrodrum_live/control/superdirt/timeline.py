"""A value that changes at known times, told in any order."""

from bisect import bisect_right

_SIZE = 256  # changes kept: a bus of Tidal's has 20 a second, at most a cycle ahead


class Timeline:
    """``first`` until the first change. When there are too many changes the oldest is forgotten."""

    def __init__(self, first: float | None = None) -> None:
        self._first = first
        self._times: list[int] = []
        self._values: list[float] = []

    def at(self, ns: int) -> float | None:
        """The value that holds at ``ns``."""
        place = bisect_right(self._times, ns)
        return self._values[place - 1] if place else self._first

    def after(self, ns: int) -> tuple[int, float] | None:
        """The next change later than ``ns``."""
        place = bisect_right(self._times, ns)
        return (self._times[place], self._values[place]) if place < len(self._times) else None

    def set(self, ns: int, value: float) -> None:
        """From ``ns`` until the next change it is ``value``."""
        place = bisect_right(self._times, ns)
        if place and self._times[place - 1] == ns:
            self._values[place - 1] = value
            return
        self._times.insert(place, ns)
        self._values.insert(place, value)
        if len(self._times) > _SIZE:
            self._first = self._values.pop(0)
            self._times.pop(0)
