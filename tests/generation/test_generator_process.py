"""The generator process for real: fills, follows tweaks, dies with no silent note, leaves nothing.

No device runs: the test calls the engine's callback itself, so every frame is known.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from patience import until

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.first_hits import push_first_hits
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.generation.supervisor import Supervisor
from astrodrum_live.layers import MADE_FOR
from astrodrum_live.model.bank import BANK, load_bank
from astrodrum_live.model.checkpoint import CONFIG, WEIGHTS
from astrodrum_live.now import now_ns

PADS = ({"kick": 1.0}, {"snare": 1.0}, {"hat_closed": 1.0})
BLOCK = 480


class Bench:
    """An engine and its generator."""

    def __init__(self, model: Path, device: str, depth: int = 16) -> None:
        self.lines: list[str] = []
        self.engine = Engine(EngineConfig(hit_seconds=0.45, ring_depth=depth))
        self.supervisor = Supervisor(self.engine, self.lines.append, device, session=5, threads=1)
        self.sounds = Sounds(model, PADS)

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.close()
        self.engine.close()

    def ready(self) -> list[int]:
        return self.engine.rings.ready()[: len(PADS)].sum(axis=1).tolist()

    def fresh(self) -> list[int]:
        rings = self.engine.rings
        return rings.ready_of(rings.epochs())[: len(PADS)].sum(axis=1).tolist()

    def render(self) -> np.ndarray:
        return self.engine.render(BLOCK, at_ns=now_ns())

    def count(self, name: str) -> int:
        return self.engine.counters()[name]


def gone(process_id: int) -> bool:
    """Ended, whether or not its parent has looked at it."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


@pytest.mark.parametrize("device", ["frozen", "cpu"])
def test_every_pad_of_the_kit_is_filled_to_the_depth_and_no_further(tiny_model, device):
    with Bench(tiny_model, device) as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.fresh() == [48, 48, 48])
        assert bench.supervisor.state == ("model" if device == "cpu" else "frozen")
        ready = bench.engine.rings.ready()
        assert (ready[: len(PADS)] == 16).all()
        assert not ready[len(PADS) :].any()
        assert bench.lines == []


def test_a_tweak_is_heard_in_the_next_note_and_its_age_is_counted(tiny_model):
    with Bench(tiny_model, "cpu") as bench:
        push_first_hits(bench.engine, load_bank(tiny_model), bench.sounds)
        bench.supervisor.load(bench.sounds)
        until(lambda: min(bench.fresh()) > 8)
        bench.render()
        assert bench.count("fresh_age_count") == 0  # nobody had asked for the first ones
        bench.engine.post_set(1, "z1", 2.5)
        asked_ns = now_ns()
        until(lambda: bench.fresh()[1] > 0)
        heard_ns = now_ns()
        bench.render()
        assert bench.count("fresh_age_count") == 1
        assert 0 < bench.count("fresh_age_ns") <= heard_ns - asked_ns + 100_000_000
        bench.engine.post_hit(1, 1.0)
        bench.engine.post_hit(0, 1.0)
        bench.render()
        snare, kick = bench.engine.drain_played()
        assert (snare["pad"], snare["epoch"]) == (1, 2)
        assert (kick["pad"], kick["epoch"]) == (0, 1)
        assert bench.count("stale_dropped") > 0


def test_a_tweak_renews_all_layers_of_its_pad(tiny_model):
    with Bench(tiny_model, "cpu", depth=4) as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.fresh() == [12, 12, 12])
        bench.engine.post_set(1, "z1", 2.5)
        until(lambda: bench.render() is not None and bench.fresh() == [12, 12, 12])
        for velocity in MADE_FOR:
            bench.engine.post_hit(1, velocity)
        bench.render()
        log = bench.engine.drain_played()[-3:]
        assert log["epoch"].tolist() == [2, 2, 2]
        assert log["layer"].tolist() == [0, 1, 2]
        assert len(set(log["seed"].tolist())) == 3


