"""Starts the generator process, tells it the kit, listens to it, and starts it again if it dies."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Protocol

from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.forked import ForkServer, can_fork
from astrodrum_live.generation.restarts import Restarts
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.now import now_ns

STOP_S = 0.2
QUIET_S, HUNG_S = 3.0, 10.0
SERVER_AGAIN_S = 20.0  # a fork server that died is not followed by another any sooner
AT_WORK = ("model", "frozen")


class GeneratorProcess(Protocol):
    """A ``subprocess.Popen``, or a ``ForkedProcess``."""

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> IO[str] | None: ...
    @property
    def stdout(self) -> IO[str] | None: ...
    def wait(self, timeout: float | None = None) -> int | None:
        """Its exit code."""

    def kill(self) -> None:
        """End it, now."""


class Supervisor:
    """One generator process for ``engine``. ``log`` gets plain lines, from any thread.

    Where that is possible a fork server makes it, so that the next one is there at once; else, or
    if the server died, it is started anew and imports all it needs.

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
        self._process: GeneratorProcess | None = None
        self._server: ForkServer | None = None
        self._server_ns = 0  # when it was started, or tried to be
        self._may_fork = can_fork()
        self._restarts = Restarts()
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

    @property
    def server_id(self) -> int | None:
        """Of the fork server, where there is one."""
        return self._server.process_id if self._server else None

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
        with self._lock:
            if self._server:
                self._server.close()
        if self._keeper:
            self._keeper.join()
        self.state = "off"

    def mind(self) -> None:
        """Say so if the process gives no sign of life; after a while end it: it is restarted. Have
        a fork server for that day.

        Thread: one, every now and then.
        """
        if self.state in AT_WORK:
            self._living_server()
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
        if self.state not in AT_WORK:
            return f"it is {self.state}"
        if (silent_s := self._silent_s()) > 1.0:
            return f"it has not answered for {silent_s:.0f} s"
        return "more was played or turned than it can make"

    def _silent_s(self) -> float:
        """Seconds without a sign of life of a process that should be making hits."""
        beat = int(self._engine.memory.header[0]["gen_beat_ns"][0])
        at_work = self.state in AT_WORK
        return (now_ns() - max(beat, self._changed_ns)) * 1e-9 if at_work and beat else 0.0

    def _keep(self) -> None:
        while not self._closing.is_set():
            try:
                self._start()
            except OSError as error:  # no memory or no file to be had now; later there may be
                self._log(f"generator does not start: {error}; trying again")
                self._closing.wait(self._restarts.wait_s(self._made(), now_ns()))
                continue
            self._listen()
            code = self._process.wait() if self._process else 0
            self._hang_up()
            if self._closing.is_set():
                return
            self.state = "restarting"
            self.restarts += 1
            told = "unknown" if code is None else code
            self._log(f"generator ended (code {told}); pads play what is ready; restarting")
            self._closing.wait(self._restarts.wait_s(self._made(), now_ns()))

    def _start(self) -> None:
        self.state = "starting"
        self._restarts.started()
        server = self._living_server()
        process = server.fork(self._arguments()) if server else None
        with self._lock:
            if self._closing.is_set() and process is None:
                return
            self._process = process or self._spawned()
            if self._closing.is_set():
                self._process.kill()
            if self._sounds:
                self._send(self._sounds)

    def _spawned(self) -> GeneratorProcess:
        """A process that begins with nothing."""
        return subprocess.Popen(
            [sys.executable, "-m", "astrodrum_live.generation.process", *self._arguments()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is the engine's to obey: it then closes the pipe
            env=_environment(),
        )

    def _living_server(self) -> ForkServer | None:
        """The fork server, started if need be; None where there can be none now. Never raises: it
        is only the quicker way, and who looks after it looks after the sound, too."""
        with self._lock:
            if self._closing.is_set() or not self._may_fork:
                return None
            if self._server and self._server.lives:
                return self._server
            if self._server_ns and (now_ns() - self._server_ns) * 1e-9 < SERVER_AGAIN_S:
                return None
            self._server_ns = now_ns()
            if self._server:
                self._server.close()
            try:
                self._server = ForkServer(self._device != "frozen", _environment())
            except OSError:
                return None
            return self._server

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
        if not self._process or not self._process.stdout or self._process.stdout.closed:
            return  # closed: the last one's, as no other was started because of the end
        with self._process.stdout as lines:
            for line in lines:
                try:
                    status = json.loads(line)
                    if note := status.get("note"):
                        self._log(f"generator: {note}")
                        continue
                    self.state, self.text = status["state"], status["text"]
                    self._changed_ns = now_ns()
                    if self.state in AT_WORK:
                        self._restarts.works(self._made(), self._changed_ns)
                except (ValueError, LookupError, TypeError):
                    continue  # what Python's start-up files print before our own lines begin
                if self.state == "failed":
                    self._log(f"generator: {self.text}; playing frozen hits")

    def _made(self) -> int:
        """Hits that were made since the engine began."""
        return int(self._engine.memory.header[0]["gen_hits"][0])

    def _arguments(self) -> list[str]:
        # A restarted generator goes on with a session of its own: no hit comes twice.
        session = self._session + self.restarts
        arguments = ["--memory", self._engine.memory.name, "--device", self._device]
        arguments += ["--session", str(session), "--depth", str(self._engine.config.ring_depth)]
        arguments += ["--again"] if self.restarts else []
        return arguments + (["--threads", str(self._threads)] if self._threads else [])


def _environment() -> dict[str, str]:
    """Of the generator's processes: nothing spins, and numpy keeps to one thread, which is all it
    uses here: a process with others cannot be forked."""
    return {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "OPENBLAS_NUM_THREADS": "1"}
