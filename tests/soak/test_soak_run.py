"""A short run on the null device, and a change of kit while everything rings."""

import json
import os
import threading

import pytest
from typer.testing import CliRunner

from astrodrum_live.cli import soak as soak_module
from astrodrum_live.cli.main import app
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live.instrument import Options
from astrodrum_live.soak.run import Soak
from astrodrum_live.soak.swap import measure_swap

LOOP = [(number * 0.06, bytes([0x99, (36, 38, 42)[number % 3], 100])) for number in range(90)]
OPTIONS = Options("null", generator="frozen", session=1)


@pytest.mark.parametrize("scenario", ["all", "one-pad", "flood"])
def test_nothing_of_a_short_run_is_lost_or_silent_or_left_behind(kit, scenario):
    told = []
    run = Soak(scenario, load_patch(kit()), LOOP, OPTIONS, told.append)
    report = run.run(3.0, threading.Event())
    assert report.sent == report.obeyed
    assert report.hits >= (30 if scenario == "flood" else 60)
    assert (report.silent, report.left, report.generator_restarts) == (0, [], 0)
    assert report.seconds == pytest.approx(3.0, abs=0.5)
    assert report.largest_step > 0
    assert {"midi", "hits", "dirt"} <= set(report.sent)


def test_a_fader_on_its_way_is_heard_and_a_kit_that_leads_nowhere_is_refused(kit):
    pad = '[[pad]]\nname = "snare"\nclass = "snare"\nnotes = [38]\n'
    kit("there", f"version = 1\n{pad}seed = 2\n")
    here = kit("here", f'version = 1\n[morph]\nto = "there"\n{pad}')
    report = Soak("morph", load_patch(here), LOOP, OPTIONS, print).run(3.0, threading.Event())
    assert 4 <= report.on_the_way < report.hits + 2  # every fourth note is the snare's
    assert report.stale <= report.on_the_way
    assert report.sent == report.obeyed
    with pytest.raises(ValueError, match=r"'there' has no \[morph\]"):
        Soak("morph", load_patch(here.with_name("there.toml")), LOOP, OPTIONS, print).run(
            3.0, threading.Event()
        )


def test_ctrl_c_ends_it_with_the_verdict_so_far(kit):
    stop = threading.Event()
    threading.Timer(1.5, stop.set).start()
    run = Soak("performance", load_patch(kit()), LOOP, OPTIONS, lambda line: None)
    report = run.run(60.0, stop)
    assert report.stopped
    assert report.seconds < 30
    assert report.sent == report.obeyed


@pytest.mark.parametrize("other", ["electro", "moonquake", "astrobeats"])
def test_a_change_of_kit_adds_no_step_beyond_its_ramps_and_no_silent_pad(kit, other):
    figures = measure_swap(load_patch(kit("default")), load_patch(kit(other)), turns=3)
    assert figures["without"] > 0
    assert figures["added"] < figures["bound"]
    assert figures["silent"] == 0


def test_a_change_of_model_too(kit, other_model):
    first, second = load_patch(kit("default")), load_patch(kit("crossover", model=other_model))
    figures = measure_swap(first, second, turns=3)
    assert figures["added"] < figures["bound"]
    assert figures["silent"] == 0


def soak(*words: str):
    return CliRunner().invoke(app, ["soak", *words])


def test_the_command_ends_with_1_and_says_why_if_something_failed(kit, monkeypatch):
    figures = {"from": "a", "to": "b", "added": 0.02, "bound": 0.002, "silent": 0}
    monkeypatch.setattr("astrodrum_live.soak.swap.measure_swap", lambda *_: figures)
    done = soak(str(kit()), "--scenario", "swap", "--to", "electro", "--json")
    assert done.exit_code == soak_module.FAILED
    assert json.loads(done.stdout)["failures"] == ["from a to b: a step of 0.02000, over 0.00200"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--minutes", "0"], "--minutes is 0; it must be more than 0"),
        (["--scenario", "one_pad"], "no scenario 'one_pad' (did you mean 'one-pad'?)"),
        (["--generator", "gpu"], "gpu"),
        (["--block", "0"], "block is 0"),
        (["--scenario", "swap", "--to", "elektro"], "did you mean 'electro'?"),
    ],
)
def test_bad_input_is_told(kit, words, said):
    done = soak(str(kit()), *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count(os.linesep) <= 2
