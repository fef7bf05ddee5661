"""What the instrument has told: its state, so that a page that comes later has the whole of it."""

from collections import deque
from collections.abc import Iterable, Iterator

Told = tuple[str, list[object]]  # address, arguments
Key = tuple[object, ...]

STATUS = "/feed/status"
GONE = "/seq/gone"
# How many of a message's arguments name what it is of; the rest is the state of that.
_NAMED_BY = {
    "/seq/step": 3, "/seq/track": 2, "/seq/pattern": 1, "/seq/mute": 1, "/seq/solo": 1,
    "/feed/pad": 1,
}  # fmt: skip
_OF_PATTERNS = ("/seq/step", "/seq/track", "/seq/pattern")
_PASSING = ("/feed/hit", "/feed/log", "/error", "/page/words", GONE)  # events, not state
_UNKEPT = ("/feed/scope", "/pong", "/sub/done", "/samples", "/list/done", "/sync/done", "/seq/done")


class Mirror:
    """The state, by what it is of. Thread: one."""

    def __init__(self) -> None:
        self._state: dict[Key, Told] = {}
        self._status: dict[str, object] = {}

    def take(self, told: Told) -> None:
        """Something was told."""
        address, args = told
        if address == STATUS:
            self._status |= zip(args[::2], args[1::2], strict=False)  # type: ignore[arg-type]
        elif address == GONE:
            self._forget(args)
        elif address not in _PASSING and address not in _UNKEPT:
            self._state[key_of(told)] = told

    def clear(self) -> None:
        """Another kit, another instrument: what was so is so no more."""
        self._state.clear()
        self._status.clear()

    def known(self, name: str) -> object:
        """A word of the status, None if it was not told."""
        return self._status.get(name)

    def whole(self) -> Iterator[Told]:
        """All there is to know, in the order in which it was told first."""
        if self._status:
            yield STATUS, [part for pair in self._status.items() for part in pair]
        yield from self._state.values()

    def _forget(self, args: list[object]) -> None:
        gone = [
            key for key in self._state
            if key[0] in _OF_PATTERNS and list(key[1 : 1 + len(args)]) == args
        ]  # fmt: skip
        for key in gone:
            del self._state[key]


class Outbox:
    """What a page has still to be told: the latest of a state, every event, none too many."""

    def __init__(self, most: int = 256) -> None:
        self._latest: dict[Key, Told] = {}
        self._passing: deque[Told] = deque(maxlen=most)

    def put(self, told: Told) -> None:
        """Tell this the next time."""
        if told[0] in _PASSING or told[0] == STATUS:
            self._passing.append(told)
        else:
            key = key_of(told)
            self._latest.pop(key, None)  # to the end: order tells tracks from their steps
            self._latest[key] = told

    def fill(self, many: Iterable[Told]) -> None:
        """Tell all this the next time."""
        for told in many:
            self.put(told)

    def take(self) -> list[list[object]]:
        """What is to be told now, as ``[address, argument, ...]``."""
        told = [*self._passing, *self._latest.values()]
        self._passing.clear()
        self._latest.clear()
        return [[address, *args] for address, args in told]


def key_of(told: Told) -> Key:
    """What a message is about: a later one of the same key replaces it."""
    address, args = told
    if address.startswith("/list/"):
        return address, *args[:1]
    return address, *args[: _NAMED_BY.get(address, 0)]
