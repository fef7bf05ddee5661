"""What is late is ours, unless an idle client beside us was late at that time."""

import os
import signal
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from astrodrum_live.now import now_ns
from astrodrum_live.soak import lateness as lateness_module
from astrodrum_live.soak.lateness import Lateness
from astrodrum_live.soak.witness import HELD_NS, REACHES_NS, Hold, Witness
from astrodrum_live.urgency import DEVICE, raise_priority


def a_witness_of(*holds: Hold) -> Witness:
    witness = Witness.__new__(Witness)
    witness.holds, witness.why_not = list(holds), ""
    return witness


def test_a_hold_reaches_over_itself_and_a_little_later():
    witness = a_witness_of(Hold(1000, 2000))
    assert witness.held(1500, 1600)
    assert witness.held(0, 1001)
    assert witness.held(2000 + REACHES_NS - 1, 3000 + REACHES_NS)
    assert not witness.held(0, 1000)
    assert not witness.held(2000 + REACHES_NS, 3000 + REACHES_NS)
    witness.why_not = "the system let no idle client go first"
    assert not witness.held(1500, 1600)


def test_only_what_came_without_a_hold_is_ours(monkeypatch):
    counters = {"late": 5, "xruns": 0}
    too_long, clock = [0], [0]
    instrument = SimpleNamespace(
        engine=SimpleNamespace(counters=lambda: dict(counters)),
        watchdog=SimpleNamespace(too_long=lambda: too_long[0]),
    )
    monkeypatch.setattr(lateness_module, "now_ns", lambda: clock[0])
    lateness = Lateness(instrument)
    clock[0], counters["late"] = 100, 7
    lateness.look()
    clock[0] = 200
    lateness.look()
    clock[0], counters["xruns"], too_long[0], counters["late"] = 300, 1, 2, 8
    lateness.look()
    ours, systems = lateness.blame(lambda begin, end: (begin, end) == (200, 300))
    assert ours == {"late": 2}
    assert systems == {"late": 1, "xruns": 1, "too_long_blocks": 2}


posix = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")


@pytest.fixture
def witness():
    started = Witness(0.003)
    yield started
    started.close()
    started.close()  # again: harmless


@posix
def test_an_idle_client_that_stood_still_has_seen_it(witness):
    time.sleep(0.05)
    began_ns = now_ns()
    os.kill(witness.process_id, signal.SIGSTOP)
    time.sleep(0.2)
    os.kill(witness.process_id, signal.SIGCONT)
    ended_ns = now_ns()
    time.sleep(0.1)
    witness.close()
    assert any(one.from_ns < ended_ns and one.until_ns > began_ns for one in witness.holds)
    assert witness.longest_ms > HELD_NS / 1e6
    assert witness.held(began_ns, ended_ns) == (witness.why_not == "")


@posix
def test_what_all_processors_tell_at_once_is_told_line_by_line(witness):
    for _ in range(20):
        os.kill(witness.process_id, signal.SIGSTOP)
        time.sleep(0.01)
        os.kill(witness.process_id, signal.SIGCONT)
        time.sleep(0.01)
    witness.close()
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    assert len(witness.holds) >= 10 * processors
    assert all(one.until_ns > one.from_ns for one in witness.holds)


@posix
def test_it_is_not_held_up_by_what_is_ours(witness):
    """A device's thread that overruns its block, over and over."""
    if witness.why_not:
        pytest.skip(witness.why_not)

    def overrun():
        raise_priority(0, DEVICE)
        for _ in range(20):
            until_ns = now_ns() + 8_000_000
            while now_ns() < until_ns:
                pass
            time.sleep(0.002)

    began_ns = now_ns()
    thread = threading.Thread(target=overrun)
    thread.start()
    thread.join()
    witness.close()
    held = [one for one in witness.holds if one.until_ns > began_ns]
    assert len(held) <= 4  # of twenty: the machine's own


@posix
def test_one_that_dies_excuses_nothing(witness):
    os.kill(witness.process_id, signal.SIGKILL)
    time.sleep(0.1)
    witness.holds.append(Hold(0, now_ns()))
    witness.close()
    assert witness.why_not == "the idle client ended before we did"
    assert not witness.held(0, now_ns())


@posix
def test_ctrl_c_is_not_for_it(witness):
    os.kill(witness.process_id, signal.SIGINT)
    assert os.getsid(witness.process_id) == witness.process_id  # nor is one at the terminal
    time.sleep(0.1)
    why_not = witness.why_not
    began_s = time.monotonic()
    witness.close()
    assert witness.why_not == why_not
    assert time.monotonic() - began_s < 1.5
