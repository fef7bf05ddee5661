"""Memory of an engine that was killed together with its tracker is removed by the next engine."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.left_behind import hold, remove_left_behind

SMALL = EngineConfig(rate=8000, voices=2, hit_seconds=0.05)
KILLED = """
import os, signal
from multiprocessing import resource_tracker
from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
engine = Engine(EngineConfig(rate=8000, voices=2, hit_seconds=0.05))
print(engine.memory.name, flush=True)
os.kill(resource_tracker._resource_tracker._pid, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="where shared memory is files in a folder"
)


def dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        return process.pid


def test_what_a_killed_engine_and_its_tracker_left_is_gone_after_the_next_start(
    python, command_environment
):
    done = subprocess.run(
        [python, "-c", KILLED],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=command_environment,
    )
    assert done.returncode == -signal.SIGKILL
    block = Path("/dev/shm", done.stdout.strip())
    assert block.exists()
    Engine(SMALL).close()
    assert not block.exists()


def test_only_blocks_of_engines_that_are_no_more_are_removed(tmp_path):
    dead, lives = dead_process(), os.getpid()
    names = [f"astrodrum-{dead}-0a1b2c", f"astrodrum-{lives}-0a1b2c", f"astrodrum-{dead}-x", "psm"]
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    assert remove_left_behind(tmp_path) == names[:1]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])
    assert remove_left_behind(tmp_path / "none") == []


def test_a_block_that_is_held_is_left_whoever_its_number_seems_to_be(tmp_path):
    path = tmp_path / f"astrodrum-{dead_process()}-0a1b2c"
    path.write_bytes(b"x")
    file = hold(path.name, tmp_path)
    assert remove_left_behind(tmp_path) == []
    os.close(file)
    assert remove_left_behind(tmp_path) == [path.name]


def test_an_engine_holds_its_own_block_and_lets_it_go():
    engine = Engine(SMALL)
    files = os.listdir("/proc/self/fd")
    engine.close()
    assert len(os.listdir("/proc/self/fd")) < len(files)
