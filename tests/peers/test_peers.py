"""Peers that are not here, or fail, are told by name with what to do; the rest goes on."""

import subprocess

import numpy as np
import pytest

from astrodrum_live.latency.judging import judge
from benchmarks import peers
from benchmarks.lateness import rows_of, tagged_rows
from benchmarks.peers import Peer, beside, first_version, missing


@pytest.fixture
def known(monkeypatch):
    monkeypatch.setattr(
        peers, "PEERS",
        {"here": Peer("here", lambda: "1.0", "-"), "gone": Peer("gone", lambda: None, "apt it")},
    )  # fmt: skip


@pytest.mark.usefixtures("known")
def test_a_missing_peer_is_named_with_what_installs_it():
    assert missing("here") is None
    assert missing("here", "gone") == "no gone here (apt it)"


@pytest.mark.usefixtures("known")
def test_a_missing_peer_is_not_measured():
    told = []
    assert list(beside(["gone"], lambda: pytest.fail("measured"), told.append)) == []
    assert told == ["no gone here (apt it)"]


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("no sound\nmore"), "here: failed: no sound"),
        (subprocess.CalledProcessError(1, "x", stderr="a\nlast"), "here: failed: last"),
        (subprocess.CalledProcessError(1, "x"), "here: failed: without a word"),
    ],
)
def test_what_was_measured_before_a_peer_failed_is_kept(error, words):
    def measure():
        yield 1
        raise error

    told = []
    assert list(beside(["here"], measure, told.append)) == [1]
    assert told == [words]


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("scsynth 3.13.0 (Built from '' [na])", "3.13.0"),
        ("FluidSynth runtime version 2.3.1\nmore 1.2", "2.3.1"),
        ("", "unknown"),
    ],
)
def test_a_version_is_found_in_what_a_program_says(said, version):
    assert first_version(said) == version


def result(name, late_ms, tagged=False, lost=0):
    """Four strokes a second apart on pad 0, each so late; the last ``lost`` were not heard."""
    sent = np.arange(4) * 1_000_000_000
    heard = sent[: 4 - lost] + np.array(late_ms[: 4 - lost]) * 1e6
    pads = np.zeros(4, int)
    return judge(name, "notes", 48000, 64, pads, sent, sent, [heard], {}, tagged)


def test_lateness_is_held_to_the_peer_for_soonest_only():
    results = [
        result("soonest", [1, 1, 1, 1]), result("steady", [2, 2, 2, 2], lost=1),
        result("scsynth", [2, 2, 2, 2]),
    ]  # fmt: skip
    rows = rows_of(results, "osc", "scsynth")
    assert [(row.ours, row.theirs, row.met) for row in rows] == [
        (1.0, 2.0, True), (1.0, 2.0, True), (2.0, 2.0, None), (2.0, 2.0, None),
    ]  # fmt: skip
    assert [row.note for row in rows] == ["", "", *["steady: 1 missing of 4"] * 2]


def test_without_a_peer_our_lateness_stands_alone():
    rows = rows_of([result("soonest", [1, 1, 1, 1])], "osc", "scsynth")
    assert [(row.peer, row.theirs, row.met) for row in rows] == [("", None, None)] * 2


def test_a_time_tags_error_is_judged_by_its_spread():
    rows = tagged_rows([result("steady", [1, 1, 1.5, 1.5], tagged=True)])
    assert [(row.ours, row.met) for row in rows] == [(0.25, False)]
