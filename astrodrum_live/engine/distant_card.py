"""A sound card that a process of its own looks for, opens and plays: the way back to a lost one."""

import json
import threading
from collections.abc import Callable, Sequence

from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.outputs import Wish
from astrodrum_live.engine.pulse import Pulse
from astrodrum_live.now import now_ns
from astrodrum_live.piped_process import PipedProcess

START_S = 3.0  # how long a device that was opened may take to start
CLOSE_S = 0.4  # all that closes shall be closed within a second


class DistantCard:
    """Looks for the ``wishes``, the dearest first, until one is there and opens at the engine's
    rate; then it is a ``Device`` like any. ``log`` gets the words of those that refuse.

    Unlike a stream of our own it can always be ended: no callback of a process that was killed
    comes back. Thread: one, and not the callback's. Realtime-safe: no.
    """

    def __init__(self, engine: Engine, wishes: Sequence[Wish], log: Callable[[str], None]) -> None:
        self.name = ""
        self.rate, self.block = engine.config.rate, engine.config.block
        self.latency_s = 0.0
        self.realtime = False
        self.found: int | None = None  # the place of the wish that waits for the start
        self._engine, self._log = engine, log
        self._started = threading.Event()
        self._answered = threading.Event()
        self._pulse: Pulse | None = None
        wanted = json.dumps([wish.as_dict() for wish in wishes])
        arguments = ["--memory", engine.memory.name, "--wishes", wanted]
        arguments += ["--rate", str(self.rate), "--block", str(self.block)]
        self._process = PipedProcess(
            "astrodrum_live.engine.card_process",
            arguments,
            "card",
            self._take,
            self._answered.set,
        )

    def start(self) -> None:
        """Let the found device play. Errors: ``DeviceError`` if it does not."""
        self._pulse = Pulse(lambda: self._engine.counters()["blocks"], now_ns)
        self._process.tell("start")
        self._answered.wait(START_S)
        if not self._started.is_set():
            raise DeviceError(f"'{self.name}' does not start")

    def alive(self) -> bool:
        """While it looks: whether it still does. Later: whether blocks come."""
        looks = self._process.popen.poll() is None
        return looks and (self._pulse is None or self._pulse.beats())

    def close(self) -> None:
        """End the process, and return when no callback of it runs any more. Again: nothing."""
        self._process.close(CLOSE_S)

    def _take(self, status: dict) -> None:
        if "refused" in status:
            self._log(str(status["refused"]))
        if "found" in status:
            self.name, self.latency_s = str(status["name"]), float(status["latency_s"])
            self.found = int(status["found"])
        if "started" in status:
            self.realtime = bool(status.get("realtime"))
            if status["started"]:
                self._started.set()
            self._answered.set()
