"""What the engine says to the generator: the kit to make hits for, one JSON object a line."""

import json
import queue
import threading
from collections.abc import Iterable
from contextlib import suppress


class KitInbox:
    """Listens to ``lines`` in a thread of its own. Thread: ``latest`` from one."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._queue: queue.SimpleQueue[dict | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(lines,), daemon=True).start()

    def latest(self, wait_s: float) -> dict | None:
        """The newest message; an empty one if none came; None at the end."""
        message: dict | None = {}
        with suppress(queue.Empty):
            message = self._queue.get(timeout=wait_s) if wait_s > 0 else self._queue.get_nowait()
            while message is not None:
                message = self._queue.get_nowait()
        return message

    def _listen(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._queue.put(json.loads(line))
        self._queue.put(None)
