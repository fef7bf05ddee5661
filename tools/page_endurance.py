"""How the page behaves for minutes: states a second, frames, echoes, heap, processor, faults.

``python tools/page_endurance.py [SECONDS]`` plays the shipped kit on the null device, with a beat
and presses of pads, in headless Chromium. Exit code 1 if a bound was not held. It needs
``playwright`` and Chromium. How long a press takes: ``tools/page_press.py``.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "clients"))
from browsing import Instrument, Tab, chromium

PRESS_EVERY_MS = 240
MOST_STATES, MOST_SHARE = 31.0, 0.10  # a second; of a core
MORE_HEAP = 1.1, 500_000  # of the first, and bytes
COUNT = """() => { const { link } = window.astrodrum; window.told = 0;
  const told = link.told; link.told = (messages) => { window.told++; told(messages); };
  window.frames = new Float32Array(36000); window.framed = 0; let last = performance.now();
  const frame = (now) => { window.frames[window.framed++ % 36000] = now - last; last = now;
    requestAnimationFrame(frame); }; requestAnimationFrame(frame); }"""
FRAMES = """() => { const seen = window.frames.slice(0, Math.min(window.framed, 36000)).sort();
  return [0.5, 0.95, 0.99].map((share) => seen[Math.floor(share * (seen.length - 1))]); }"""
# There and back: the way back waits for two looks, the engine's and the page's, up to 33 ms each.
PING = """() => new Promise((done) => { const { store, link } = window.astrodrum;
  const begun = performance.now(); const value = Math.round(Math.random() * 1000) / 1000;
  link.send('/p/perc/z8', value); const look = () => store.values.get('/p/perc/z8') === value
    ? done(performance.now() - begun) : setTimeout(look, 1); look(); })"""


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        instrument = Instrument("default", Path(home))
        tab = Tab(browser, instrument.url)
        page_process = page_of(instrument.process.pid)
        tab.page.evaluate(COUNT)
        tab.page.get_by_label("Preset").select_option("preset-backbeat")
        tab.until("b.current === 'preset-backbeat'")
        tab.page.keyboard.press("Space")
        session = tab.context.new_cdp_session(tab.page)
        heaps, echoes = [heap(session)], []
        used, begun, told = cpu_s(page_process), time.monotonic(), tab.say("window.told")
        presses = 0
        while (passed := time.monotonic() - begun) < seconds:
            tab.page.keyboard.press("1234qwerasdfzxcv"[presses % 16])
            presses += 1
            tab.page.wait_for_timeout(PRESS_EVERY_MS)
            if presses % 8 == 0:
                echoes.append(tab.page.evaluate(PING))
            if passed > len(heaps) * seconds / 6:
                heaps.append(heap(session))
        passed = time.monotonic() - begun
        told = (tab.say("window.told") - told) / passed
        used = (cpu_s(page_process) - used) / passed
        heaps.append(heap(session))
        load = " ".join(f"{one:.1f}" for one in os.getloadavg())
        print(f"{presses} presses in {passed:.0f} s; load {load}")
        print(f"states a second: {told:.1f}")
        print("frames, ms: p50 {:.1f}, p95 {:.1f}, p99 {:.1f}".format(*tab.page.evaluate(FRAMES)))
        print(f"page process: {100 * used:.1f} % of a core")
        print("heap after collection, MB:", " ".join(f"{one / 1e6:.2f}" for one in heaps))
        echoes.sort()
        middle, longest = echoes[len(echoes) // 2], echoes[-1]
        print(f"a turn and its echo, ms: median {middle:.1f}, longest {longest:.1f}")
        print(f"faults: {tab.faults}")
        print(instrument.log.splitlines()[-1])
        held = {
            "states a second": told <= MOST_STATES,
            "page process": used <= MOST_SHARE,
            "heap": heaps[-1] <= heaps[0] * MORE_HEAP[0] + MORE_HEAP[1],
            "faults": not tab.faults,
        }
        tab.close()
        instrument.stop()
    broken = [name for name, well in held.items() if not well]
    print(f"not held: {', '.join(broken)}" if broken else "all held")
    sys.exit(bool(broken))


def heap(session) -> int:
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"]


def page_of(parent: int) -> int:
    """The page's process, a child of the instrument's."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            stat = (path / "stat").read_text().rpartition(")")[2].split()
            command = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if int(stat[1]) == parent and b"astrodrum_live.page" in command:
            return int(path.name)
    raise RuntimeError("there is no page's process")


def cpu_s(process: int) -> float:
    stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / 100


if __name__ == "__main__":
    main()
