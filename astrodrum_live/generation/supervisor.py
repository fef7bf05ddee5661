"""Starts the generator process, tells it the kit, listens to it, and starts it again if it dies."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.now import now_ns

RESTART_S = (0.0, 0.5, 2.0, 5.0)  # waits before the first, second, ... restart in a row
STABLE_S = 20.0  # alive so long, and the next death counts as a first one
STOP_S = 0.2
QUIET_S, HUNG_S = 3.0, 10.0


class Supervisor:
    """One generator process for ``engine``. ``log`` gets plain lines, from any thread.

    Thread: create and close from one; ``load`` from any.
    """

    def __init__(
        self,
        engine: Engine,
        log: Callable[[str], None],
        device: str = "auto",
        session: int = 0,
        threads: int | None = None,
    ) -> None:
        self._engine = engine
        self._log = log
        self._device, self._session, self._threads = device, session, threads
        self._sounds: Sounds | None = None
        self._process: subprocess.Popen[str] | None = None
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._keeper: threading.Thread | None = None
        self.state = "off"
        self.text = ""
        self.restarts = 0
        self.kit = 0  # how many kits were loaded: the number of the one that is
        self._changed_ns = 0
        self._told_quiet = False

    @property
    def process_id(self) -> int | None:
        """Of the running generator process."""
        return self._process.pid if self._process else None

    def load(self, sounds: Sounds) -> None:
        """Make hits for this kit. Call before the pads' epochs are raised: whoever sees the new
        epoch must find the new kit in the pipe."""
        with self._lock:
            self._sounds = sounds
            self.kit += 1
            self._send(sounds)
        if self._keeper is None:
            self._keeper = threading.Thread(target=self._keep, name="generator", daemon=True)
            self._keeper.start()

    def close(self) -> None:
        """End the process. It holds nothing that could be lost, so it is not waited for long."""
        self._closing.set()
        self._hang_up()
        if process := self._process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.0 if self.state in ("starting", "loading") else STOP_S)
            process.kill()
            process.wait()
        if self._keeper:
            self._keeper.join()
        self.state = "off"

    def mind(self) -> None:
        """Say so if the process gives no sign of life; after a while end it: it is restarted.

        Thread: one, every now and then.
        """
        silent_s = self._silent_s()
        if silent_s > HUNG_S and self._process:
            self._log(f"generator has hung for {silent_s:.0f} s and is ended")
            self.state = "hung"
            self._process.kill()
        elif silent_s > QUIET_S and not self._told_quiet:
            self._log(f"generator has not answered for {silent_s:.0f} s; what is ready plays on")
        self._told_quiet = silent_s > QUIET_S

    def in_words(self) -> str:
        """Why there may be too few fresh hits. Thread: any."""
        if self.state not in ("model", "frozen"):
            return f"it is {self.state}"
        if (silent_s := self._silent_s()) > 1.0:
            return f"it has not answered for {silent_s:.0f} s"
        return "more was played or turned than it can make"

    def _silent_s(self) -> float:
        """Seconds without a sign of life of a process that should be making hits."""
        beat = int(self._engine.memory.header[0]["gen_beat_ns"][0])
        at_work = self.state in ("model", "frozen")
        return (now_ns() - max(beat, self._changed_ns)) * 1e-9 if at_work and beat else 0.0

    def _keep(self) -> None:
        deaths = 0
        while not self._closing.is_set():
            began_ns = now_ns()
            self._start()
            self._listen()
            code = self._process.wait() if self._process else 0
            self._hang_up()
            if self._closing.is_set():
                return
            deaths = 0 if (now_ns() - began_ns) * 1e-9 > STABLE_S else deaths
            wait_s = RESTART_S[min(deaths, len(RESTART_S) - 1)]
            deaths += 1
            self.restarts += 1
            self.state = "restarting"
            self._log(f"generator ended (code {code}); pads play what is ready; restarting")
            self._closing.wait(wait_s)

    def _start(self) -> None:
        with self._lock:
            if self._closing.is_set():
                return
            self.state = "starting"
            self._process = subprocess.Popen(
                self._arguments(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,  # Ctrl-C is the engine's to obey: it then closes the pipe
                env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
            )
            if self._sounds:
                self._send(self._sounds)

    def _hang_up(self) -> None:
        """Close the pipe: a living process ends itself then, of a dead one nothing stays open."""
        with self._lock:
            if self._process and self._process.stdin:
                with suppress(OSError):
                    self._process.stdin.close()

    def _send(self, sounds: Sounds) -> None:
        if self._process and self._process.stdin:
            with suppress(OSError, ValueError):  # it died: the next one is told at its start
                self._process.stdin.write(
                    json.dumps({**sounds.to_message(), "kit": self.kit}) + "\n"
                )
                self._process.stdin.flush()

    def _listen(self) -> None:
        if not self._process or not self._process.stdout:
            return
        with self._process.stdout as lines:
            for line in lines:
                try:
                    status = json.loads(line)
                    if note := status.get("note"):
                        self._log(f"generator: {note}")
                        continue
                    self.state, self.text = status["state"], status["text"]
                    self._changed_ns = now_ns()
                except (ValueError, LookupError, TypeError):
                    continue  # what Python's start-up files print before our own lines begin
                if self.state == "failed":
                    self._log(f"generator: {self.text}; playing frozen hits")

    def _arguments(self) -> list[str]:
        # A restarted generator goes on with a session of its own: no hit comes twice.
        session = self._session + self.restarts
        arguments = [sys.executable, "-m", "astrodrum_live.generation.process"]
        arguments += ["--memory", self._engine.memory.name, "--device", self._device]
        arguments += ["--session", str(session), "--depth", str(self._engine.config.ring_depth)]
        arguments += ["--again"] if self.restarts else []
        return arguments + (["--threads", str(self._threads)] if self._threads else [])
