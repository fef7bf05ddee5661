"""The whole lab on a clock of its own: what is injected is what is found."""

import threading

import numpy as np
import pytest

from astrodrum_live.latency.offline import BLOCKS, RATE, run_offline
from astrodrum_live.latency.streams import make_stream

STREAM = make_stream("mixed", 1.5)
FRAME_MS = 1e3 / RATE


def totals(**more) -> np.ndarray:
    return run_offline(STREAM, "steady", 64, jitter_ms=0.0, **more).stages["total"]


def test_a_delay_on_the_wire_is_found_to_the_sample():
    plain = totals()
    for delay_ns in (250_000, 1_000_000, 7_300_000):
        delay_ms, delays = delay_ns / 1e6, ((0,), (delay_ns,))
        late = totals(wire=lambda stroke, delays=delays: delays[stroke % 2])
        assert np.abs((late - plain)[::2]).max() < FRAME_MS
        assert np.abs((late - plain)[1::2] - delay_ms).max() <= 1.01 * FRAME_MS


def test_steady_is_a_block_and_the_slack_and_one_constant():
    total = totals()
    assert total == pytest.approx(64 / RATE * 1e3 + 1.0, abs=1.5 * FRAME_MS)


def test_a_lost_and_a_doubled_stroke_are_reported_with_their_times():
    wires = {5: (), 9: (0, 30_000_000)}
    result = run_offline(STREAM, "steady", 64, wire=lambda stroke: wires.get(stroke, (0,)))
    missing, doubled = result.troubles
    begin = STREAM.at_s[0]
    assert (missing.what, missing.pad) == ("missing", 5)
    assert missing.at_s == pytest.approx(STREAM.at_s[5] - begin, abs=1e-5)
    assert (doubled.what, doubled.pad) == ("doubled", 9)
    assert doubled.at_s == pytest.approx(STREAM.at_s[9] - begin + 0.030, abs=0.01)


def test_two_commands_for_one_frame_are_a_doubled_stroke():
    result = run_offline(STREAM, "steady", 64, wire=lambda stroke: (0,) * (1 + (stroke == 7)))
    assert [(one.what, one.pad) for one in result.troubles] == [("doubled", 7)]


@pytest.mark.parametrize("block", BLOCKS)
def test_at_every_block_size_all_are_found_and_steady_is_steadier(block):
    steady, soonest = (run_offline(STREAM, timing, block) for timing in ("steady", "soonest"))
    assert steady.troubles == soonest.troubles == []
    # the clock is woken up to 3 ms late: of that jitter the map leaves a small part
    assert steady.summary()["total"]["sd"] < 0.3 * max(1.0, block / RATE * 1e3 / 12**0.5)
    assert soonest.summary()["total"]["p50"] < steady.summary()["total"]["p50"]


def test_a_tagged_stroke_sounds_at_its_tag():
    result = run_offline(STREAM, "soonest", 256, jitter_ms=0.0, tagged=True)
    assert np.abs(result.stages["total"]).max() <= 1.01 * FRAME_MS


def test_the_same_seed_gives_the_same_figures():
    first, again = (run_offline(STREAM, "soonest", 128).as_dict() for _ in range(2))
    assert first == again


def test_stopped_at_once_it_tells_what_there_is():
    stop = threading.Event()
    stop.set()
    result = run_offline(STREAM, "steady", 64, stop=stop)
    assert len(result.at_s) == 0
    assert result.summary() == {}
    assert result.troubles == []
