"""What real clients sent, through dialect, scheduler and callback: each hit on its own frame.

No device: the callback is called by hand with a clock that the test owns.
"""

import json
import time
from pathlib import Path

import numpy as np
import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import Event, Hit
from astrodrum_live.control.osc.due import due
from astrodrum_live.control.osc.packet import decode
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.control.silent_instrument import SilentInstrument
from astrodrum_live.engine.engine import Engine
from astrodrum_live.layers import LAYERS
from astrodrum_live.live.scheduler import Scheduler

REPO = Path(__file__).resolve().parents[2]
FEW = REPO / "tests" / "control" / "data" / "superdirt.jsonl"
CAPTURES = REPO.parent / "shared" / "captures"
TIDAL = ("127.0.0.1", 6010)
RATE = 48000
START_NS = 5_000_000_000
SETTLED_NS = START_NS + 3_000_000_000  # the clock map's
BLOCKS = (32, 64, 128, 256, 512, 1024)
# file, its listener's port
WHOLE = (
    *(("tidal_basic_noreply", 57120), ("tidal_bus", 57120), ("tidal_cut_overlap", 57120)),
    *(("tidal_late_listener", 57120), ("tidal_once", 57120), ("tidal_two_targets", 57130)),
    ("sclang_pbind", 57201),
)


class Stage(SilentInstrument):
    """The default kit on an engine without a device, its scheduler, and the time."""

    def __init__(self, block: int) -> None:
        super().__init__(load_patch(find_patch("default")))
        self.block = block
        config = EngineConfig(rate=RATE, block=block, hit_seconds=0.05, voices=self.patch.voices)
        self.engine = Engine(config)
        for pad in range(len(self.patch.pads)):
            for layer in range(LAYERS):
                self.engine.rings.push(pad, layer, np.array([0.5, 0.0], np.float32), RATE, 1, 1)
        self.scheduler = Scheduler(self.engine, lambda *_: (), lambda _: None)
        self.scheduler.start()
        self.now_ns = START_NS
        self.posted = 0
        self.due_ns: list[int] = []

    def close(self) -> None:
        self.scheduler.close()
        self.engine.close()

    def post(self, event: Event, arrival_ns: int, due_ns: int | None = None) -> None:
        """As the instrument's; returns when the command is in its ring: every event here is one."""
        self.scheduler.post(event, arrival_ns, due_ns)
        self.posted += 1
        if isinstance(event, Hit):
            assert due_ns is not None
            self.due_ns.append(due_ns)
        deadline = time.monotonic() + 10
        while int(self.engine.memory.header["command_write"][0][0]) < self.posted:
            assert time.monotonic() < deadline
            time.sleep(1e-4)

    def value(self, pad: int | None, param: str) -> float:
        return self.engine.value(pad, param)

    def orbit_value(self, orbit: int, param: str) -> float:
        return self.engine.orbit_value(orbit, param)

    def render_until(self, time_ns: int) -> None:
        while self.now_ns < time_ns:
            self.engine.render(self.block, at_ns=self.now_ns)
            frame = int(self.engine.memory.header[0]["frame"])
            self.now_ns = START_NS + frame * 1_000_000_000 // RATE


def play(rows: list[dict], block: int) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    """The frames at which the hits of ``rows`` were due and were played, and the counters."""
    stage = Stage(block)
    try:
        shift_ns = round(rows[0]["t_arrival"] * 1e9) - SETTLED_NS
        routes = OscRoutes(stage, list, lambda: stage.now_ns)
        for row in rows:
            unix_ns = round(row["t_arrival"] * 1e9)
            arrival_ns = unix_ns - shift_ns
            stage.render_until(arrival_ns)
            routes.poll()
            for message in decode(bytes.fromhex(row["hex"])).messages:
                when = due(message.due_unix_ns, arrival_ns, unix_ns)
                routes.handle(message, TIDAL, arrival_ns, when)
        stage.now_ns += 10_000_000  # what waits for its bus is played
        routes.poll()
        stage.now_ns -= 10_000_000
        stage.render_until(max(stage.due_ns) + 200_000_000)
        played = stage.engine.drain_played()["frame"]
        wanted = np.sort((np.array(stage.due_ns) - START_NS) * RATE / 1e9)
        return wanted, played, stage.engine.counters()
    finally:
        stage.close()


def rows_of(path: Path, **wanted: object) -> list[dict]:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def assert_in_time(rows: list[dict], block: int) -> None:
    wanted, played, counters = play(rows, block)
    assert len(played) == len(wanted) > 0
    assert np.abs(played - wanted).max() <= 1.0
    assert counters["late"] == counters["empty"] == 0


@pytest.mark.parametrize("block", BLOCKS)
def test_events_of_tidal_sound_on_the_frame_of_their_time_tag(block):
    assert_in_time(rows_of(FEW, **{"from": "tidal_cut_overlap"}), block)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize(("name", "port"), WHOLE)
def test_a_whole_capture_sounds_on_the_frames_of_its_time_tags(name, port, block):
    if not CAPTURES.is_dir():
        pytest.skip("no captures beside this checkout")
    assert_in_time(rows_of(CAPTURES / f"{name}.jsonl", port=port), block)