def test_killed_while_a_score_plays_no_note_is_silent(tiny_model):
    with Bench(tiny_model, "frozen", depth=4) as bench:
        push_first_hits(bench.engine, load_bank(tiny_model), bench.sounds)
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.supervisor.state == "frozen")
        sound, posted = [], []
        for step in range(240):
            if step == 80:
                os.kill(bench.supervisor.process_id, signal.SIGKILL)
            if step % 4 == 0:  # a note every 40 ms
                frame = int(bench.engine.memory.header["frame"][0]) + 100
                posted.append((frame, (step // 4) % len(PADS)))
                assert bench.engine.post_hit(posted[-1][1], 1.0, frame)
            sound.append(bench.render())
            time.sleep(0.002)
        played = bench.engine.drain_played()
        assert list(zip(played["frame"], played["pad"], strict=True)) == posted
        heard = np.concatenate(sound)
        for frame, _ in posted:
            assert np.sqrt(np.mean(heard[frame : frame + 1000] ** 2)) > 1e-3
        assert bench.count("empty") == 0
        until(lambda: bench.supervisor.restarts == 1 and bench.supervisor.state == "frozen")
        until(lambda: bench.fresh() == [12, 12, 12])
        assert bench.lines == ["generator ended (code -9); pads play what is ready; restarting"]


def test_a_generator_that_hangs_is_told_and_then_replaced(tiny_model, monkeypatch):
    monkeypatch.setattr("astrodrum_live.generation.supervisor.QUIET_S", 0.2)
    monkeypatch.setattr("astrodrum_live.generation.supervisor.HUNG_S", 0.6)
    with Bench(tiny_model, "frozen") as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.supervisor.state == "frozen")
        os.kill(bench.supervisor.process_id, signal.SIGSTOP)

        def replaced() -> bool:
            bench.supervisor.mind()
            return bench.supervisor.restarts >= 1 and bench.supervisor.state == "frozen"

        until(replaced)
        assert [line.split(" for ")[0] for line in bench.lines[:2]] == [
            "generator has not answered",
            "generator has hung",
        ]


def test_a_restarted_generator_repeats_no_hit(tiny_model):
    """Its session is another one, and a hit's seed follows from the session."""
    with Bench(tiny_model, "cpu") as bench:
        sessions = []
        for restarts in range(3):
            bench.supervisor.restarts = restarts
            arguments = bench.supervisor._arguments()
            sessions.append(arguments[arguments.index("--session") + 1])
        assert len(set(sessions)) == 3


ENGINE = """
import os, signal, sys, time
from pathlib import Path
from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.generation.supervisor import Supervisor
engine = Engine(EngineConfig(hit_seconds=0.45))
supervisor = Supervisor(engine, print, "frozen")
supervisor.load(Sounds(Path(sys.argv[1]), ({"kick": 1.0},)))
while supervisor.state != "frozen":
    time.sleep(0.01)
print(supervisor.process_id, supervisor.server_id or 0, engine.memory.name, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")
def test_a_killed_engine_leaves_no_generator_and_no_memory(tiny_model, python, command_environment):
    with subprocess.Popen(
        [python, "-c", ENGINE, str(tiny_model)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=command_environment,
    ) as process:
        generator, _, block = process.stdout.readline().split()
        assert not gone(int(generator))
        assert Path("/dev/shm", block).exists()
        process.send_signal(signal.SIGKILL)
    until(lambda: gone(int(generator)))
    until(lambda: not Path("/dev/shm", block).exists())


def truncate(model: Path) -> None:
    weights = model / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:1000])


def wrong_shapes(model: Path) -> None:
    config = model / CONFIG
    config.write_text(config.read_text().replace('"dim": 8', '"dim": 12'))


def no_weights(model: Path) -> None:
    (model / WEIGHTS).unlink()


@pytest.mark.parametrize("damage", [truncate, wrong_shapes, no_weights])
def test_a_broken_model_is_told_and_its_bank_plays(tiny_model, tmp_path, damage):
    model = shutil.copytree(tiny_model, tmp_path / "broken")
    damage(model)
    with Bench(model, "cpu", depth=4) as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.fresh() == [12, 12, 12])
        assert bench.supervisor.state == "frozen"
        assert len(bench.lines) == 1
        assert str(model) in bench.lines[0]
        assert bench.lines[0].endswith("playing frozen hits")


def test_without_model_and_bank_the_pads_repeat_and_the_process_waits_for_better(
    tiny_model, tmp_path
):
    model = shutil.copytree(tiny_model, tmp_path / "broken")
    (model / BANK).unlink()
    truncate(model)
    with Bench(model, "cpu", depth=4) as bench:
        push_first_hits(bench.engine, load_bank(tiny_model), bench.sounds)
        bench.supervisor.load(bench.sounds)
        until(lambda: len(bench.lines) == 2)
        bench.engine.post_hit(0, 1.0)
        bench.render()
        assert bench.count("played") == 1
        bench.supervisor.load(Sounds(tiny_model, PADS))
        until(lambda: bench.supervisor.state == "model")
        assert bench.supervisor.restarts == 0


def test_without_torch_frozen_hits_are_played(tiny_model, tmp_path, monkeypatch):
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text("raise ImportError('no torch here')")
    repo = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(repo)]))
    with Bench(tiny_model, "auto", depth=4) as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.fresh() == [12, 12, 12])
        assert bench.supervisor.state == "frozen"
        assert bench.lines == ["generator: ImportError: no torch here; playing frozen hits"]


def test_another_kit_brings_other_classes_without_an_empty_pad(tiny_model):
    with Bench(tiny_model, "frozen", depth=4) as bench:
        push_first_hits(bench.engine, load_bank(tiny_model), bench.sounds)
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.fresh() == [12, 12, 12])
        wider = Sounds(tiny_model, (*PADS, {"cymbal": 1.0}))
        bench.supervisor.load(wider)
        bench.engine.renew(3)
        bench.engine.post_hit(3, 1.0)  # before the generator can have answered
        bench.render()
        assert bench.count("empty") == 0
        until(lambda: bench.engine.rings.ready_of(bench.engine.rings.epochs())[3].min() == 4)
        bench.engine.post_hit(3, 1.0)
        bench.render()
        cymbals = load_bank(tiny_model).seeds[6].tolist()
        assert bench.engine.drain_played()[-1]["seed"] in cymbals


def test_what_a_library_prints_does_not_reach_the_engine(tiny_model, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, sys\nprint('hello from a library')\nsys.stdout.flush()\n"
    )
    repo = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(repo)]))
    with Bench(tiny_model, "frozen", depth=4) as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.fresh() == [12, 12, 12])
        assert bench.supervisor.restarts == 0
