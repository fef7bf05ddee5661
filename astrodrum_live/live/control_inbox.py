"""What the control thread obeys next. Of a controller that floods, only the latest of each turn."""

import queue
from collections import deque

from astrodrum_live.control.events import Event

Posted = tuple[Event, int, int | None]  # event, arrival_ns, due_ns
Raw = tuple[bytes, int] | tuple[bytes, int, str]  # MIDI message, arrival_ns, name of the port
Item = Posted | Raw | None
Key = tuple[int, int, str]  # status byte, controller, port

TURN_NS = 5_000_000  # no ramp of the table is shorter than 10 ms: finer steps would not be heard
_CONTROL_CHANGE, _MODES = 0xB0, 120  # from 120 on they are orders, not positions


class ControlInbox:
    """From the ports' threads to the one that obeys, in order of arrival.

    A controller obeyed less than a turn ago waits until the turn is over, and whatever comes of it
    meanwhile replaces it: 5,000 messages a second become 200 (MIDI.md: CC4 is the commonest
    message of all). Anything else that arrives is obeyed at once, and what waits just before it:
    a note finds every controller as it stood. ``superseded`` counts what was replaced.
    Thread: ``put`` from any, it never waits; ``get`` from one.
    """

    def __init__(self) -> None:
        self.superseded = 0
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._ready: deque[Item] = deque()
        self._held: dict[Key, Raw] = {}
        self._obeyed_ns: dict[Key, int] = {}

    def put(self, item: Item) -> None:
        """Append; None is the end."""
        self._queue.put(item)

    def get(self) -> Item:
        """The next to obey; waits for it."""
        while not self._ready:
            try:
                item = self._queue.get(timeout=TURN_NS / 1e9 if self._held else None)
            except queue.Empty:
                self._release()
            else:
                self._take(item)
        return self._ready.popleft()

    def _take(self, item: Item) -> None:
        key = _controller(item)
        if key is None or item is None:
            self._release()
            self._ready.append(item)
            return
        self.superseded += self._held.pop(key, None) is not None
        self._held[key] = item  # type: ignore[assignment]
        if item[1] - self._obeyed_ns.get(key, item[1] - TURN_NS) >= TURN_NS:
            self._obey(key)

    def _release(self) -> None:
        for key in list(self._held):
            self._obey(key)

    def _obey(self, key: Key) -> None:
        message = self._held.pop(key)
        self._obeyed_ns[key] = message[1]
        self._ready.append(message)


def _controller(item: Item) -> Key | None:
    """Which controller was moved; None for all that is not a position of one."""
    if item is None or not isinstance(item[0], bytes) or len(item[0]) != 3:
        return None
    status, number = item[0][:2]
    if status & 0xF0 != _CONTROL_CHANGE or number >= _MODES:
        return None
    return status, number, str(item[2]) if len(item) == 3 else ""
