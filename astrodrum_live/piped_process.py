"""A process of ours beside the instrument: it is told lines, tells lines of JSON, and ends with its
input, so that it cannot outlive who started it."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any


class PipedProcess:
    """Runs ``module`` with ``arguments``. ``take`` gets each JSON line it prints, ``ended`` is
    called when it prints no more; both on a thread called ``name``.

    What it says on its standard error is dropped: audio libraries print there at every look.
    Thread: create, ``tell`` and ``close`` one at a time.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        name: str,
        take: Callable[[dict[str, Any]], None],
        ended: Callable[[], None],
    ) -> None:
        self._take, self._ended = take, ended
        self.popen = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,  # Ctrl-C is the instrument's to obey: it then closes the pipe
        )
        self._thread = threading.Thread(target=self._listen, name=name, daemon=True)
        self._thread.start()

    def tell(self, line: str) -> None:
        """Send it a line; nothing if it has ended."""
        assert self.popen.stdin is not None
        with suppress(OSError, ValueError):
            self.popen.stdin.write(line + "\n")
            self.popen.stdin.flush()

    def close(self, patience_s: float) -> None:
        """End it, by force after ``patience_s``; it is over when this returns. Again: nothing."""
        with suppress(OSError, ValueError):
            if self.popen.stdin:
                self.popen.stdin.close()
        try:
            self.popen.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        self._thread.join()

    def _listen(self) -> None:
        assert self.popen.stdout is not None
        with self.popen.stdout as lines:
            for line in lines:
                try:
                    self._take(json.loads(line))
                except (ValueError, LookupError, TypeError, AttributeError):
                    continue  # what Python's start-up files print before our own lines begin
        self._ended()
