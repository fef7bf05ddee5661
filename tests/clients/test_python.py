"""Python's clients play the real program: the README's own lines, and what live coders load."""

import runpy
import threading
import time
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest
from grid import fit_grid
from listener import Listener
from measured_kit import RATE, SHORT
from onsets import onsets
from playing import undisturbed
from readme import REPO, example

from astrodrum_live import client

pytestmark = pytest.mark.clients
NULL = ("--generator", "frozen", "--audio", "null")


@pytest.fixture
def here(monkeypatch):
    """``AstroDrum()`` without arguments finds the instrument of the test; closed afterwards."""
    made = []

    def at(port: int) -> None:
        class Here(client.AstroDrum):
            def __init__(self) -> None:
                super().__init__(port=port)
                made.append(self)

        monkeypatch.setattr(client, "AstroDrum", Here)

    yield at
    for drum in made:
        drum.close()


def test_the_readmes_lines_play(play, here):
    playing = play("default", *NULL)
    here(playing.port)
    printed = StringIO()
    with redirect_stdout(printed):
        names: dict = {}
        exec(example("Python", "python"), names)
    time.sleep(names["end"] - time.time() + 0.5)
    take = playing.stop()
    assert "electro" in printed.getvalue()
    assert printed.getvalue().endswith(" 1.2\n")
    assert len(take.frames("kick")) == 1 + 2 + 3
    assert len(take.frames("snare")) == 1 + 1 + 2
    assert len(take.frames("hat_closed")) == 4 + 6


def test_a_pattern_from_python_sounds_on_its_grid(play, jack, measured_kit, clock_settles):
    start = 0.0

    def record():
        nonlocal start
        playing = play(measured_kit, "--generator", "frozen", environment=jack)
        clock_settles()
        drum = client.AstroDrum(port=playing.port)
        start = time.time() + 0.3
        end = drum.play(bpm=120, at=start, kick="x-" * 20, snare="-x" * 20)
        time.sleep(end - time.time() + 0.3)
        drum.close()
        return playing.stop(), None

    take, _ = undisturbed(record)
    heard, _ = onsets(take.sound.sum(axis=1), SHORT, apart=2000)
    assert fit_grid(heard, start + 0.125 * np.arange(40), RATE).rms_s <= 0.1e-3


def test_sardines_example_strikes_a_bar(play, here):
    playing = play("default", *NULL)
    here(playing.port)
    names = runpy.run_path(str(REPO / "examples" / "sardine.py"))
    for step in range(16):
        names["strike"](step)
        time.sleep(0.02)
    time.sleep(0.5)
    take = playing.stop()
    bar = names["BAR"]
    for pad, text in bar.items():
        assert len(take.frames(pad)) == 16 - text.count("-")


def test_renardos_example_sends_superdirts_message_on_a_grid(here):
    listener = Listener()
    here(listener.port)
    names = runpy.run_path(str(REPO / "examples" / "renardo.py"))
    beat = names["Beat"](Clock(), "x-o[xX]", dur=0.5, pan=0.25)
    time.sleep(1.5)
    beat.stop()
    time.sleep(0.4)
    listener.close()
    sent = listener.of("/dirt/play")
    assert [told["s"] for told in sent[:5]] == ["bd", "hh", "sn", "bd", "bd"]
    assert [round(told["gain"], 2) for told in sent[:5]] == [1.0, 1.0, 1.0, 1.0, 1.2]
    assert all(told["pan"] == 0.25 for told in sent)
    steps = np.diff([told.due for told in sent[:5]])
    assert steps == pytest.approx([0.25, 0.25, 0.25, 0.125], abs=1e-5)


def test_renardos_example_plays(play, here):
    playing = play("default", *NULL)
    here(playing.port)
    names = runpy.run_path(str(REPO / "examples" / "renardo.py"))
    beat = names["Beat"](Clock(), "x-o-", dur=0.5)
    time.sleep(2.2)
    beat.stop()
    time.sleep(0.8)
    take = playing.stop()
    assert len(take.frames("kick")) >= 2, take.log
    assert len(take.frames("hat_closed")) >= 4


@pytest.mark.parametrize(
    ("text", "steps"),
    [("x-o-", ["x", "-", "o", "-"]), ("x[--] o", ["x", "--", " ", "o"]), ("", [" "])],
)
def test_renardos_example_reads_play_strings(text, steps):
    assert runpy.run_path(str(REPO / "examples" / "renardo.py"))["parse"](text) == steps


class Clock:
    """What Renardo's TempoClock offers, at 120 beats a minute."""

    def osc_message_time(self) -> float:
        return time.time() + 0.25

    def beat_dur(self, beats: float) -> float:
        return beats / 2

    def future(self, beats: float, player) -> None:
        if player.text.strip():
            threading.Timer(beats / 2, player).start()
