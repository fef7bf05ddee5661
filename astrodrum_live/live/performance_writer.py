"""Writes down what the callback obeys while a recording runs, so that it can be made again."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from astrodrum_live import __version__
from astrodrum_live.config import TAKE_SLOTS
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.recorder import RecordError
from astrodrum_live.generation.device_choice import default_threads
from astrodrum_live.generation.origin import MAKERS
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.live.command_words import standing, words_of
from astrodrum_live.live.performance import FORMAT, VERSION
from astrodrum_live.params import PAD_PARAMS

POLL_S = 0.05
_HIT_ROWS = [index for index, row in enumerate(PAD_PARAMS) if row.stage == "hit"]
_MOMENTARY = ("hit", "choke", "panic", "hush")  # what they do is over, what others do stands


class PerformanceWriter:
    """A performance file (see ``performance``) from the engine's first frame on, if it is started
    before the device is; else (``begin``) from a later one, with what stands then but without what
    rings. When the disk fails, the lines that were written are kept.

    ``log`` gets plain lines. Errors: ``RecordError`` if the file cannot be opened.
    Thread: create, begin, start and close from one; a thread of its own writes; ``kit`` from any.
    """

    def __init__(
        self, engine: Engine, path: Path, log: Callable[[str], None], generator: str = "auto"
    ) -> None:
        self.path = path
        self._engine, self._log = engine, log
        self._header = engine.memory.header[0]
        self._lines: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._rows: dict[bytes, int] = {}
        self._sounds: dict[bytes, int] = {}
        self._first = 0  # the engine's frame at which the take begins
        self._frames: int | None = None  # its length
        self._lost = engine.counters()["take_full"]
        config = engine.config
        self._lines.append(
            {
                "format": FORMAT, "version": VERSION, "astrodrum": __version__,
                "rate": config.rate, "voices": config.voices, "hit_seconds": config.hit_seconds,
                "generator": generator, "threads": default_threads(),
            }
        )  # fmt: skip
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8", newline="\n")
        except OSError as error:
            raise RecordError(f"cannot record to {path}: {error.strerror}") from None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="performance", daemon=True)

    def kit(self, number: int, name: str, names: list[str], sounds: Sounds, hash_: str) -> None:
        """Say what kit ``number`` is, before the generator makes anything for it."""
        message = sounds.to_message()
        message.pop("rows")
        message["model"] = str(sounds.model.resolve())
        with self._lock:
            self._lines.append(
                {"kit": number, "name": name, "hash": hash_, "names": names, **message}
            )

    def begin(self) -> None:
        """While the engine plays, before ``start``: what is obeyed from now on is kept, and what
        stands is told."""
        self._header["take_read"][0] = self._header["take_write"][0]
        self._header["taking"][0] = 1
        with self._lock:
            self._lines += [{"frame": 0, **line} for line in standing(self._header)]

    def start(self, first: int = 0) -> None:
        """Write down all that is obeyed from now on, or since ``begin``. ``first``: the engine's
        frame at which the take begins."""
        self._first = first
        self._header["taking"][0] = 1
        self._thread.start()

    def close(self, frames: int | None = None) -> None:
        """Write what is left, and the length: ``frames``; None, after the device has stopped: all
        there were."""
        self._frames = frames
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._header["taking"][0] = 0
        with suppress(OSError):  # a full disk has been told
            self._file.close()

    def _run(self) -> None:
        try:
            while not self._stop.wait(POLL_S):
                self._drain()
            self._drain()
            frames = self._engine.frame - self._first if self._frames is None else self._frames
            self._write([{"end": frames}])
        except OSError as error:
            self._header["taking"][0] = 0
            self._log(f"{self.path} ends here: {error.strerror}; playing goes on")
        if lost := self._engine.counters()["take_full"] - self._lost:
            self._log(f"{self.path} lacks {lost} commands: the disk was too slow")

    def _drain(self) -> None:
        header = self._header
        read, write = int(header["take_read"][0]), int(header["take_write"][0])
        with self._lock:
            lines, self._lines = self._lines, []
        for at in range(read, write):
            lines += self._told(at % TAKE_SLOTS)
        header["take_read"][0] = write
        self._write(lines)

    def _write(self, lines: list[dict[str, Any]]) -> None:
        if lines:
            self._file.write("".join(json.dumps(line) + "\n" for line in lines))
            self._file.flush()

    def _told(self, at: int) -> list[dict[str, Any]]:
        """The lines of one obeyed command, before it what it names for the first time."""
        header = self._header
        entry, command = header["take"][at], header["take_command"][at]
        frame, words = int(entry["frame"]) - self._first, words_of(command)
        if frame < 0 and words["do"] in _MOMENTARY:
            return []
        if self._frames is not None and frame >= self._frames:
            return []
        line = {"frame": max(frame, 0), **words}
        if not entry["sounded"]:
            return [line]
        before, sound = self._sound(header["take_origin"][at], int(command["pad"]), entry["rate"])
        repeated = {"repeated": True} if entry["repeated"] else {}
        return [*before, {**line, "sound": sound, **repeated}]

    def _sound(self, origin: np.void, pad: int, rate: float) -> tuple[list[dict[str, Any]], int]:
        values = origin["row"][_HIT_ROWS]
        before: list[dict[str, Any]] = []
        if (row := self._rows.get(values.tobytes())) is None:
            row = self._rows[values.tobytes()] = len(self._rows) + 1
            told = {PAD_PARAMS[i].name: float(origin["row"][i]) for i in _HIT_ROWS}
            before.append({"row": row, "values": told})
        seed, check = int(origin["seed"]), int(origin["check"])
        facts = {
            "by": MAKERS[int(origin["maker"])], "kit": int(origin["kit"]), "pad": pad,
            "seed": f"{seed:016x}", "made_for": float(origin["made_for"]), "of": row,
            "rate": float(rate), "check": f"{check:08x}",
        }  # fmt: skip
        key = json.dumps(facts).encode()
        if (sound := self._sounds.get(key)) is None:
            sound = self._sounds[key] = len(self._sounds) + 1
            before.append({"sound": sound, **facts})
        return before, sound
