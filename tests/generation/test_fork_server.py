"""The fork server for real: it forks, tells how its processes end, and is survived."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from patience import until
from test_generator_process import ENGINE, Bench, gone

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation import forked
from astrodrum_live.generation.forked import ForkedProcess, ForkServer, can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="no fork server on this system")

NOBODY = ["--memory", "none"]  # a generator whose engine is gone ends at once


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(EngineConfig(hit_seconds=0.2))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    """One that no test ends."""
    server = ForkServer(False, dict(os.environ))
    yield server
    assert server.lives
    server.close()
    assert not server.lives


@pytest.fixture
def mortal() -> Iterator[ForkServer]:
    server = ForkServer(False, dict(os.environ))
    yield server
    server.close()


def begun(server: ForkServer, engine: Engine) -> ForkedProcess:
    """A process that waits for a kit, and gives signs of life."""
    process = server.fork(["--memory", engine.memory.name])
    assert process is not None
    header = engine.memory.header[0]
    header["gen_beat_ns"][0] = 0
    until(lambda: header["gen_beat_ns"][0] > 0)
    return process


def ended(process: ForkedProcess) -> None:
    process.stdin.close()
    process.stdout.close()
    until(lambda: gone(process.pid))


def test_each_process_is_another_and_its_exit_code_is_told(server, engine):
    numbers = set()
    for _ in range(3):
        process = begun(server, engine)
        numbers.add(process.pid)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.0)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == process.wait() == -signal.SIGKILL
        process.kill()  # of no effect
        ended(process)
    last = server.fork(NOBODY)
    assert last.wait() == 0
    ended(last)
    assert len(numbers) == 3
    assert server.lives


def test_a_process_ends_with_its_pipe(server, engine):
    process = begun(server, engine)
    process.stdin.close()
    assert process.wait() == 0
    ended(process)


def test_a_process_survives_its_server_and_can_still_be_ended(mortal, engine):
    process = begun(mortal, engine)
    os.kill(mortal.process_id, signal.SIGKILL)
    until(lambda: not mortal.lives)
    engine.memory.header[0]["gen_beat_ns"][0] = 0
    until(lambda: engine.memory.header[0]["gen_beat_ns"][0] > 0)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.0)
    process.kill()
    assert process.wait() is None  # nobody is left who could tell the code
    ended(process)
    assert mortal.fork(NOBODY) is None


def test_a_server_that_does_not_answer_is_ended(mortal, monkeypatch):
    process = mortal.fork(NOBODY)
    assert process.wait() == 0
    ended(process)
    monkeypatch.setattr(forked, "ANSWERS_S", 0.1)
    os.kill(mortal.process_id, signal.SIGSTOP)
    assert mortal.fork(NOBODY) is None
    until(lambda: not mortal.lives)


def test_an_exit_code_that_comes_too_late_is_not_taken_for_the_next_process(server, monkeypatch):
    process = server.fork(NOBODY)
    until(lambda: gone(process.pid))  # its code lies in the socket
    with monkeypatch.context() as hurried:
        hurried.setattr(server, "_answer", too_late)
        assert process.wait() is None
    ended(process)
    process = server.fork(NOBODY)
    assert process.wait() == 0
    ended(process)
    assert server.lives


def too_late(wait_s: float) -> None:
    raise TimeoutError


def test_many_forks_leave_no_file_open(server):
    def fork_one() -> None:
        process = server.fork(NOBODY)
        assert process.wait() == 0
        ended(process)

    fork_one()
    ours, its = len(os.listdir("/proc/self/fd")), Path(f"/proc/{server.process_id}/fd")
    had = len(list(its.iterdir()))
    for _ in range(5):
        fork_one()
    assert len(os.listdir("/proc/self/fd")) == ours
    assert len(list(its.iterdir())) == had


def test_a_server_has_one_thread_so_that_it_may_be_forked(tiny_model):
    """Also when it has imported torch."""
    with Bench(tiny_model, "cpu", depth=4) as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.supervisor.state == "model")
        server = Path(f"/proc/{bench.supervisor.server_id}")
        assert len(list((server / "task").iterdir())) == 1
        assert "libtorch" in (server / "maps").read_text()


def test_while_its_server_is_dead_a_generator_goes_on_and_is_followed_by_one_started_anew(
    tiny_model,
):
    with Bench(tiny_model, "frozen", depth=4) as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.fresh() == [12, 12, 12])
        generator, server = bench.supervisor.process_id, bench.supervisor.server_id
        os.kill(server, signal.SIGKILL)
        until(lambda: gone(server))
        bench.engine.renew(1)
        bench.render()
        until(lambda: bench.fresh()[1] > 0)
        assert bench.supervisor.restarts == 0
        os.kill(generator, signal.SIGKILL)
        until(lambda: bench.supervisor.restarts == 1 and bench.supervisor.state == "frozen")
        assert bench.supervisor.server_id == server  # none has come yet
        bench.engine.renew(1)
        until(lambda: bench.render() is not None and bench.fresh()[1] > 0)


def test_a_server_that_died_is_followed_by_another_while_one_plays(tiny_model, monkeypatch):
    monkeypatch.setattr("astrodrum_live.generation.supervisor.SERVER_AGAIN_S", 0.0)
    with Bench(tiny_model, "frozen", depth=4) as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.supervisor.state == "frozen")
        generator, server = bench.supervisor.process_id, bench.supervisor.server_id
        os.kill(server, signal.SIGKILL)
        until(lambda: gone(server))
        bench.supervisor.mind()
        assert bench.supervisor.server_id != server
        assert bench.supervisor.process_id == generator
        os.kill(generator, signal.SIGKILL)
        until(lambda: bench.supervisor.restarts == 1 and bench.supervisor.state == "frozen")
        parent = Path(f"/proc/{bench.supervisor.process_id}/stat").read_text().rpartition(")")[2]
        assert int(parent.split()[1]) == bench.supervisor.server_id


def test_where_nothing_can_be_forked_a_generator_is_started_anew(tiny_model, monkeypatch):
    monkeypatch.setattr("astrodrum_live.generation.supervisor.can_fork", lambda: False)
    with Bench(tiny_model, "frozen", depth=4) as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.fresh() == [12, 12, 12])
        os.kill(bench.supervisor.process_id, signal.SIGKILL)
        until(lambda: bench.supervisor.restarts == 1 and bench.supervisor.state == "frozen")
        assert bench.supervisor.server_id is None


def test_an_engine_that_is_closed_while_its_server_imports_leaves_nothing(tiny_model):
    with Bench(tiny_model, "cpu") as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.supervisor.server_id is not None)
        server = bench.supervisor.server_id
    assert gone(server)
    assert bench.supervisor.state == "off"


@pytest.mark.parametrize("stopped", [False, True])
def test_a_killed_engine_leaves_neither_server_nor_generator(
    tiny_model, command_environment, stopped
):
    """Even if the generator cannot see that its pipe has closed."""
    with subprocess.Popen(
        [sys.executable, "-c", ENGINE, str(tiny_model)],
        stdout=subprocess.PIPE,
        text=True,
        env=command_environment,
    ) as process:
        generator, server = map(int, process.stdout.readline().split()[:2])
        if stopped:
            os.kill(generator, signal.SIGSTOP)
        process.send_signal(signal.SIGKILL)
    until(lambda: gone(generator) and gone(server))


def test_ctrl_c_in_a_terminal_reaches_neither_server_nor_generator(server, engine):
    process = begun(server, engine)
    ours = os.getpgid(0)
    assert os.getpgid(process.pid) != ours
    assert os.getpgid(server.process_id) != ours
    ended(process)
