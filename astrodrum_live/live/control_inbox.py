"""What is obeyed next. Of a controller that floods, only the latest of each turn."""

from collections import deque
from collections.abc import Callable

from astrodrum_live.control.events import Event
from astrodrum_live.now import now_ns

Posted = tuple[Event, int, int | None]  # event, arrival_ns, due_ns
Raw = tuple[bytes, int] | tuple[bytes, int, str]  # MIDI message, arrival_ns, name of the port
Item = Posted | Raw
Key = tuple[int, int, str]  # status byte, controller, port

TURN_NS = 5_000_000  # no ramp of the table is shorter than 10 ms: finer steps would not be heard
_CONTROL_CHANGE, _MODES = 0xB0, 120  # from 120 on they are orders, not positions


class ControlInbox:
    """From the ports' threads to whichever obeys, in order of arrival. A ``control.relay.Line``.

    A controller obeyed less than a turn ago waits until the turn is over, and whatever comes of it
    meanwhile replaces it: 5,000 messages a second become 200 (an e-kit's pedal, CC 4, is the
    commonest message of all). Anything else that arrives is obeyed at once, and what waits just
    before it: a note finds every controller as it stood. ``superseded`` counts what was replaced.
    Thread: ``put`` and ``bool`` any, they never wait; the rest one at a time.
    """

    def __init__(self, clock: Callable[[], int] = now_ns) -> None:
        self.superseded = 0
        self.due_ns: int | None = None  # when the first of those that wait has its turn
        self._clock = clock
        self._arrived: deque[Item] = deque()
        self._ready: deque[Item] = deque()
        self._held: dict[Key, tuple[Raw, int]] = {}  # and when it has its turn; the first is first
        self._obeyed_ns: dict[Key, int] = {}

    def put(self, item: Item) -> None:
        """Append."""
        self._arrived.append(item)

    def passes(self, item: Item) -> bool:
        """Whether it would be obeyed at once if it were the only one that is there."""
        return not self._held and _controller(item) is None

    def put_back(self, *items: Item) -> None:
        """These are obeyed next."""
        self._ready.extendleft(reversed(items))

    def __bool__(self) -> bool:
        return bool(self._arrived or self._ready)

    @property
    def idle(self) -> bool:
        """Whether no controller waits for its turn either."""
        return not (self._arrived or self._ready or self._held)

    def peek(self) -> Item | None:
        """The next to obey, if there is one."""
        while not self._ready and self._arrived:
            self._sort(self._arrived.popleft())
        if not self._ready and self.due_ns is not None:
            self._release_due(self._clock())
        return self._ready[0] if self._ready else None

    def pop(self) -> Item:
        """Take it."""
        return self._ready.popleft()

    def release(self) -> None:
        """Nothing waits any more: it is ready."""
        for key in list(self._held):
            self._obey(key)

    def _release_due(self, at_ns: int) -> None:
        for key, (_, due_ns) in list(self._held.items()):
            if due_ns <= at_ns:
                self._obey(key)
                self._obeyed_ns[key] = due_ns

    def _sort(self, item: Item) -> None:
        key = _controller(item)
        if key is None:
            if self._held:
                self.release()
            self._ready.append(item)
            return
        if key in self._held:
            self.superseded += 1
            due_ns = self._held[key][1]
        else:
            due_ns = self._clock() + TURN_NS
        self._held[key] = item, due_ns  # type: ignore[assignment]
        if item[1] - self._obeyed_ns.get(key, item[1] - TURN_NS) >= TURN_NS:
            self._obey(key)
        else:
            self._look_at_the_time()

    def _obey(self, key: Key) -> None:
        message, _ = self._held.pop(key)
        self._obeyed_ns[key] = message[1]
        self._ready.append(message)
        self._look_at_the_time()

    def _look_at_the_time(self) -> None:
        self.due_ns = next(iter(self._held.values()))[1] if self._held else None


def _controller(item: Item) -> Key | None:
    """Which controller was moved; None for all that is not a position of one."""
    if not isinstance(item[0], bytes) or len(item[0]) != 3:
        return None
    status, number = item[0][:2]
    if status & 0xF0 != _CONTROL_CHANGE or number >= _MODES:
        return None
    return status, number, str(item[2]) if len(item) == 3 else ""
