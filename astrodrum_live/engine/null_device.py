"""A device for machines without one: a clock calls the callback, and nobody listens."""

import threading
import time

import numpy as np

from astrodrum_live.engine.engine import Engine
from astrodrum_live.now import now_ns
from astrodrum_live.urgency import DEVICE, raise_priority, wake_sharply

CATCHES_UP_S = 0.5  # of a longer stall nothing is made up for, as no sound card does


class NullDevice:
    """Calls the engine every ``block`` frames of real time, as punctual as a Python thread is.

    Thread: see ``Device``; the clock is a thread of its own. Realtime-safe: no.
    """

    def __init__(self, engine: Engine) -> None:
        self.name = "null (no sound; a clock)"
        self.rate = engine.config.rate
        self.block = engine.config.block
        self.latency_s = 0.0
        self.realtime = False
        self._engine = engine
        self._out = np.empty((self.block, 2), np.float32)
        self._stop, self._running = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="null-device", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._running.wait()

    def close(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        """Blocks are due on a fixed grid; after a stall they follow each other until caught up, but
        after a sleep of the machine the grid begins anew."""
        self.realtime = raise_priority(0, DEVICE)
        wake_sharply()
        self._running.set()
        began_ns = now_ns()
        blocks = 0
        while not self._stop.is_set():
            due_ns = began_ns + blocks * self.block * 1_000_000_000 // self.rate
            wait_s = (due_ns - now_ns()) * 1e-9
            if wait_s > 0:
                time.sleep(wait_s)
            elif wait_s < -CATCHES_UP_S:
                began_ns, blocks = now_ns(), 0
            self._engine.call_back(self._out)
            blocks += 1
