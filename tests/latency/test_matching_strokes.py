"""Which sound is which stroke; what is missing, doubled, or nobody's."""

import numpy as np
import pytest

from astrodrum_live.latency.judging import judge
from astrodrum_live.latency.matching import match

MS = 1_000_000
MEANT = np.array([0, 100, 200, 300]) * MS + 5_000 * MS
PADS = np.array([0, 1, 0, 1])


def heard(*times_ms: float) -> np.ndarray:
    return np.array(times_ms) * MS + 5_000.0 * MS


def test_each_sound_is_the_last_stroke_on_its_pad_before_it():
    found = match(MEANT, PADS, [heard(3, 203), heard(104, 304)])
    assert (found.at_ns - MEANT) / MS == pytest.approx([3, 4, 3, 4])
    assert found.missing == found.doubled == found.strays == []


def test_a_missing_and_a_doubled_stroke_are_told_and_the_others_are_not_shifted():
    found = match(MEANT, PADS, [heard(3, 8, 203), heard(304)])
    assert found.missing == [1]
    assert [(stroke, (at - MEANT[0]) / MS) for stroke, at in found.doubled] == [(0, 8)]
    assert (found.at_ns - MEANT)[[0, 2, 3]] / MS == pytest.approx([3, 3, 4])


def test_a_stroke_may_sound_a_little_before_its_time_tag():
    assert match(MEANT, PADS, [heard(-2, 199), heard(98, 298)]).missing == []


def test_what_comes_before_any_stroke_or_long_after_the_last_is_a_stray():
    found = match(MEANT, PADS, [heard(-300, 0, 200, 900), heard(100, 300)])
    assert [pad for pad, _ in found.strays] == [0, 0]


def test_a_result_has_each_stage_and_names_troubles_by_their_time():
    noted = {
        "arrival": [MEANT[pad == PADS] + 1.0 * MS for pad in (0, 1)],
        "command": [MEANT[pad == PADS] + 1.5 * MS for pad in (0, 1)],
        "block": [MEANT[pad == PADS] + 3.5 * MS for pad in (0, 1)],
    }
    sounded = [heard(4, 204), heard(104, 110)]
    result = judge("steady", "hand", 48000, 64, PADS, MEANT, MEANT, sounded, noted)
    assert {stage: result.summary()[stage]["p50"] for stage in result.summary()} == {
        "total": 4.0, "arrival": 1.0, "command": 0.5, "block": 2.0, "output": 0.5,
    }  # fmt: skip
    told = [(one.what, one.pad, one.at_s) for one in result.troubles]
    assert told == [("missing", 1, 0.3), ("doubled", 1, 0.11)]
    assert result.above(3.9) == [(0.0, 4.0), (0.1, 4.0), (0.2, 4.0)]


def test_a_tagged_stroke_is_measured_against_its_tag_and_its_wait_is_no_stage():
    noted = {stage: [MEANT[pad == PADS] + MS for pad in (0, 1)] for stage in ("arrival", "command")}
    noted["block"] = [MEANT[pad == PADS] + 99.0 * MS for pad in (0, 1)]
    sounded = [heard(101, 301), heard(201, 401)]
    due = MEANT + 100 * MS
    result = judge("steady", "hand", 48000, 64, PADS, MEANT, due, sounded, noted, tagged=True)
    summary = result.summary()
    assert summary["total"]["p50"] == 1.0
    assert "block" not in summary
    assert summary["output"]["p50"] == 2.0


def test_what_follows_a_lost_block_is_not_calm():
    sounded = [heard(4, 204), heard(104, 304)]
    lost = np.array([MEANT[1] + 50.0 * MS])
    result = judge("x", "hand", 48000, 64, PADS, MEANT, MEANT, sounded, {}, lost_ns=lost)
    assert np.isnan(result.stages["calm"]).tolist() == [False, False, True, True]
