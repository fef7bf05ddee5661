"""How long it takes from a press in the browser to the engine: each hop of the way, in ms.

``python tools/page_press.py [PRESSES] [--generator auto] [--still] [--cpus]`` plays the shipped kit
on the null device, with a beat and all feeds, and presses pads by key in headless Chromium. Every
hop is stamped on the one monotonic clock: the browser's event, the page's listener, the WebSocket
written, the page's process, the engine's port, the command in the callback's ring. It needs
``playwright`` and Chromium.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1] / "tests" / "clients"))
PRESS_EVERY_MS = 130
KEYS = "1234qwerasdfzxcv"
HOPS = (
    "browser event -> listener", "listener -> WebSocket", "WebSocket -> page process",
    "page process -> engine port", "engine port -> ring",
)  # fmt: skip
STAMP = """() => { window.presses = []; const { link } = window.astrodrum;
  const send = link.send.bind(link);
  let begun = 0, stamp = 0;
  addEventListener('keydown', (e) => { begun = performance.now(); stamp = e.timeStamp; }, true);
  link.send = (address, ...args) => { const sent = send(address, ...args);
    if (address.startsWith('/hit')) window.presses.push([stamp, begun, performance.now()]);
    return sent; }; }"""


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    told.add_argument("presses", nargs="?", type=int, default=400)
    told.add_argument("--generator", default="auto", help="as of astrodrum play")
    told.add_argument("--still", action="store_true", help="no beat plays meanwhile")
    told.add_argument("--raw", type=Path, help="write the stamps, ns, to this .npy")
    options = told.parse_args()
    from browsing import Tab, chromium

    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        engine = Part("engine", options.generator, home=home)
        page = Part("page", engine.ready, home=home)
        tab = Tab(browser, page.ready)
        if not options.still:
            tab.page.get_by_label("Preset").select_option("preset-backbeat")
            tab.until("b.current === 'preset-backbeat'")
            tab.page.keyboard.press("Space")
        tab.page.wait_for_timeout(3000)  # what a start costs is not a press's
        tab.page.evaluate(STAMP)
        page.forget()
        engine.forget()
        for press in range(options.presses):
            tab.page.keyboard.press(KEYS[press % len(KEYS)])
            tab.page.wait_for_timeout(PRESS_EVERY_MS)
        tab.page.wait_for_timeout(500)
        seen = browser_ns(tab)
        tab.close()
        took, arrived = page.end(), engine.end()
    assert len(seen) == len(took) == len(arrived), "a press was lost, or one was not ours"
    stamps = np.hstack([seen, took, arrived])
    if options.raw:
        np.save(options.raw, stamps)
    hops = np.diff(stamps, axis=1) * 1e-6
    print(f"{len(hops)} presses; load {load:.1f} before, {os.getloadavg()[0]:.1f} after")
    for name, ms in zip(HOPS, hops.T, strict=True):
        print(f"  {name:32} {figures(ms)}")
    print(f"  {'press -> engine event':32} {figures(hops.sum(axis=1))}")


def figures(ms: np.ndarray) -> str:
    p50, p95, p99 = np.percentile(ms, (50, 95, 99))
    return f"p50 {p50:6.2f}  p95 {p95:6.2f}  p99 {p99:6.2f}  longest {ms.max():6.2f} ms"


def browser_ns(tab) -> np.ndarray:
    """(n, 3): event, listener, sent. Chromium's time origin, on this machine's monotonic clock."""
    session = tab.context.new_cdp_session(tab.page)
    session.send("Performance.enable", {"timeDomain": "timeTicks"})
    metrics = session.send("Performance.getMetrics")["metrics"]
    origin = next(one["value"] for one in metrics if one["name"] == "NavigationStart")
    return np.array(tab.page.evaluate("window.presses")) * 1e6 + origin * 1e9


class Part:
    """A part of the instrument in a process of its own, that stamps what passes."""

    def __init__(self, *what: str, home: str) -> None:
        environment = {**os.environ, "ASTRODRUM_HOME": home}
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--part", *what], text=True, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.ready = self._line()

    def forget(self) -> None:
        self._say("forget")
        self._line()

    def end(self) -> np.ndarray:
        self._say("end")
        stamps = json.loads(self._line())
        self._process.wait()
        return np.array(stamps, float)

    def _say(self, word: str) -> None:
        print(word, file=self._process.stdin, flush=True)

    def _line(self) -> str:
        line = self._process.stdout.readline().strip()
        if not line:
            sys.exit("a part of the instrument has died")
        return line


def obey(stamps: list, ready: str) -> None:
    """Tell a ``Part`` what it asks for."""
    print(ready, flush=True)
    for line in sys.stdin:
        if line.strip() == "end":
            break
        stamps.clear()
        print("forgotten", flush=True)
    print(json.dumps(stamps), flush=True)


def engine_part(generator: str) -> None:
    """Everything is as ``astrodrum play`` has it. Stamps: arrived at the port, in the ring."""
    from astrodrum_live.control.osc.server import OscServer
    from astrodrum_live.control.patch_file import find_patch, load_patch
    from astrodrum_live.live.instrument import LiveInstrument, Options
    from astrodrum_live.now import now_ns
    from astrodrum_live.urgency import SWITCH_S

    options = Options(audio="null", generator=generator, session=1)
    instrument = LiveInstrument(load_patch(find_patch("default")), options, lambda line: None)
    sys.setswitchinterval(SWITCH_S)
    stamps: list = []
    instrument.scheduler.watch = lambda hit, arrival_ns: stamps.append([arrival_ns, now_ns()])
    server = OscServer(instrument, "127.0.0.1:0")
    import threading

    ended = threading.Event()

    def mind() -> None:
        while not ended.wait(0.1):
            instrument.mind()

    minding = threading.Thread(target=mind)
    minding.start()
    obey(stamps, f"127.0.0.1:{server.address[1]}")
    ended.set()
    minding.join()
    server.close()
    instrument.close()


def page_part(engine: str) -> None:
    """The page's process. Stamps: a message taken."""
    import threading

    from astrodrum_live.page.server import PageServer
    from astrodrum_live.urgency import PAGE, raise_priority

    stamps: list = []
    obeyed = PageServer._obey

    def stamped(server, one, frame):
        if "/hit" in frame:
            stamps.append([time.perf_counter_ns()])
        obeyed(server, one, frame)

    PageServer._obey = stamped
    loop: list = []

    async def serve() -> None:
        from astrodrum_live.control.osc.endpoint import parse_endpoint
        from astrodrum_live.page.guard import make_guard

        raise_priority(0, PAGE)
        server = PageServer(make_guard("127.0.0.1"), parse_endpoint(engine))
        loop.append((asyncio.get_running_loop(), server))
        await server.run(
            "127.0.0.1", 0, lambda url: threading.Thread(target=talk, args=(url,)).start()
        )

    def talk(url: str) -> None:
        obey(stamps, url)
        at, server = loop[0]
        at.call_soon_threadsafe(server.stop)

    asyncio.run(serve())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        {"engine": engine_part, "page": page_part}[sys.argv[2]](sys.argv[3])
    else:
        main()
