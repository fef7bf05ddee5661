"""Listens to what the callback gives, in the recorder's place: is every hit to be heard?"""

import threading

import numpy as np

from astrodrum_live.config import TAP_FRAMES
from astrodrum_live.engine.engine import Engine

POLL_S = 0.1
WITHIN_S = 0.02  # a hit has begun to be heard by then
HEARD = 1e-5  # -100 dBFS: a ghost note on a pad at -24 dB lies above
KEPT_S = 2.0


class Ear:
    """Hears ``engine``. ``silent``: hits about which nothing was to be heard, not that of others
    either. ``step``: the largest from a sample to the next. ``hits``, ``repeated``: of the log.

    Thread: create, start and close from one; its own listens.
    """

    def __init__(self, engine: Engine) -> None:
        self.hits = self.repeated = self.silent = 0
        self.step = 0.0
        self._engine = engine
        self._header = engine.memory.header[0]
        self._rate = engine.config.rate
        self._begin = 0  # frame of the first sample that is kept
        self._sound = np.zeros(0, np.float32)  # (n,): the louder of both channels
        self._last = np.zeros((1, 2), np.float32)
        self._waiting: list[np.void] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ear", daemon=True)

    def start(self) -> None:
        """Listen from now on. What was logged before is forgotten."""
        self._header["tap_read"][0] = self._header["tap_write"][0]
        self._header["tapping"][0] = 1
        self._begin = self._engine.frame  # right to a block
        self._engine.drain_played()
        self._thread.start()

    def close(self) -> None:
        """Hear to the end what has been played."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._header["tapping"][0] = 0

    def _run(self) -> None:
        while not self._stop.wait(POLL_S):
            self.listen()
        self.listen()

    def listen(self) -> None:
        """Take in what is new."""
        played = self._engine.drain_played()
        self.hits += len(played)
        self.repeated += int((played["repeated"] != 0).sum())
        self._waiting += list(played)
        self._hear()
        end = self._begin + len(self._sound)
        within = int(WITHIN_S * self._rate) + self._engine.config.block
        due = [hit for hit in self._waiting if hit["frame"] + within <= end]
        self._waiting = [hit for hit in self._waiting if hit["frame"] + within > end]
        for hit in due:
            first = int(hit["frame"]) - self._begin - self._engine.config.block
            if first + within > 0 and not self._is_heard(max(first, 0), first + within):
                self.silent += 1
        extra = len(self._sound) - int(KEPT_S * self._rate)
        if extra > 0:
            self._sound, self._begin = self._sound[extra:], self._begin + extra

    def _is_heard(self, first: int, last: int) -> bool:
        return bool((self._sound[first:last] > HEARD).any())

    def _hear(self) -> None:
        read, write = int(self._header["tap_read"][0]), int(self._header["tap_write"][0])
        index = np.arange(read, write) % TAP_FRAMES
        new = self._header["tap"][index]
        self._header["tap_read"][0] = write
        if len(new):
            together = np.concatenate([self._last, new])
            self.step = max(self.step, float(np.abs(np.diff(together, axis=0)).max()))
            self._last = new[-1:].copy()
            self._sound = np.concatenate([self._sound, np.abs(new).max(axis=1)])
