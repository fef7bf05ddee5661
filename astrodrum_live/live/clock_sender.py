"""Sends MIDI clock: a thread that looks ahead, and sleeps until each message is due."""

import logging
import threading
import time
from collections.abc import Callable

from astrodrum_live.engine.engine import Engine
from astrodrum_live.now import now_ns
from astrodrum_live.transport.clock_out import ClockOut
from astrodrum_live.transport.transport import Transport

AHEAD_S = 0.01  # what is due within it is settled: a change of tempo comes after it
LOOK_S = 0.004

_LOG = logging.getLogger(__name__)


class ClockSender:
    """Sends the clock of ``transport`` by ``send``, each message when its beat is *heard*.

    ``wanted``: whether any is to be sent now. ``latency_ns``: from rendering to loudspeaker.
    Thread: its own, from ``start`` to ``close``.
    """

    def __init__(
        self,
        engine: Engine,
        transport: Transport,
        send: Callable[[bytes], None],
        wanted: Callable[[], bool],
        latency_ns: Callable[[], int],
    ) -> None:
        self._engine, self._send, self._wanted = engine, send, wanted
        self._latency_ns = latency_ns
        self._frame_ns = 1e9 / engine.config.rate
        self._ahead = round(AHEAD_S * engine.config.rate)
        self._clock = ClockOut(transport)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock-out", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def close(self) -> None:
        """End; who listens is told to stop. Harmless if never started."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                self._look()
            except Exception:
                _LOG.exception("sending MIDI clock failed; it goes on")
        for message in self._clock.end():
            self._send(message)

    def _look(self) -> None:
        if not self._wanted():
            for message in self._clock.end():
                self._send(message)
            return
        at_ns = now_ns()
        frame = self._engine.frame_at(at_ns - self._latency_ns())  # which is heard now
        if frame < 0:
            return
        for due, message in self._clock.due(round(frame), round(frame) + self._ahead):
            wait_ns = at_ns + (due - frame) * self._frame_ns - now_ns()
            if wait_ns > 0:
                time.sleep(wait_ns / 1e9)
            self._send(message)
