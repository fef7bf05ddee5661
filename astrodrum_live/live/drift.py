"""Pads that wander: where each is on its drift, bar by bar, and how it is moved there."""

import logging
import math
import threading
from collections.abc import Callable

import numpy as np

from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.planner import LOW
from astrodrum_live.params import EXCURSIONS, MAX_PADS
from astrodrum_live.transport.transport import Transport

STEPS = 32  # to an excursion: what differs less is hardly another sound
STILL_BARS = 0.5  # a second, where no transport runs: 120 BPM
LOOK_S = 0.05

_LOG = logging.getLogger(__name__)


class Drift:
    """Moves the row ``wander`` of the pads of ``engine`` whose row ``drift`` is not 0.

    ``bar_at``: bars played at a frame, None while no transport runs. Where a pad is follows from
    its rows and the bar alone, and the row says it: every hit can be made again from its own.
    Thread: any for ``home`` and ``step``; the rest one at a time. Realtime-safe: no.
    """

    def __init__(
        self, engine: Engine, bar_at: Callable[[int], float | None] = lambda frame: None
    ) -> None:
        self._engine, self._bar_at = engine, bar_at
        self._lock = threading.Lock()
        self._at_home: dict[int, int] = {}  # pads that stay there, and for which excursion
        self._moved_at: dict[int, np.ndarray] = {}

    def place(self, pad: int, frame: int) -> float:
        """Where ``pad`` is at ``frame``, as its row ``wander`` says it: excursions, in steps."""
        gone = self._excursions(pad, frame)
        if self._at_home.get(pad) == math.floor(gone):
            return math.floor(gone) % EXCURSIONS
        self._at_home.pop(pad, None)
        return math.floor(gone * STEPS) / STEPS % EXCURSIONS

    def is_off(self, pad: int, frame: int) -> bool:
        """Whether a pad drifts and is not where it should be at ``frame``."""
        drifts = self._engine.value(pad, "drift") > 0.0
        return drifts and self._engine.value(pad, "wander") != self.place(pad, frame)

    def move(self, pad: int, frame: int) -> None:
        """Have it there."""
        self._engine.post_set(pad, "wander", self.place(pad, frame))

    def home(self, pad: int | None, frame: int) -> None:
        """``pad`` (None: all) is at home from the next hits on, until the next excursion begins."""
        with self._lock:
            for one in range(MAX_PADS) if pad is None else (pad,):
                if self._engine.value(one, "drift") > 0.0:
                    self._at_home[one] = math.floor(self._excursions(one, frame))
                    if self.is_off(one, frame):
                        self.move(one, frame)

    def step(self) -> None:
        """Move the pads that are off; but none that has not been struck since its last move, or
        has not the hits yet that it was to get: what the generator cannot serve is left out."""
        frame, rings = self._engine.frame, self._engine.rings
        if not any(self._engine.value(pad, "drift") for pad in range(MAX_PADS)):
            return
        fresh, struck = rings.ready_of(rings.epochs()), rings.struck()
        with self._lock:
            for pad in range(MAX_PADS):
                before = self._moved_at.get(pad)
                played = before is None or bool((struck[pad] != before).any())
                if played and int(fresh[pad].min()) >= LOW and self.is_off(pad, frame):
                    self._moved_at[pad] = struck[pad]
                    self.move(pad, frame)

    def _excursions(self, pad: int, frame: int) -> float:
        bars = self._bar_at(frame)
        if bars is None:
            bars = frame / self._engine.config.rate * STILL_BARS
        return bars / self._engine.value(pad, "drift_bars")


def bars_of(transport: Transport) -> Callable[[int], float | None]:
    """Bars played at a frame, None while ``transport`` stands."""

    def bar_at(frame: int) -> float | None:
        now = transport.snapshot()
        if not now.playing:
            return None
        bar, beat = now.bar_at(frame)
        return float(bar + beat / now.beats_per_bar)

    return bar_at


class DriftThread:
    """Calls ``step`` now and then. Thread: start and close from one."""

    def __init__(self, step: Callable[[], None]) -> None:
        self._step = step
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drift", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Move nothing more; returns when the thread has ended."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(LOOK_S):
            try:
                self._step()
            except Exception:  # a pad that cannot be moved must not end all drifting
                _LOG.exception("the drift failed; it goes on")
