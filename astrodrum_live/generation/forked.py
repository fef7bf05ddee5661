"""Generator processes that a fork server forks: the engine's side of it."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from typing import IO

ANSWERS_S = 5.0  # but for the first time, when it may still be importing
TELLS_S = 1.0  # the exit code comes at once
LONGEST = 1 << 16


def can_fork() -> bool:
    """Whether this system has what a fork server needs: Linux 5.3 or later. Elsewhere forking
    after libraries were imported is not safe, or there is none."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class ForkServer:
    """The running ``generation/fork_server.py``; it imports torch if ``with_torch``.

    Its processes survive it: what ends them is the end of their standard input.
    Errors: ``OSError`` where the system has no process, memory or file to give, of ``fork`` too.
    Thread: ``fork`` from one, the rest from any.
    """

    def __init__(self, with_torch: bool, environment: dict[str, str]) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._asking = threading.Lock()
        self._has_answered = False
        with theirs:
            try:
                self._server = subprocess.Popen(
                    [sys.executable, "-m", "astrodrum_live.generation.fork_server"]
                    + ["--torch"] * with_torch,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is the engine's to obey
                    env=environment,
                )
            except OSError:
                self._socket.close()
                raise

    @property
    def process_id(self) -> int:
        """Of the server."""
        return self._server.pid

    @property
    def lives(self) -> bool:
        """Whether it can be asked."""
        return self._server.poll() is None

    def fork(self, arguments: list[str]) -> "ForkedProcess | None":
        """A generator process with these arguments, the last one having ended; None where the
        server has died, or does not answer: then it is ended."""
        reads, to_it = os.pipe()
        try:
            from_it, writes = os.pipe()
        except OSError:
            os.close(reads)
            os.close(to_it)
            raise
        stdin, stdout = os.fdopen(to_it, "w"), os.fdopen(from_it)
        with self._asking:
            try:
                socket.send_fds(self._socket, [json.dumps(arguments).encode()], [reads, writes])
                answer, handles = self._answer(ANSWERS_S if self._has_answered else None)
                while "code" in answer:  # of the last one, told after nobody waited any more
                    answer, handles = self._answer(ANSWERS_S)
                self._has_answered = True
            except OSError:
                answer, handles = {}, []
            finally:
                os.close(reads)
                os.close(writes)
        if "process" not in answer:
            self._server.kill()
            stdin.close()
            stdout.close()
            return None
        return ForkedProcess(self, answer["process"], handles[0], stdin, stdout)

    def exit_code(self) -> int | None:
        """Of the process that has just ended; None if the server died before it."""
        with self._asking:
            try:
                return self._answer(TELLS_S)[0].get("code")
            except OSError:
                return None

    def close(self) -> None:
        """End it. Whoever waits for an answer has one then: none."""
        self._server.kill()
        self._server.wait()
        with self._asking:
            self._socket.close()

    def _answer(self, wait_s: float | None) -> tuple[dict, list[int]]:
        """Errors: ``OSError`` where it does not come."""
        self._socket.settimeout(wait_s)
        packet, handles, _, _ = socket.recv_fds(self._socket, LONGEST, 1)
        return json.loads(packet or "{}"), handles


class ForkedProcess:
    """As much of ``subprocess.Popen`` as the supervisor needs, for a process whose parent is the
    server. ``handle``: its pidfd, which no later process of the same number is taken for.

    Thread: any.
    """

    def __init__(
        self, server: ForkServer, pid: int, handle: int, stdin: IO[str], stdout: IO[str]
    ) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self._server, self._handle = server, handle
        self._code: int | None = None
        self._ended = False
        self._telling = threading.Lock()
        weakref.finalize(self, os.close, handle)

    def wait(self, timeout: float | None = None) -> int | None:
        """Its exit code, once it has ended; None where nobody could tell.

        Errors: ``subprocess.TimeoutExpired``.
        """
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        if not poll.poll(None if timeout is None else timeout * 1e3):
            raise subprocess.TimeoutExpired("generator", timeout or 0.0)
        with self._telling:
            if not self._ended:
                self._ended, self._code = True, self._server.exit_code()
        return self._code

    def kill(self) -> None:
        """End it; nothing if it has ended."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
