"""Writes what is played to a WAV file, from a ring the callback fills; the disk may be slow."""

import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from astrodrum_live.config import TAP_FRAMES
from astrodrum_live.engine.engine import Engine

POLL_S = 0.05
CHUNK_FRAMES = 1 << 14
FULL_BYTES = 6 * CHUNK_FRAMES  # what is free on a full disk is less than was to be written


class RecordError(OSError):
    """The file cannot be written."""


class Recorder:
    """Records the mix to a 24-bit WAV. When the disk fails, what was written is kept and valid.

    ``log`` gets plain lines. Errors: ``RecordError`` if the file cannot be opened.
    Thread: create, start and close from one; a thread of its own writes. Realtime-safe: no.
    """

    def __init__(self, engine: Engine, path: Path, log: Callable[[str], None]) -> None:
        import soundfile

        self.path = path
        self.frames = 0
        self.first = 0  # of the tap's frames
        self._engine = engine
        self._lost_before = 0  # blocks, which others recorded or listened to
        self._header = engine.memory.header[0]
        self._log = log
        self._rate = engine.config.rate
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb"):  # libsndfile would not say why it cannot
                pass
            self._file = soundfile.SoundFile(
                path, "w", samplerate=self._rate, channels=2, subtype="PCM_24", format="WAV"
            )
        except (OSError, soundfile.LibsndfileError) as error:
            why = getattr(error, "strerror", None) or error
            raise RecordError(f"cannot record to {path}: {why}") from None
        # soundfile asserts that all was written: that is how a full disk shows.
        self._failure = (OSError, soundfile.LibsndfileError, AssertionError)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    @property
    def seconds(self) -> float:
        """Length of what is on disk."""
        return self.frames / self._rate

    def start(self) -> None:
        """Record from now on."""
        self.first = int(self._header["tap_write"][0])
        self._header["tap_read"][0] = self.first
        self._lost_before = self._lost()
        self._header["tapping"][0] = 1
        self._thread.start()

    def close(self) -> None:
        """Write what is left and finish the file."""
        self._header["tapping"][0] = 0
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        else:  # never started, or ended by a full disk: closing again is harmless
            self._finish()

    def _run(self) -> None:
        try:
            while not self._stop.wait(POLL_S):
                self._drain()
            self._drain()
        except self._failure as error:
            self._header["tapping"][0] = 0
            why = self._why(error)
            self._log(f"recording stopped after {self.seconds:.1f} s, kept in {self.path}: {why}")
        finally:
            self._finish()
            self._tell_gaps()

    def _why(self, error: Exception) -> str:
        """In words; libsndfile calls a full disk a system error, or says nothing."""
        with suppress(OSError):
            if shutil.disk_usage(self.path.parent).free < FULL_BYTES:
                return "the disk is full"
        return str(error) or "the disk is full"

    def _tell_gaps(self) -> None:
        if lost := self._lost() - self._lost_before:
            stall_s = TAP_FRAMES / self._rate
            self._log(f"{self.path} lacks {lost} blocks: the disk was too slow for {stall_s:.0f} s")

    def _lost(self) -> int:
        """Blocks that found the tap's ring full, since the engine began."""
        return self._engine.counters()["tap_full"]

    def _finish(self) -> None:
        try:
            self._file.close()
        except self._failure as error:
            self._log(f"{self.path} could not be finished: {error}")

    def _drain(self) -> None:
        read, write = int(self._header["tap_read"][0]), int(self._header["tap_write"][0])
        while read < write:
            frames = min(write - read, CHUNK_FRAMES, TAP_FRAMES - read % TAP_FRAMES)
            first = read % TAP_FRAMES
            self._file.write(np.asarray(self._header["tap"][first : first + frames]))
            read += frames
            self.frames += frames
            self._header["tap_read"][0] = read
