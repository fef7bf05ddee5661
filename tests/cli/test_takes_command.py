"""``play --record --stems`` and ``render take.performance.jsonl``, as a user runs them."""

import numpy as np
import pytest
import soundfile
from command import EXAMPLE, astrodrum

QUIET = ("--audio", "null", "--osc", "none", "--midi", "none", "--generator", "frozen")


def test_a_take_is_recorded_rendered_again_and_split_into_stems(kit, tmp_path, command_environment):
    wav, again, stems = tmp_path / "take.wav", tmp_path / "again.wav", tmp_path / "stems"
    wishes = ("--midi-file", EXAMPLE, "--seconds", 3, "--record", wav, "--stems", stems)
    played = astrodrum(
        "play", kit(), *QUIET, *wishes, "--seed", 1, "--json", environment=command_environment
    )
    assert played.code == 0, played.err
    report = played.json()
    assert report["performance"] == str(tmp_path / "take.performance.jsonl")
    assert {soundfile.info(path).frames for path in report["stems"]} == {soundfile.info(wav).frames}
    rendered = astrodrum(
        "render", report["performance"], "-o", again, "--json", environment=command_environment
    )
    assert rendered.code == 0, rendered.err
    assert rendered.json()["different"] == 0
    recorded = soundfile.read(wav, dtype="int32")[0]
    assert np.abs(recorded).max() > 0
    np.testing.assert_array_equal(soundfile.read(again, dtype="int32")[0], recorded)


def test_of_a_performance_that_was_cut_off_that_is_told(kit, tmp_path, command_environment):
    take = tmp_path / "take.performance.jsonl"
    wishes = ("--midi-file", EXAMPLE, "--seconds", 1, "--record", tmp_path / "take.wav")
    assert astrodrum("play", kit(), *QUIET, *wishes, environment=command_environment).code == 0
    words = ("render", take, "-o", tmp_path / "again.wav")
    whole = astrodrum(*words, environment=command_environment)
    take.write_text(take.read_text()[:-5])  # in its last line, which tells the length
    cut = astrodrum(*words, environment=command_environment)
    assert (whole.code, cut.code) == (0, 0)
    assert "cut off" not in whole.out
    assert "the performance was cut off: this is as far as its file tells" in cut.out


def test_what_was_recorded_is_told_even_if_its_stems_cannot_be_written(
    kit, tmp_path, command_environment
):
    wav, stems = tmp_path / "take.wav", tmp_path / "a file" / "stems"
    (tmp_path / "a file").write_text("")
    wishes = ("--seconds", 0.2, "--record", wav, "--stems", stems)
    played = astrodrum("play", kit(), *QUIET, *wishes, environment=command_environment)
    assert played.code != 0
    assert str(stems) in played.err
    assert f"to {wav}" in played.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("render", "default", "-o", "x.wav"), "Give a MIDI file after the kit"),
        (("render", "take.performance.json"), "where to?"),
        (("render", "none.performance.json", "-o", "x.wav"), "none.performance.json"),
        (("render", "a.json", "-o", "x.wav", "--seed", 1), "leave out --seed"),
        (("render", "default", EXAMPLE, "--stems", "s"), "--stems needs a recorded take"),
        (("play", "--stems", "s"), "give --record OUT.wav too"),
    ],
)
def test_what_cannot_be_rendered_is_told_in_a_line(command_environment, arguments, said):
    answer = astrodrum(*arguments, environment=command_environment)
    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err
