"""What a generator can suffer while one plays: no silent note, back within seconds, a line each.

The faults are planted in the real process, by a file that Python reads as it starts.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation import restarts, supervisor
from astrodrum_live.generation.broken_hits import MANY, BrokenHits
from astrodrum_live.generation.first_hits import push_first_hits
from astrodrum_live.generation.origin import MAKERS
from astrodrum_live.generation.process import in_words
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.generation.supervisor import Supervisor
from astrodrum_live.model.bank import load_bank
from astrodrum_live.now import now_ns

PATIENCE_S = 90.0  # how soon it is back is no matter of a test: tools/kill_generator.py tells
PADS = ({"kick": 1.0}, {"snare": 1.0}, {"hat_closed": 1.0})
BLOCK = 480

PLANTED = """
import os, numpy as np
from pathlib import Path
from astrodrum_live.generation import makers

fault = Path(os.environ["FAULT"])
FAULTY = getattr(makers, os.environ["FAULTY"])
make = FAULTY.make

def faulty(self, requests, values):
    said = fault.read_text() if fault.exists() else ""
    if said == "memory":
        raise MemoryError
    if said == "no torch memory":
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
    if said == "silence":
        return [makers.Made(None, 1) for _ in requests]
    if said == "nan":
        return [makers.Made(np.full(2000, np.nan, np.float32), 1) for _ in requests]
    return make(self, requests, values)

FAULTY.make = faulty
if "FAULTY_LOAD" in os.environ:
    from astrodrum_live.generation import device_choice

    def dies(*_):
        os._exit(7)

    device_choice.start_torch = dies
"""


class Bench:
    """An engine on no device, its generator, and notes that are looked at one by one."""

    def __init__(self, model: Path, device: str = "frozen") -> None:
        self.lines: list[str] = []  # but those of a machine that is too busy to answer
        self.engine = Engine(EngineConfig(hit_seconds=0.45, ring_depth=4))
        self.sounds = Sounds(model, PADS)
        push_first_hits(self.engine, load_bank(model), self.sounds)
        self.supervisor = Supervisor(self.engine, self.hear, device, session=5, threads=1)
        self.supervisor.load(self.sounds)
        self.struck = 0

    def hear(self, line: str) -> None:
        if supervisor.QUIET_S < 1.0 or not line.startswith("generator has not answered"):
            self.lines.append(line)

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.close()
        self.engine.close()

    @property
    def works(self) -> bool:
        return self.supervisor.state in ("model", "frozen")

    def warm_up(self) -> None:
        """Wait, without a note, until every ring is full."""
        rings = self.engine.rings
        deadline_s = time.monotonic() + PATIENCE_S
        while not (self.works and rings.ready_of(rings.epochs())[: len(PADS)].min() == 4):
            assert time.monotonic() < deadline_s, f"waited in vain; {self.lines}"
            time.sleep(0.01)

    def made(self) -> int:
        return int(self.engine.memory.header[0]["gen_hits"][0])

    def play_until_it_makes_again(self) -> None:
        had = self.made()
        self.play_until(lambda: self.works and self.made() > had + 12)

    def note(self) -> None:
        """A stroke that has to be heard."""
        frame = self.engine.frame + 100
        assert self.engine.post_hit(self.struck % len(PADS), 1.0, frame)
        self.struck += 1
        sound = np.concatenate([self.engine.render(BLOCK, at_ns=now_ns()) for _ in range(4)])
        assert np.sqrt(np.mean(sound[100:1100] ** 2)) > 1e-3, "silent"
        assert np.isfinite(sound).all()

    def play_until(self, what) -> None:
        """Notes until it is so."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not what():
            assert time.monotonic() < deadline_s, f"waited in vain; {self.lines}"
            self.note()
            self.supervisor.mind()
            time.sleep(0.03)

    def all_sounded(self) -> bool:
        counts = self.engine.counters()
        return counts["played"] == self.struck and counts["empty"] == 0


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """Call it with the class that shall fail; the answer is the file that says how."""

    def plant(faulty: str) -> Path:
        (tmp_path / "sitecustomize.py").write_text(PLANTED)
        repo = Path(__file__).resolve().parents[2]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(repo)]))
        monkeypatch.setenv("FAULT", str(tmp_path / "fault"))
        monkeypatch.setenv("FAULTY", faulty)
        return tmp_path / "fault"

    return plant


def test_killed_again_and_again_it_comes_back_each_time(tiny_model, monkeypatch):
    """Three times here; tools/kill_generator.py does it a hundred times."""
    monkeypatch.setattr(restarts, "WAITS_S", (0.0,))
    with Bench(tiny_model) as bench:
        bench.warm_up()
        for times in range(1, 4):
            os.kill(bench.supervisor.process_id, signal.SIGKILL)

            def back(times: int = times) -> bool:
                return bench.supervisor.restarts == times and bench.works

            bench.play_until(back)
        assert bench.all_sounded()
        line = "generator ended (code -9); pads play what is ready; restarting"
        assert bench.lines == [line] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="its parent may look on")
