"""A browser on the page of an instrument that plays, each in a process of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest

REPO = Path(__file__).resolve().parents[2]
PATIENCE_S = 20.0


class Instrument:
    """``astrodrum play --page`` on the null device. ``home``: its user's folder."""

    def __init__(self, kit, home: Path, *options: str, osc_port: int = 0, page_port: int = 0):
        environment = {**os.environ, "ASTRODRUM_HOME": str(home), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "astrodrum_live.cli", "play", str(kit), "--audio", "null"]
        command += ["--midi", "none", "--osc", f"127.0.0.1:{osc_port}", "--no-dirt"]
        command += ["--generator", "frozen"]  # torch takes a busy machine half a minute to load
        command += ["--no-websocket", "--page", "--page-port", str(page_port), *options]
        self._log = home / f"play-{time.monotonic_ns()}.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=log, env=environment, cwd=REPO
            )
        self.url = self._said(r"the page is at (http://\S+)")
        self.osc_port = int(self._said(r"OSC 127\.0\.0\.1:(\d+)"))

    @property
    def log(self) -> str:
        return self._log.read_text()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _said(self, pattern: str) -> str:
        deadline = time.monotonic() + 240  # a first start compiles the callback
        while not (found := re.search(pattern, self.log)):
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)
        return found[1]


class Tab:
    """A page in the browser, and all that was wrong with it: ``faults``, ``requests``."""

    def __init__(self, browser, url: str, width: int = 1920, height: int = 1080):
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True
        )
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", self._spoken)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(url)
        self.until("s.ready && s.pads.length > 0 && s.beats.known")

    def say(self, expression: str):
        """A value in the page; ``s`` is its store, ``b`` the beats in it, ``p`` the pattern."""
        return self.page.evaluate(
            "() => { const app = window.astrodrum; if (!app) return null;"
            " const s = app.store, b = s.beats, p = b.pattern; return (" + expression + "); }"
        )

    def until(self, expression: str, patience_s: float = PATIENCE_S):
        deadline = time.monotonic() + patience_s
        while not (value := self.say(expression)):
            assert time.monotonic() < deadline, f"waited in vain for {expression}"
            self.page.wait_for_timeout(20)
        return value

    def press(self, name: str, **how) -> None:
        """A button by the name it has for a screen reader."""
        self.page.get_by_role("button", name=name, **how).first.click()

    def step(self, track: str, number: int):
        return self.page.locator(f'[data-track="{track}"] [data-step="{number}"]')

    def close(self) -> None:
        self.context.close()

    def _spoken(self, message) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)


@contextmanager
def chromium():
    """A browser, or a skipped test that says what is missing."""
    api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    path = which("chromium") or which("chromium-browser") or which("google-chrome")
    if path is None:
        pytest.skip("no chromium here: on Debian 'apt install chromium'")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, headless=True, args=["--no-sandbox"]
        )
        yield browser
        browser.close()
