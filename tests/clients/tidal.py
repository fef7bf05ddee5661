"""Tidal itself, in ghci, as an editor drives it."""

import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from shutil import which

import pytest

BOOT = """
:set -XOverloadedStrings
:set prompt ""
:set prompt-cont ""
import Sound.Tidal.Context
import System.IO (hSetBuffering, stdout, BufferMode(LineBuffering))
hSetBuffering stdout LineBuffering
let drums at shake = superdirtTarget {{oPort = at, oLatency = 0.1, oHandshake = shake}}
tidal <- startStream (defaultConfig {{cVerbose = True}}) [{targets}]
let d1 = streamReplace tidal 1 . (|< orbit 0)
let d2 = streamReplace tidal 2 . (|< orbit 1)
let hush = streamHush tidal
let once = streamOnce tidal
let panic = hush >> once (sound "superpanic")
let brightness = pF "brightness"
"""
DEFAULT_CPS = 0.5625
CONTROL_PORT = 6010  # Tidal's own; where another Tidal has it, there is no handshake


def skip_without_tidal() -> None:
    """Skips the test where ghci or its Tidal is not there."""
    pick = "on Debian 'apt install ghc libghc-tidal-dev', or 'make test-clients' as root"
    if which("ghci") is None or which("ghc-pkg") is None:
        pytest.skip(f"no ghci here: {pick}")
    asked = subprocess.run(["ghc-pkg", "field", "tidal", "version"], capture_output=True, text=True)
    if asked.returncode:
        pytest.skip(f"ghci has no Tidal: {pick}")


class Tidal:
    """A session that sends its events to every port; the first one's handshake is awaited.

    ``printed``: what it has said, with the time.monotonic() of each line.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        _await_control_port()
        self._ghci = subprocess.Popen(
            ["ghci", "-v0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.printed: list[tuple[float, str]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        shakes = ["True"] + ["False"] * (len(ports) - 1)
        targets = [
            f"(drums {port} {shake}, [superdirtShape])"
            for port, shake in zip(ports, shakes, strict=True)
        ]
        self.eval(BOOT.format(targets=", ".join(targets)))
        self.eval('putStrLn "booted"')
        self.await_line("booted", 60)
        self.booted = time.monotonic()

    def eval(self, code: str) -> None:
        """A line or several, as an editor sends them."""
        self._ghci.stdin.write(code + "\n")
        self._ghci.stdin.flush()

    def await_line(self, text: str, seconds: float) -> float:
        """The time.monotonic() at which it printed a line with ``text``; fails after so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for when, line in list(self.printed):
                if text in line:
                    return when
            time.sleep(0.01)
        raise AssertionError(f"Tidal did not say '{text}' in {seconds} s, but: {self.said}")

    @property
    def said(self) -> str:
        """All lines so far."""
        return "\n".join(line for _, line in self.printed)

    def close(self) -> None:
        """End the session; a second time does nothing."""
        if self._ghci.poll() is None:
            self.eval(":quit")
            try:
                self._ghci.wait(5)
            except subprocess.TimeoutExpired:
                self._ghci.kill()
                self._ghci.wait()
        self._reader.join(5)
        for pipe in (self._ghci.stdin, self._ghci.stdout):
            pipe.close()

    def _read(self) -> None:
        for line in self._ghci.stdout:
            self.printed.append((time.monotonic(), line.rstrip()))


def _await_control_port() -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", CONTROL_PORT))
                return
            except OSError:
                time.sleep(0.2)
    pytest.fail(f"another Tidal has had port {CONTROL_PORT} for a minute")