def test_stopped_for_a_while_and_let_go_on_it_goes_on(tiny_model, monkeypatch):
    monkeypatch.setattr(supervisor, "QUIET_S", 0.3)
    with Bench(tiny_model) as bench:
        bench.warm_up()
        os.kill(bench.supervisor.process_id, signal.SIGSTOP)
        bench.play_until(lambda: bool(bench.lines))
        os.kill(bench.supervisor.process_id, signal.SIGCONT)
        bench.play_until_it_makes_again()
        assert bench.supervisor.restarts == 0
        assert bench.all_sounded()
        assert len(bench.lines) == 1
        assert bench.lines[0].startswith("generator has not answered for ")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("memory", "generator: out of memory"),
        ("no torch memory", "generator: RuntimeError: DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_out_of_memory_it_says_so_in_a_line_and_comes_back(
    tiny_model, planted, fault, said, capfd, monkeypatch
):
    monkeypatch.setattr(restarts, "WAITS_S", (0.0, 0.2))
    file = planted("FrozenMaker")
    with Bench(tiny_model) as bench:
        bench.warm_up()
        file.write_text(fault)
        bench.play_until(lambda: len(bench.lines) >= 2)
        file.unlink()
        bench.play_until_it_makes_again()
        assert bench.all_sounded()
        assert bench.lines[:2] == [
            said,
            "generator ended (code 1); pads play what is ready; restarting",
        ]
    assert "Traceback" not in capfd.readouterr().err


def test_started_again_it_fills_the_rings_with_frozen_hits_before_the_model_is_up(
    tiny_model, planted, monkeypatch
):
    """A model takes seconds to load, in which a player empties a ring."""
    planted("ModelMaker")
    monkeypatch.setenv("FAULTY_LOAD", "1")
    with Bench(tiny_model, "cpu") as bench:
        bench.play_until(lambda: bool(bench.lines))  # it dies as it loads
        bench.play_until(lambda: bench.supervisor.restarts >= 1 and bench.made() >= 12)
        played = bench.engine.drain_played()
        assert bench.all_sounded()
        assert (played["repeated"] != 0).sum() > 0
        kinds = {int(one["maker"]) for one in origins(bench)}
        assert MAKERS.index("frozen") in kinds


def origins(bench: Bench) -> np.ndarray:
    return bench.engine.memory.header[0]["slot_origin"][: 3 * len(PADS)].ravel()


def test_a_model_of_which_every_hit_is_broken_gives_way_to_its_frozen_hits(tiny_model, planted):
    planted("ModelMaker").write_text("silence")
    with Bench(tiny_model, "cpu") as bench:
        bench.play_until(lambda: bench.supervisor.state == "frozen")
        bench.play_until_it_makes_again()
        assert bench.all_sounded()
        assert bench.lines == [
            "generator: every hit of the model came out silent or broken; playing frozen hits"
        ]
        assert bench.supervisor.restarts == 0


def test_hits_that_come_out_silent_from_some_time_on_are_told_once(tiny_model, planted):
    file = planted("FrozenMaker")
    with Bench(tiny_model) as bench:
        bench.warm_up()
        file.write_text("silence")
        bench.play_until(lambda: bool(bench.lines))
        for _ in range(20):
            bench.note()
        assert len(bench.lines) == 1
        assert "hits of pad" in bench.lines[0]
        assert "came out silent or broken" in bench.lines[0]
        file.unlink()
        bench.play_until_it_makes_again()
        assert bench.all_sounded()


def test_hits_of_nan_that_got_through_are_neither_heard_nor_silent(tiny_model, planted):
    """The filters let none through; if one came all the same, the callback takes the last good."""
    file = planted("FrozenMaker")
    with Bench(tiny_model) as bench:
        bench.warm_up()
        file.write_text("nan")
        for _ in range(60):
            bench.note()
        assert bench.engine.counters()["bad_samples"] == 0
        file.unlink()
        bench.play_until(lambda: bench.works)
        assert bench.engine.counters()["empty"] == 0


def test_a_pad_that_comes_out_broken_is_told_once_and_a_maker_that_never_made_one_is_hopeless():
    hits = BrokenHits()
    for _ in range(MANY):
        assert not hits.hopeless
        assert hits.note(3) == ""
        hits.broken()
    assert hits.hopeless
    hits.whole()
    for _ in range(MANY):
        hits.broken()
    assert not hits.hopeless
    assert "hits of pad 4 came out silent or broken" in hits.note(3)
    assert hits.note(3) == ""


TRACE = "import sys; sys.argv = ['x', '--memory', 'none']; import runpy; "
TRACE += "runpy.run_module('astrodrum_live.generation.process', run_name='__main__')"


def test_a_generator_whose_engine_has_gone_ends_without_a_word(python, command_environment):
    done = subprocess.run(
        [python, "-c", TRACE],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=command_environment,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_error_of_many_lines_is_told_in_one():
    told = in_words(RuntimeError("The operation failed\nmodes.py(123)\ncan't allocate memory\n"))
    assert told == "RuntimeError: can't allocate memory"
    assert in_words(RuntimeError()) == "RuntimeError: "
