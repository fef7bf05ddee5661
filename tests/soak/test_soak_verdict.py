"""Each failure is found, and told in a line; what is as it must be, is not."""

import os
import subprocess
import sys

import numpy as np
import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.soak.ear import Ear
from astrodrum_live.soak.gauge import blocks, children, own_mib, slope
from astrodrum_live.soak.verdict import Report

GOOD = {
    "scenario": "one-pad", "seconds": 60.0, "hits": 2040, "repeated": 20,
    "sent": {"midi": 2040}, "obeyed": {"midi": 2040},
    "leaks": {"engine": (0.5, 0.2)}, "stop_s": 0.6, "drift_ms": -3.0,
}  # fmt: skip

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_a_good_run_has_no_failures():
    assert Report(**GOOD).failures() == []


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ({"obeyed": {"midi": 2039}}, "lost: 2040 midi sent, 2039 obeyed"),
        ({"hits": 0}, "no hit sounded"),
        ({"silent": 3}, "3 hits were silent"),
        ({"late": 2, "late_max_ms": 4.25}, "2 hits were late"),
        ({"held_up": {"late": 9}, "held_s": 0.7}, "the system stood still for 0.7 s: too much"),
        ({"too_long_blocks": 4}, "the callback took longer than its block 4 times"),
        ({"xruns": 1}, "the device was not served in time 1 times"),
        ({"drift_ms": 25.0}, "the frames drifted by 25.0 ms from the clock"),
        ({"repeated": 21}, "1.0% of the hits were repeats"),
        ({"leaks": {"engine": (0.7, 0.2)}, "leaks_judged": True}, "engine grows by 0.70 MiB a"),
        (
            {"seconds": 1200.0, "leaks": {"engine": (0.02, 0.001)}, "leaks_judged": True},
            "engine grows",
        ),
        ({"generator_restarts": 1}, "the generator was started again 1 times"),
        ({"stop_s": 1.3}, "it took 1.3 s to stop"),
        ({"left": ["process 7"]}, "left behind: process 7"),
    ],
)
def test_what_is_not_as_it_must_be_is_a_line(wrong, line):
    (told,) = Report(**{**GOOD, **wrong}).failures()
    assert told.startswith(line)


def test_what_came_while_an_idle_client_was_held_up_is_told_and_no_failure():
    held_up = {"late": 3, "too_long_blocks": 1}
    assert Report(**GOOD, held_up=held_up, holds=2, held_s=0.012).failures() == []


def test_repeats_are_no_failure_while_everything_is_turned_all_the_time():
    assert Report(**{**GOOD, "scenario": "all", "repeated": 900}).failures() == []


def test_a_slope_is_found_in_noise_and_its_error_with_it():
    times = [float(second) for second in range(300)]
    noise = np.random.default_rng(1).normal(0, 0.5, 300)
    rise, error = slope(times, [100 + second / 60 * 0.4 + noise[int(second)] for second in times])
    assert rise == pytest.approx(0.4, abs=3 * error)
    assert 0.01 < error < 0.05
    assert slope([1.0, 2.0], [1.0, 9.0]) == (0.0, 0.0)


@linux
def test_memory_children_and_blocks_are_seen():
    assert 10 < own_mib(os.getpid()) < 10_000
    before = children()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert children() - before == {child.pid}
    assert child.pid not in children()
    had = blocks()
    engine = Engine(EngineConfig(voices=2, hit_seconds=0.05))
    assert blocks() - had == {engine.memory.name}
    engine.close()
    assert blocks() == had


def test_a_hit_that_cannot_be_heard_is_found():
    engine = Engine(EngineConfig(voices=4, hit_seconds=0.2))
    try:
        loud = np.linspace(0.5, 0.1, 4000, dtype=np.float32)
        engine.rings.push(0, 2, loud, 48000, 1, 1)
        engine.rings.push(1, 2, loud * 1e-7, 48000, 2, 1)
        ear = Ear(engine)
        engine.memory.header[0]["tapping"][0] = 1
        engine.post_hit(0, 1.0, 1000)
        engine.post_hit(1, 1.0, 20_000)
        engine.post_hit(0, 1.0, 30_000)
        for _ in range(10):
            engine.render(4800)
            ear.listen()
        assert (ear.hits, ear.silent, ear.repeated) == (3, 1, 1)
        assert ear.step == pytest.approx(0.5, rel=0.3)
    finally:
        engine.close()
