"""Patterns on the command line: rendered, imported, exported."""

import csv
import json

import mido
import pytest
from command import EXAMPLE, REPO, astrodrum


@pytest.fixture
def run(command_environment):
    return lambda *words: astrodrum(*words, environment=command_environment, timeout=300)


def test_bars_of_a_pattern_are_rendered(run, kit, tmp_path):
    out, onsets = tmp_path / "out.wav", tmp_path / "onsets.csv"
    answer = run(
        "render", kit("astrobeats"), "--bars", 2, "--pattern", "slow", "-o", out,
        "--generator", "frozen", "--onsets", onsets, "--json",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    rows = list(csv.DictReader(onsets.read_text().splitlines()))
    assert answer.json()["hits"] == len(rows) > 30
    snares = [int(row["frame"]) for row in rows if row["pad"] == "snare"]
    assert snares[:2] == [round(60 / 70 * 48000), round(3 * 60 / 70 * 48000)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--bars", 2, "--pattern", "slo"), "no pattern 'slo' (did you mean 'slow'?)"),
        (("--bars", 2, "--tempo", 5), "--tempo is 5; it must be 20 to 999"),
        (("--pattern", "slow"), "Give --bars"),
        (("--bars", 2, "--beat", "none.toml"), "none.toml"),
    ],
)
def test_what_is_wrong_is_one_line(run, kit, tmp_path, words, told):
    answer = run("render", kit("astrobeats"), "-o", tmp_path / "x.wav", *words)
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert told in answer.err


def test_a_kit_without_patterns_says_so(run, kit, tmp_path):
    answer = run("render", kit("electro"), "--bars", 1, "-o", tmp_path / "x.wav")
    assert (answer.code, "has no patterns" in answer.err) == (2, True)


def test_a_midi_file_becomes_a_pattern_that_plays_and_goes_back(run, tmp_path):
    beat, back = tmp_path / "fusion.beat.toml", tmp_path / "back.mid"
    answer = run(
        "pattern", "import", EXAMPLE, "-o", beat, "--name", "fusion", "--bars", 2, "--json"
    )
    assert answer.code == 0, answer.err
    report = json.loads(answer.out)
    assert (report["pattern"], report["length"]) == ("fusion", 32)
    answer = run("pattern", "export", "default", "--beat", beat, "-o", back)
    assert answer.code == 0, answer.err
    notes = [one for one in mido.MidiFile(back) if one.type == "note_on" and one.velocity]
    assert len(notes) == report["steps"]


def test_an_import_into_a_kit_keeps_its_text(run, kit, tmp_path):
    path = kit("astrobeats")
    before = path.read_text()
    answer = run(
        "pattern", "import", EXAMPLE, "--kit", path, "-o", path, "--name", "fusion", "--bars", 1
    )
    assert answer.code == 0, answer.err
    assert path.read_text().startswith(before.rstrip())


def test_what_is_no_midi_file_is_told(run, tmp_path):
    answer = run("pattern", "import", REPO / "README.md", "-o", tmp_path / "x.toml")
    assert (answer.code, "is not a MIDI file" in answer.err) == (2, True)
    assert not (tmp_path / "x.toml").exists()
