"""The page's process, started beside the instrument and gone with it."""

import subprocess
import sys
import threading
from collections.abc import Callable

STOP_S = 2.0


class PageProcess:
    """Serves the page for the instrument at ``engine`` (host, port) on ``host``:``port``.

    ``log`` is told where to open it, or why it cannot be. Thread: create and close from one.
    """

    def __init__(
        self, engine: tuple[str, int], host: str, port: int, log: Callable[[str], None]
    ) -> None:
        self._log = log
        command = [sys.executable, "-m", "astrodrum_live.page"]
        command += [f"{_shown(engine[0])}:{engine[1]}", host, str(port), "--held"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self._thread = threading.Thread(target=self._listen, name="page", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()  # which is what it waits for
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        with self._process.stdout as said:
            for line in said:
                self._log(f"the page is at {line.strip()}")
        with self._process.stderr as complained:
            last = complained.read().strip().rpartition("\n")[2]
        if last:
            self._log(f"{last}; playing without it")


def _shown(host: str) -> str:
    """An engine that listens on every interface is reached on this machine's own."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host
