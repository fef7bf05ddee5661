"""``astrodrum play`` in a process of its own, and all it leaves behind."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from listener import Listener

from astrodrum_live.soak.witness import Witness

TAKES = 4
WATCH_S = 1e-3  # well under a block of JACK's, so that what is late by one is seen


@dataclass(frozen=True)
class Take:
    """``report``: the command's own. ``hits``: rows of its log. ``sound``: (frames, 2). ``map``:
    (n, 2), per event its time on the computer's clock in s and the frame of that time."""

    report: dict
    hits: list[dict[str, str]]
    sound: np.ndarray
    log: str
    map: np.ndarray

    def frames(self, pad: str) -> np.ndarray:
        """When the pad sounded, by the engine's own log."""
        return np.array([int(row["frame"]) for row in self.hits if row["pad"] == pad])


# The program, with a note of what its clock map said whenever an event was given its frame.
_WATCHED = """
import json, os
from astrodrum_live.live.scheduler import Scheduler
frame_for, notes = Scheduler.frame_for, open(os.environ["ASTRODRUM_TEST_MAP"], "w")
def noted(self, arrival_ns, due_ns):
    if due_ns is not None:
        told = due_ns, self._engine.frame_at(due_ns - self.latency_ns)
        print(json.dumps(told), file=notes, flush=True)
    return frame_for(self, arrival_ns, due_ns)
Scheduler.frame_for = noted
from astrodrum_live.cli.entry import main
main()
"""


class Playing:
    """The program, on a port of its own. ``stop`` ends it as Ctrl-C does.

    ``watched``: what its clock map said is in ``Take.map``.
    """

    def __init__(
        self, folder: Path, kit: object, *options: str, port: int | None = None,
        environment: dict[str, str] | None = None, watched: bool = False,
    ) -> None:  # fmt: skip
        self.port = port or free_port()
        self._map = folder / "map.jsonl" if watched else None
        environment = {**(environment or os.environ), "ASTRODRUM_TEST_MAP": str(self._map)}
        self._recording, self._onsets = folder / "played.wav", folder / "played.csv"
        program = ["-c", _WATCHED] if watched else ["-m", "astrodrum_live.cli"]
        command = [sys.executable, *program, "play", str(kit), "--midi", "none"]
        command += ["--osc", f"127.0.0.1:{self.port}", "--json", *options]
        command += ["--record", str(self._recording), "--onsets", str(self._onsets)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self._log: list[str] = []
        self._open = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._open.wait(240), self.log  # a first start compiles the callback
        assert self.process.poll() is None, self.log

    @property
    def log(self) -> str:
        """What it has said so far."""
        return "".join(self._log)

    def stop(self) -> Take:
        self.process.send_signal(signal.SIGINT)
        report = self.process.stdout.read()
        self.process.wait(30)
        self._reader.join(10)
        assert self.process.returncode == 0, self.log
        with self._onsets.open() as lines:
            hits = list(csv.DictReader(lines))
        sound, _ = soundfile.read(self._recording)
        lines = self._map.read_text().splitlines() if self._map else []
        seen = np.array([[due_ns / 1e9, frame] for due_ns, frame in map(json.loads, lines)])
        return Take(json.loads(report), hits, sound, self.log, seen)

    def kill(self) -> None:
        """Whatever state it is in, it is gone."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(10)
        self.process.stdout.close()
        self.process.stderr.close()

    def _read(self) -> None:
        for line in self.process.stderr:
            self._log.append(line)
            if f":{self.port}" in line:  # the line that says which ports are open
                self._open.set()
        self._open.set()


def undisturbed(record: Callable[[], tuple[Take, Listener]]) -> tuple[Take, Listener]:
    """A take in which the sound card lost no block, else nothing could be measured in it.

    A busy machine gets ``TAKES`` tries, and is let off if it stood still in each: then an idle
    program that goes before all others was late as well, or none may go first there. Blocks lost
    while that one was on time are ours, and a failure.
    """
    let_off = True
    for _ in range(TAKES):
        witness = Witness(WATCH_S)
        try:
            take, listener = record()
        finally:
            witness.close()
        if take.report["xruns"] == 0:
            return take, listener
        stood_ms = f"{1e3 * witness.held_s:.0f} ms"
        print(f"{take.report['xruns']} blocks lost; the machine stood still for {stood_ms}")
        let_off = let_off and bool(witness.holds or witness.why_not)
    told = f"JACK's dummy driver lost blocks in {TAKES} takes"
    if let_off:
        pytest.skip(f"{told}, for the machine stood still: too busy to measure on")
    pytest.fail(f"{told}, and not only while the machine stood still")


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
