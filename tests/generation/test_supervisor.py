"""The supervisor where the system refuses what it asks for: fakes in the place of processes."""

import errno
import io
import os
import threading
from collections.abc import Iterator

import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation import forked, supervisor
from astrodrum_live.generation.forked import ForkServer, can_fork
from astrodrum_live.generation.supervisor import Supervisor

AT_WORK = '{"state": "frozen", "text": ""}\n'


class Process:
    """A generator that says it is at work and waits for its end."""

    def __init__(self) -> None:
        self.pid, self.stdin = 1, io.StringIO()
        self.ended = threading.Event()
        self.stdout = _Lines(self.ended)

    def wait(self, timeout: float | None = None) -> int:
        return 0

    def kill(self) -> None:
        self.ended.set()


class _Lines(io.StringIO):
    """Its only line; then nothing until the process has ended."""

    def __init__(self, ended: threading.Event) -> None:
        super().__init__(AT_WORK)
        self._ended = ended

    def __next__(self) -> str:
        try:
            return super().__next__()
        except StopIteration:
            self._ended.wait(10)
            raise


class Stage:
    """A supervisor with lines instead of a terminal; ``processes``: what is spawned, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine, self.lines, self.processes = Engine(EngineConfig(hit_seconds=0.05)), [], []
        self.worked, self.broken = threading.Event(), []
        monkeypatch.setattr(threading, "excepthook", self.broken.append)
        monkeypatch.setattr(Supervisor, "_spawned", lambda supervisor: self._spawned())
        self.supervisor = Supervisor(self.engine, self.lines.append, "frozen")

    def _spawned(self) -> Process:
        one = self.processes.pop(0)
        if isinstance(one, OSError):
            raise one
        self.worked.set()
        return one

    def close(self) -> None:
        self.supervisor.close()
        self.engine.close()


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    stage = Stage(monkeypatch)
    yield stage
    stage.close()


def refused(*_: object, **__: object) -> None:
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def test_an_end_while_a_generator_is_started_again_ends_quietly(stage, monkeypatch):
    first, again = Process(), threading.Event()
    stage.supervisor._may_fork = False
    stage.processes.append(first)
    stage.supervisor.load(Sounds())
    assert stage.worked.wait(10)
    started = stage.supervisor._restarts.started

    def ended_here() -> None:
        started()
        stage.supervisor._closing.set()
        again.set()

    monkeypatch.setattr(stage.supervisor._restarts, "started", ended_here)
    first.kill()
    assert again.wait(10)
    stage.supervisor._keeper.join(10)
    assert stage.broken == []


class Sounds:
    def to_message(self) -> dict:
        return {}


def test_a_generator_that_cannot_be_started_is_tried_until_it_can(stage):
    stage.supervisor._may_fork = False
    stage.processes += [OSError(errno.ENOMEM, "no memory"), Process()]
    stage.supervisor.load(Sounds())
    assert stage.worked.wait(10)
    assert stage.lines == ["generator does not start: [Errno 12] no memory; trying again"]
    assert stage.broken == []


def test_a_fork_server_that_cannot_be_started_ends_neither_the_look_nor_the_start(
    stage, monkeypatch
):
    tried = []
    monkeypatch.setattr(supervisor, "ForkServer", lambda *all: tried.append(all) or refused())
    stage.supervisor._may_fork, stage.supervisor.state = True, "frozen"
    stage.supervisor.mind()
    stage.supervisor.mind()
    assert len(tried) == 1  # the next try is not any sooner than after one that died
    monkeypatch.setattr(supervisor, "SERVER_AGAIN_S", 0.0)
    stage.supervisor.mind()
    assert len(tried) == 2
    stage.processes.append(Process())
    stage.supervisor.load(Sounds())
    assert stage.worked.wait(10)
    assert stage.broken == []


@pytest.mark.skipif(not can_fork(), reason="no fork server on this system")
def test_a_fork_server_that_cannot_be_started_leaves_no_socket_open(monkeypatch):
    monkeypatch.setattr(forked.subprocess, "Popen", refused)
    had = len(os.listdir("/proc/self/fd"))
    with pytest.raises(BlockingIOError):
        ForkServer(False, {})
    assert len(os.listdir("/proc/self/fd")) == had
