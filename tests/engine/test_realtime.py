"""What is asked of the system, and that a system that grants nothing costs a line and no more."""

import ctypes
import os
import sys
import threading

import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine import realtime
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.null_device import NullDevice
from astrodrum_live.engine.realtime import lock_memory, threads
from astrodrum_live.urgency import DEVICE, raise_priority

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is asked of Linux")


@pytest.fixture
def engine():
    engine = Engine(EngineConfig(voices=2, hit_seconds=0.05))
    yield engine
    engine.close()


def asked(monkeypatch, refuse: bool) -> list[tuple]:
    said = []

    def schedule(thread: int, policy: int, param: os.sched_param) -> None:
        if refuse:
            raise PermissionError("not granted")
        said.append((thread, policy & ~os.SCHED_RESET_ON_FORK, param.sched_priority))

    monkeypatch.setattr(os, "sched_setscheduler", schedule)
    return said


def test_the_thread_that_calls_back_is_asked_to_go_first(engine, monkeypatch):
    said = asked(monkeypatch, refuse=False)
    device = NullDevice(engine)
    device.start()
    assert device.realtime
    device.close()
    assert said == [(0, os.SCHED_FIFO, DEVICE)]


def test_where_it_is_not_granted_it_plays_all_the_same(engine, monkeypatch):
    asked(monkeypatch, refuse=True)
    device = NullDevice(engine)
    device.start()
    assert not device.realtime
    assert device.alive()
    device.close()


def test_a_thread_that_goes_first_already_is_left_as_it_is(monkeypatch):
    said = asked(monkeypatch, refuse=False)
    monkeypatch.setattr(os, "sched_getscheduler", lambda thread: os.SCHED_RR)
    assert raise_priority(0, DEVICE)
    assert said == []


def test_new_threads_are_seen_and_one_that_has_ended_is_not_raised():
    before, end = threads(), threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    assert threads() - before == {thread.native_id}
    end.set()
    thread.join()
    assert not realtime.raise_device([1 << 30])


class Libc:
    """A C library in which some calls fail."""

    def __init__(self, *failing: str) -> None:
        self.failing, self.called = failing, []

    def __getattr__(self, name: str):
        def call(*_: object) -> int:
            self.called.append(name)
            ctypes.set_errno(12)
            return -1 if name in self.failing else 0

        return call


@pytest.mark.parametrize(
    ("failing", "called", "told"),
    [
        ((), ["mlock2"], ""),
        (("mlock2",), ["mlock2"], "memory is not locked, "),
    ],
)
def test_what_the_callback_reads_is_locked_or_it_is_said(
    engine, monkeypatch, failing, called, told
):
    libc = Libc(*failing)
    monkeypatch.setattr(realtime.ctypes, "CDLL", lambda *_, **__: libc)
    line = lock_memory(engine.memory)
    assert libc.called == called
    assert line.startswith(told)
    assert bool(line) == bool(told)
    if told:
        assert "MiB may be swapped out: Cannot allocate memory" in line
