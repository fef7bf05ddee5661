"""What is late is ours, unless an idle client beside us was late at that time."""

import os
import signal
import sys
import time
from types import SimpleNamespace

import pytest

from astrodrum_live.now import now_ns
from astrodrum_live.soak import lateness as lateness_module
from astrodrum_live.soak.lateness import Lateness
from astrodrum_live.soak.witness import HELD_NS, REACHES_NS, Hold, Witness


def a_witness_of(*holds: Hold) -> Witness:
    witness = Witness.__new__(Witness)
    witness.holds = list(holds)
    return witness


def test_a_hold_reaches_over_itself_and_a_little_later():
    witness = a_witness_of(Hold(1000, 2000))
    assert witness.held(1500, 1600)
    assert witness.held(0, 1001)
    assert witness.held(2000 + REACHES_NS - 1, 3000 + REACHES_NS)
    assert not witness.held(0, 1000)
    assert not witness.held(2000 + REACHES_NS, 3000 + REACHES_NS)


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


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process by a signal")
def test_an_idle_client_that_stands_still_has_seen_it():
    witness = Witness(0.003)
    try:
        time.sleep(0.05)
        began_ns = now_ns()
        os.kill(witness.process_id, signal.SIGSTOP)
        time.sleep(0.2)
        os.kill(witness.process_id, signal.SIGCONT)
        ended_ns = now_ns()
        time.sleep(0.1)
    finally:
        witness.close()
    assert witness.held(began_ns, ended_ns)
    assert witness.longest_ms > HELD_NS / 1e6
    witness.close()  # again: harmless
