"""The mix as it leaves: recorded when a player says so, and listened to; one ring, one reader."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from astrodrum_live.config import TAP_FRAMES
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.recorder import Recorder, RecordError
from astrodrum_live.places import user_folder


class Tape:
    """Owns the callback's tap. ``log`` gets plain lines. Thread: any. Realtime-safe: no."""

    def __init__(self, engine: Engine, log: Callable[[str], None]) -> None:
        self.recorder: Recorder | None = None
        self.listening = False
        self._engine, self._log = engine, log
        self._header = engine.memory.header[0]
        self._lock = threading.Lock()
        self._whole = False  # recording since the first frame, to the end

    def load(self, path: Path) -> Recorder:
        """A recorder to ``path``, to be started by whoever asked, that runs to the end.

        Errors: ``RecordError``.
        """
        self.recorder, self._whole = Recorder(self._engine, path, self._log), True
        return self.recorder

    def record(self, on: bool) -> None:
        """Begin a recording in the user's folder, or end it; in words what came of it."""
        with self._lock:
            if self._whole:
                self._log("this session is being recorded from its beginning to its end")
            elif on and self.recorder is None:
                self._begin()
            elif not on and self.recorder is not None:
                self._end()

    def words(self) -> str:
        """The name of the file that is being recorded, or nothing."""
        recorder = self.recorder
        return recorder.path.name if recorder else ""

    def listen(self, wanted: bool) -> None:
        """From now on ``last`` has answers, or no more."""
        with self._lock:
            self.listening = wanted
            if self.recorder is None:
                self._header["tap_read"][0] = self._header["tap_write"][0]
                self._header["tapping"][0] = int(wanted)

    def last(self, frames: int) -> np.ndarray | None:
        """The newest frames of the mix, (frames, 2) float32; None before there are as many."""
        with self._lock:
            write = int(self._header["tap_write"][0])
            if not self.listening or write < frames:
                return None
            if self.recorder is None:
                self._header["tapping"][0] = 1
                self._header["tap_read"][0] = write
            return self._header["tap"][np.arange(write - frames, write) % TAP_FRAMES].copy()

    def close(self) -> None:
        """Finish what is being recorded."""
        with self._lock:
            if self.recorder:
                self.recorder.close()

    def _begin(self) -> None:
        name = time.strftime("%Y-%m-%d_%H-%M-%S.wav")
        try:
            recorder = Recorder(self._engine, user_folder("recorded") / name, self._log)
        except RecordError as error:
            self._log(str(error))
            return
        recorder.start()
        self.recorder = recorder
        self._log(f"recording to {recorder.path}")

    def _end(self) -> None:
        assert self.recorder is not None
        self.recorder.close()
        self._log(f"recorded {self.recorder.seconds:.1f} s to {self.recorder.path}")
        self.recorder = None
        self._header["tap_read"][0] = self._header["tap_write"][0]
        self._header["tapping"][0] = int(self.listening)
