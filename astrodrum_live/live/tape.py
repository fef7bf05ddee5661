"""The mix as it leaves: recorded when a player says so, with the performance that it is of, and
listened to; one ring, one reader."""

import itertools
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from astrodrum_live.config import TAP_FRAMES
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.recorder import Recorder, RecordError
from astrodrum_live.live.performance import performance_path
from astrodrum_live.live.performance_writer import PerformanceWriter
from astrodrum_live.places import user_folder

_LOOKS, _LOOK_S = 16, 0.001


class Tape:
    """Owns the callback's tap. ``perform`` opens a performance file for a path, and ``tell`` then
    tells it the kits. ``log`` gets plain lines. Thread: any. Realtime-safe: no."""

    def __init__(
        self,
        engine: Engine,
        perform: Callable[[Path], PerformanceWriter],
        tell: Callable[[], None],
        log: Callable[[str], None],
    ) -> None:
        self.recorder: Recorder | None = None
        self.performance: PerformanceWriter | None = None
        self.listening = False
        self._engine, self._perform, self._tell, self._log = engine, perform, tell, log
        self._header = engine.memory.header[0]
        self._lock = threading.Lock()
        self._whole = False  # recording since the first frame, to the end

    def begin_whole(self, path: Path) -> None:
        """Record to ``path`` from the engine's first frame to the end. Before the device starts.

        Errors: ``RecordError``.
        """
        self._open(path)
        self._whole = True
        assert self.performance is not None
        assert self.recorder is not None
        self.performance.start()
        self.recorder.start()

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
        """The newest frames of the mix, (frames, 2) float32; None before there are as many, and
        while a recording begins or ends. Never waits: hits wait for who asks."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            write = int(self._header["tap_write"][0])
            if not self.listening or write < frames:
                return None
            if self.recorder is None:
                self._header["tapping"][0] = 1
                self._header["tap_read"][0] = write
            return self._header["tap"][np.arange(write - frames, write) % TAP_FRAMES].copy()
        finally:
            self._lock.release()

    def close(self) -> None:
        """Finish what is being recorded. After the device has stopped."""
        with self._lock:
            if self.recorder:
                self.recorder.close()
            if self.performance:
                self.performance.close(None if self._whole else self._recorded())

    def _open(self, path: Path) -> None:
        recorder = Recorder(self._engine, path, self._log)
        try:
            self.performance = self._perform(performance_path(path))
        except RecordError:
            recorder.close()
            raise
        self.recorder = recorder
        self._tell()

    def _begin(self) -> None:
        try:
            self._open(_free(user_folder("recorded")))
        except RecordError as error:
            self._log(str(error))
            return
        assert self.performance is not None
        assert self.recorder is not None
        self.performance.begin()
        self.recorder.start()
        self.performance.start(self._first_frame(self.recorder.first))
        self._log(f"recording to {self.recorder.path}")

    def _first_frame(self, tapped: int) -> int:
        """The engine's frame of the tap's frame ``tapped``, from which on all are tapped.

        The callback counts the tap's frames and then its own: seen in between, it seems to be
        earlier, and a block that was begun untapped makes it later once.
        """
        ahead = []
        for _ in range(_LOOKS):
            time.sleep(_LOOK_S)
            ahead.append(self._engine.frame - int(self._header["tap_write"][0]))
        return tapped + max(ahead)

    def _recorded(self) -> int:
        return self.recorder.frames if self.recorder else 0

    def _end(self) -> None:
        assert self.recorder is not None
        assert self.performance is not None
        self.recorder.close()
        self.performance.close(self.recorder.frames)
        self._log(f"recorded {self.recorder.seconds:.1f} s to {self.recorder.path}")
        self.recorder = self.performance = None
        self._header["tap_read"][0] = self._header["tap_write"][0]
        self._header["tapping"][0] = int(self.listening)


def _free(folder: Path) -> Path:
    """A file for a recording that begins now: two within a second are two."""
    name = time.strftime("%Y-%m-%d_%H-%M-%S")
    for number in itertools.count(1):
        path = folder / (f"{name}.wav" if number == 1 else f"{name}-{number}.wav")
        if not path.exists():
            return path
    raise AssertionError
