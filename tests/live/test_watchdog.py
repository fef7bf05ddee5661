"""Whoever was late is named, in one line, and seldom; nobody is, when all were in time."""

import numpy as np
import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.slowest import Slowest
from astrodrum_live.engine.engine import Engine
from astrodrum_live.live.watchdog import Watchdog
from astrodrum_live.rt.layout import BINS_PER_DOUBLING, COUNTERS

BLOCK_NS = 128e9 / 48000


class Stage:
    """An engine whose counters a test turns by hand, and a clock."""

    def __init__(self) -> None:
        self.engine = Engine(EngineConfig(voices=4, hit_seconds=0.1))
        self.lines: list[str] = []
        self.now_ns = 1_000_000_000_000
        self.threads = {"the control thread": Slowest(), "a MIDI port's thread": Slowest()}
        self.watchdog = Watchdog(
            self.engine, lambda: "it is loading", self.threads, self.lines.append, self.clock
        )
        self.look()

    def clock(self) -> int:
        return self.now_ns

    def count(self, name: str, more: int = 1) -> None:
        self.engine.memory.header[0]["counter"][COUNTERS.index(name)] += more

    def worked(self, ns: float, blocks: int = 1) -> None:
        self.engine.memory.header[0]["work"][int(np.log2(ns) * BINS_PER_DOUBLING)] += blocks

    def look(self, blocks: int = 37) -> list[str]:
        self.count("blocks", blocks)
        self.now_ns += 100_000_000
        self.lines.clear()
        self.watchdog.look()
        return list(self.lines)


@pytest.fixture
def stage():
    stage = Stage()
    yield stage
    stage.engine.close()


def test_while_all_are_in_time_nothing_is_said(stage):
    for _ in range(50):
        stage.count("played", 3)
        stage.worked(BLOCK_NS / 3, 37)
        stage.threads["the control thread"].see(400_000)
        assert stage.look() == []


def test_a_callback_that_the_system_held_up(stage):
    stage.worked(100_000, 1000)
    stage.worked(4 * BLOCK_NS)
    stage.count("xruns")  # what follows from it is not told as another's fault
    assert stage.look() == [
        "the callback was late: 1 times longer than a block of 2.7 ms; usually 0.1 ms, so the"
        " system held it up"
    ]


def test_a_callback_that_has_too_much_to_do(stage):
    stage.worked(2 * BLOCK_NS, 40)
    (line,) = stage.look()
    assert line.endswith("its work is too much: fewer voices, or a longer block (--block 256)")


def test_a_device_that_called_late_or_not_at_all(stage):
    stage.count("xruns", 3)
    (line,) = stage.look()
    assert line.startswith("the device was late: called 3 times too late")
    stage = Stage()
    assert stage.look(blocks=0) == []
    assert stage.look(blocks=0) == ["the device was late: no call for 0.2 s"]
    stage.engine.close()


def test_a_thread_that_made_a_hit_late(stage):
    stage.threads["the control thread"].see(500_000)
    stage.threads["a MIDI port's thread"].see(23_000_000)
    stage.count("late", 2)
    assert stage.look() == ["a MIDI port's thread was late: up to 23 ms late, and 2 hits with it"]
    stage.count("late", 1)
    assert stage.look() == []  # its sender was, and OSC says so itself


def test_a_generator_that_starves_a_pad(stage):
    stage.count("repeated", 7)
    assert stage.look() == ["the generator was late: 7 hits repeated: it is loading"]


def test_a_part_is_told_of_every_ten_seconds_with_all_that_came_meanwhile(stage):
    said = []
    for _ in range(205):
        stage.count("repeated", 2)
        said += stage.look()
    assert [line.split()[4] for line in said] == ["2", "200", "200"]
