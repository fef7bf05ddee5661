"""Who is measured, seen from outside: the instrument in a process of its own, or a peer."""

import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from astrodrum_live.latency.streams import PADS

START_S = 120.0  # a first start compiles the callback
END_S = 15.0


class PlayerError(RuntimeError):
    """A player that does not start or has died; the message says what it said."""


@dataclass
class Notes:
    """What a player knows of its own: for each pad the ns at which each stage ended, and counters.
    A peer knows nothing."""

    stages: dict[str, list[np.ndarray]] = field(default_factory=dict)
    obeyed_frames: list[np.ndarray] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


class Player(Protocol):
    """Something that is struck and sounds. Thread: one."""

    name: str
    osc_port: int

    def end(self) -> Notes:
        """Let it stop; what it noted."""

    def kill(self) -> None:
        """Whatever state it is in, it is gone. Harmless after ``end``."""


class Instrument:
    """``astrodrum_live.latency.player`` with a test kit. Errors: ``PlayerError``.

    ``midi``: part of the name of the MIDI port it opens, or none. ``record``: the file that what it
    gives the device is recorded to, or None. ``facts``: what it said of itself when it was ready.
    """

    def __init__(
        self, name: str, kit: Path, *, timing: str, rate: int, block: int, audio: str | None,
        midi: str = "none", midi_api: str = "auto", busy: bool = False, record: Path | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self._folder = tempfile.TemporaryDirectory(prefix="astrodrum-latency-")
        self._notes = Path(self._folder.name) / "notes.npz"
        self._errors = Path(self._folder.name) / "errors.txt"
        wishes = {
            "kit": str(kit), "timing": timing, "rate": rate, "block": block, "audio": audio,
            "midi": midi, "midi_api": midi_api, "busy": busy, "notes": str(self._notes),
            "record": str(record) if record else None,
        }  # fmt: skip
        command = [sys.executable, "-m", "astrodrum_live.latency.player", json.dumps(wishes)]
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # a Ctrl-C is not for it: it ends with its input
            )
        try:
            self.facts = self._answer(START_S)
        except BaseException:
            self.kill()
            raise
        self.osc_port = int(self.facts["osc"])

    def end(self) -> Notes:
        assert self._process.stdin is not None
        self._process.stdin.close()
        stats = self._answer(END_S)
        self._process.wait(END_S)
        with np.load(self._notes) as noted:
            posted, obeyed = noted["posted"], noted["obeyed"]
        self.kill()
        stages = {
            "arrival": _by_pad(posted, 1),
            "command": _by_pad(posted, 2),
            "block": _by_pad(obeyed, 2),
        }
        kept = ("xruns", "late", "controllers_superseded", "midi_messages", "played", "drift_ppm")
        told = {"device": self.facts["device"], "device_latency_ms": self.facts["latency_ms"]}
        return Notes(stages, _by_pad(obeyed, 1), told | {key: stats[key] for key in kept})

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._folder.cleanup()

    def _answer(self, patience_s: float) -> dict[str, Any]:
        """Its next line."""
        lines: list[str] = []
        assert self._process.stdout is not None
        reader = threading.Thread(
            target=lambda pipe: lines.append(pipe.readline()), args=(self._process.stdout,)
        )
        reader.start()
        reader.join(patience_s)
        if reader.is_alive():
            self._process.kill()
            reader.join()
            raise PlayerError(f"{self.name} does not answer within {patience_s:g} s")
        if not lines[0].strip():
            said = self._errors.read_text(errors="replace").strip().splitlines()
            raise PlayerError(f"{self.name} has died: {said[-1] if said else 'without a word'}")
        told: dict[str, Any] = json.loads(lines[0])
        if "error" in told:
            raise PlayerError(str(told["error"]))
        return told


def _by_pad(rows: np.ndarray, column: int) -> list[np.ndarray]:
    """A column of rows (n, 3) whose first is the pad: for each pad, rising."""
    return [np.sort(rows[rows[:, 0] == pad, column]) for pad in range(PADS)]
