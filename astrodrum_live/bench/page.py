"""What an open page costs who plays: the callback's work and MIDI's way, without it and with it."""

import subprocess
import sys
import threading
import time

import numpy as np

from astrodrum_live.control.events import Hit, MoveTransport
from astrodrum_live.control.osc.server import OscServer
from astrodrum_live.control.patch import Patch
from astrodrum_live.engine.stats import work_percentile
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.page_process import PageProcess
from astrodrum_live.now import now_ns
from astrodrum_live.rt.layout import WORK_BINS
from astrodrum_live.urgency import hurry

TURNS, PLAY_S = 4, 4.0
NOTE_EVERY_S = 0.02
BLOCK = 64
START_S = 30.0
NOTE_ON = 0x99


def measure_page(patch: Patch) -> dict[str, float]:
    """In turns without and with the page's process and a client that takes every feed, while the
    kit's pattern and 50 MIDI notes a second play on the null device, frozen hits: p99 of a block's
    work, of its length, and from a note's arrival to the callback's ring, ms. Ratios: with over
    without."""
    options = Options(audio="null", block=BLOCK, generator="frozen", session=1)
    instrument = LiveInstrument(patch, options, lambda line: None)
    server = OscServer(instrument, "127.0.0.1:0")
    closed, opened = _Side(), _Side()
    try:
        instrument.post(MoveTransport("start"), now_ns())
        for _ in range(TURNS):
            closed.add(*_play(instrument))
            with _OpenPage(server.address):
                opened.add(*_play(instrument))
    finally:
        server.close()
        instrument.close()
    block_ns = 1e9 * BLOCK / instrument.engine.config.rate
    work = [work_percentile(side.header, 0.99) / block_ns for side in (closed, opened)]
    midi = [float(np.percentile(side.waits_ms, 99)) for side in (closed, opened)]
    return {
        "page_work_p99_ratio": work[1] / work[0],
        "page_midi_p99_ratio": midi[1] / midi[0],
        "page_block_share_p99_closed": work[0],
        "page_block_share_p99_open": work[1],
        "page_midi_ms_p99_closed": midi[0],
        "page_midi_ms_p99_open": midi[1],
    }


class _Side:
    """What was seen in the turns of one kind. ``header``: as ``work_percentile`` reads one."""

    def __init__(self) -> None:
        self.header = np.zeros(1, [("work", np.int64, (WORK_BINS,))])
        self.waits_ms: list[float] = []

    def add(self, work: np.ndarray, waits_ms: list[float]) -> None:
        self.header[0]["work"] += work
        self.waits_ms += waits_ms


def _play(instrument: LiveInstrument) -> tuple[np.ndarray, list[float]]:
    """The histogram of work, and how long each note took to the ring, of ``PLAY_S``."""
    waits: list[float] = []
    note = next(iter(instrument.patch.pads[0].notes), 36)

    def watch(hit: Hit, arrival_ns: int, posted_ns: int) -> None:
        waits.append((posted_ns - arrival_ns) * 1e-6)

    def strike() -> None:
        hurry()  # as RtMidi's thread does
        for count in range(round(PLAY_S / NOTE_EVERY_S)):
            time.sleep(max(0.0, began_s + count * NOTE_EVERY_S - time.monotonic()))
            message = bytes([NOTE_ON, note, 40 + count % 80])
            instrument.scheduler.post_midi((message, now_ns(), "bench"))

    header = instrument.engine.memory.header[0]
    before = header["work"].astype(np.int64)
    instrument.scheduler.watch = watch
    began_s = time.monotonic()
    thread = threading.Thread(target=strike)
    thread.start()
    while thread.is_alive():
        instrument.mind()
        thread.join(0.1)
    instrument.scheduler.watch = None
    return header["work"].astype(np.int64) - before, waits


class _OpenPage:
    """The page's process and one client, both up and fed."""

    def __init__(self, engine: tuple[str, int]) -> None:
        self._engine = engine
        self._said: list[str] = []

    def __enter__(self) -> None:
        self._page = PageProcess(self._engine, "127.0.0.1", 0, self._said.append)
        deadline = time.monotonic() + START_S
        while not self._said:
            if time.monotonic() > deadline:
                self._page.close()
                raise RuntimeError(f"the page was not there within {START_S:.0f} s")
            time.sleep(0.01)
        url = self._said[0].rpartition(" ")[2]
        command = [sys.executable, "-m", "astrodrum_live.page.client", url]
        pipe = subprocess.PIPE
        self._client = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert self._client.stdout is not None
        if not self._client.stdout.readline():
            self.__exit__()
            raise RuntimeError("the page tells its client nothing")

    def __exit__(self, *error: object) -> None:
        self._client.communicate("")
        self._page.close()
