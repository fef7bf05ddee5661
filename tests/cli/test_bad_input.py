"""Bad input: exit code 2 and one line that names thing, place and remedy. No traceback, ever."""

import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from command import EXAMPLE
from typer.testing import CliRunner

from astrodrum_live.cli.main import app
from astrodrum_live.model.checkpoint import CONFIG, WEIGHTS


@pytest.fixture
def refused():
    """Runs a command that must be refused; the line it gives on standard error."""

    def run(*arguments: object) -> str:
        done = CliRunner().invoke(app, [str(word) for word in arguments])
        assert done.exit_code == 2, (done.exit_code, done.output, done.exception)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        assert "Traceback" not in done.stderr
        if "--json" in arguments:
            assert set(json.loads(done.stdout)) == {"error"}
            assert done.stdout.count("\n") == 1
        lines = done.stderr.strip().splitlines()
        assert lines[-1].startswith("astrodrum: ")
        return lines[-1]

    return run


@pytest.fixture
def play(refused):
    """``astrodrum play`` on the null device, refused."""
    usual = ("--audio", "null", "--midi", "none", "--generator", "frozen", "--seconds", 1)
    return lambda *arguments: refused("play", *arguments, *usual)


def midi(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "take one.mid"
    path.write_bytes(content)
    return path


def damaged(tiny_model: Path, tmp_path: Path, change) -> Path:
    model = shutil.copytree(tiny_model, tmp_path / "broken")
    change(model)
    return model


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is cut short"),
        (b"RIFF....WAVE", "is not a MIDI file"),
        (EXAMPLE.read_bytes()[:300], "is cut short"),
        (b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk\0\0\0\4\0\xff\x2f\0", "has no notes"),
    ],
)
def test_a_corrupt_midi_file(refused, play, kit, tmp_path, content, words):
    path = midi(tmp_path, content)
    for line in (
        refused("render", kit(), path, "-o", tmp_path / "o.wav"),
        play(kit(), "--midi-file", path),
    ):
        assert words in line
        assert str(path) in line
    assert not (tmp_path / "o.wav").exists()


def test_a_missing_midi_file(refused, kit, tmp_path):
    line = refused("render", kit(), tmp_path / "none.mid", "-o", tmp_path / "o.wav", "--json")
    assert "none.mid is not a MIDI file: No such file" in line


def test_an_unknown_kit(refused, tmp_path):
    line = refused("render", "defalt", EXAMPLE, "-o", tmp_path / "o.wav")
    assert "did you mean 'default'?" in line
    assert "no such file" in refused("play", tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ("radius = 0.35", "radus = 0.35", "did you mean 'radius'?"),
        ("radius = 0.35", 'radius = "wide"', "radius"),
        ("radius = 0.35", "radius = 77", "2"),
        ("radius = 0.35", "radius = ", ""),
    ],
)
def test_a_kit_with_a_mistake_names_file_and_line(refused, kit, tmp_path, good, bad, words):
    path = kit()
    text = path.read_text()
    number = text[: text.index(good)].count("\n") + 1
    path.write_text(text.replace(good, bad, 1))
    line = refused("render", path, EXAMPLE, "-o", tmp_path / "o.wav", "--json")
    assert f"{path}:{number}" in line
    assert words in line


def test_a_kit_whose_class_the_model_lacks(refused, kit, tmp_path):
    path = kit()
    path.write_text(path.read_text().replace('class = "clap"', 'class = "clapp"'))
    number = path.read_text().partition('class = "clapp"')[0].count("\n") + 1
    for line in (
        refused("render", path, EXAMPLE, "-o", tmp_path / "o.wav"),
        refused("hits", path, "--pad", "clap", "--count", 1, "-o", tmp_path / "h"),
    ):
        assert f"{path}:{number}: " in line
        assert "no class 'clapp' (did you mean 'clap'?)" in line


def truncate(model: Path) -> None:
    (model / WEIGHTS).write_bytes((model / WEIGHTS).read_bytes()[:5000])


def pickled(model: Path) -> None:
    (model / WEIGHTS).write_bytes(pickle.dumps({"generator": [1.0]}))


def pickle_beside(model: Path) -> None:
    (model / WEIGHTS).rename(model / "weights.pt")


def not_json(model: Path) -> None:
    (model / CONFIG).write_text("{")


def other_shapes(model: Path) -> None:
    (model / CONFIG).write_text((model / CONFIG).read_text().replace('"dim": 8', '"dim": 12'))


DAMAGES = [
    (truncate, "cut short"),
    (pickled, "pickle"),
    (pickle_beside, "pickle"),
    (not_json, "not valid JSON"),
    (other_shapes, "shape"),
    (shutil.rmtree, "no such model folder"),
]


@pytest.mark.parametrize(
    ("change", "words"), DAMAGES, ids=[change.__name__ for change, _ in DAMAGES]
)
def test_a_broken_model(refused, kit, tiny_model, tmp_path, change, words):
    model = damaged(tiny_model, tmp_path, change)
    for line in (
        refused("render", kit(model=model), EXAMPLE, "-o", tmp_path / "o.wav"),
        refused("hits", kit(model=model), "--pad", "kick", "--count", 1, "-o", tmp_path / "h"),
    ):
        assert words in line
        assert str(model) in line


def test_play_with_a_broken_shipped_model_is_refused(play, kit, monkeypatch, tmp_path):
    monkeypatch.setattr("astrodrum_live.live.model_choice.DEFAULT_MODEL", str(tmp_path / "none"))
    assert "no such model folder" in play(kit(model=tmp_path / "none"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--rate", 7), "rate is 7; it must lie between 8000 and 192000"),
        (("--rate", 0), "rate is 0"),
        (("--block", 0), "block is 0; it must lie between 1 and 8192"),
        (("--block", -5), "block is -5"),
        (("--block", 10**6), "block is 1000000"),
        (("--timing", "swing"), "timing is 'swing'; it can be steady or soonest"),
        (("--osc", "nowhere"), "'nowhere' is not HOST:PORT"),
        (("--osc", "127.0.0.1:99999"), "is not HOST:PORT"),
        (("--late", "plai"), "--late is 'plai' (did you mean 'play'?); it can be drop or play"),
        (("--latency-trim", "nan"), "--latency-trim is nan; it can be -1000 to 1000 ms"),
        (("--latency-trim", "5000"), "it can be -1000 to 1000 ms"),
        (("--websocket", "70000"), "a port is 0 to 65535"),
        (("--websocket", "1", "--no-websocket"), "contradict each other"),
        (("--listen", "0.0.0.0", "--osc", "none"), "contradict each other"),
        (("--allow-origin", "evil.example"), "an origin looks like https://strudel.cc"),
        (("--listen", "192.0.2.1"), "cannot listen on 192.0.2.1:57130"),
        (("--record", "take.mp3"), "take.mp3: only WAV is written; name it take.wav"),
        (("--picture", "p.png"), "--picture draws a recording: give --record"),
        (("--midi", "td-11"), "--midi none and another --midi contradict each other"),
        (("--tempo", "nan"), "--tempo is nan; it goes from 20 to 999"),
        (("--tempo", "0"), "--tempo is 0; it goes from 20 to 999"),
        (("--tempo", "1e9"), "--tempo is 1e+09"),
        (("--audio-fallback", "laptop"), "it has no use for --audio-fallback"),
    ],
)
def test_settings_that_cannot_be(play, kit, options, words):
    assert words in play(kit(), *options)


@pytest.mark.parametrize("length", ["-1", "nan"])
def test_lengths_that_are_none(refused, kit, tmp_path, length):
    line = refused("play", kit(), "--audio", "null", "--seconds", length)
    assert f"--seconds is {length}; it must be 0 or more" in line


@pytest.mark.parametrize(("rate", "block"), [(7, 256), (48000, 0)])
def test_render_settings_that_cannot_be(refused, kit, tmp_path, rate, block):
    out = tmp_path / "o.wav"
    settings = ("--rate", rate, "--block", block, "--generator", "frozen")
    line = refused("render", kit(), EXAMPLE, "-o", out, *settings)
    assert "it must lie between" in line
    assert not out.exists()


def test_places_that_cannot_be_written_are_told_before_the_work(refused, play, kit, tmp_path):
    (tmp_path / "file").write_text("")
    below, record = tmp_path / "file" / "p.png", ("--record", tmp_path / "r.wav")
    assert f"{below} cannot be written: File exists" in play(kit(), "--picture", below, *record)
    assert f"{below} cannot be written" in play(kit(), "--onsets", below)
    assert not (tmp_path / "r.wav").exists()
    line = refused("render", kit(), EXAMPLE, "-o", tmp_path, "--generator", "frozen")
    assert f"{tmp_path} cannot be written: Is a directory" in line


def test_a_generator_that_does_not_exist(refused, kit, tmp_path):
    words = "no generator 'cuba' (did you mean 'cuda'?)"
    assert words in refused("play", kit(), "--audio", "null", "--generator", "cuba")
    out = ("-o", tmp_path / "o.wav")
    assert words in refused("render", kit(), EXAMPLE, *out, "--generator", "cuba")


def test_a_performance_that_no_wav_file_can_hold(refused, kit, tmp_path):
    track = b"\0\x99\x24\x7f\x9f\xff\xff\x7f\x89\x24\0\0\xff\x2f\0"  # 67108863 ticks
    head = b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk"
    path = midi(tmp_path, head + len(track).to_bytes(4, "big") + track)
    line = refused("render", kit(), path, "-o", tmp_path / "o.wav", "--generator", "frozen")
    assert f"{path}: its last message comes after 19.4 hours" in line
    assert "4 GiB, which are 4.1 hours at 48000 Hz" in line
    assert not (tmp_path / "o.wav").exists()


def test_a_rendering_with_another_formats_name(refused, kit, tmp_path):
    line = refused("render", kit(), EXAMPLE, "-o", tmp_path / "o.mp3", "--generator", "frozen")
    assert "o.mp3: only WAV is written; name it o.wav" in line
    assert not (tmp_path / "o.mp3").exists()


def test_hits_into_what_is_no_folder(refused, kit):
    line = refused("hits", kit(), "--pad", "kick", "--count", 1, "-o", os.devnull)
    assert f"{os.devnull} is not a folder" in line


WITHOUT_TORCH = """
import sys
class Finder:
    def find_spec(self, name, *_):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name=name)
sys.meta_path.insert(0, Finder())
from astrodrum_live.cli.main import app
app()
"""


@pytest.mark.parametrize("verb", ["hits", "render", "train"])
def test_without_torch_the_remedy_is_told(kit, tmp_path, command_environment, verb):
    words = {
        "hits": (kit(), "--pad", "kick", "--count", 1, "-o", tmp_path / "h"),
        "render": (kit(), EXAMPLE, "-o", tmp_path / "o.wav"),
        "train": (tmp_path, "--out", tmp_path / "model"),
    }
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, verb, *map(str, words[verb])],
        capture_output=True,
        text=True,
        env=command_environment,
    )
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "pip install torch, or 'astrodrum render --generator frozen'" in done.stderr


CHEAP = """
import sys
from typer.testing import CliRunner
from astrodrum_live.cli.main import app
done = CliRunner().invoke(app, sys.argv[1:])
assert done.exit_code == 2, done.output
print(*sys.modules)
"""


@pytest.mark.parametrize(
    "words",
    [
        ("train", "/none/there", "--out", "m"),
        ("render", "default", EXAMPLE, "-o", "o.wav", "--rate", 7),
        ("render", "default", EXAMPLE, "-o", "o.wav", "--generator", "cuba"),
        ("hits", "default", "--pad", "xyzzy", "--count", 1, "-o", "h"),
        ("play", "default", "--block", 0),
        ("play", "default", "--osc", "nowhere"),
        ("bench", "--midi", "/none/there.mid"),
    ],
    ids=lambda words: f"{words[0]} {words[-2]}",
)
def test_what_cannot_be_is_refused_before_libraries_and_devices(words, command_environment):
    done = subprocess.run(
        [sys.executable, "-c", CHEAP, *map(str, words)],
        capture_output=True,
        text=True,
        env=command_environment,
    )
    assert done.returncode == 0, done.stderr
    assert not {"torch", "scipy.signal", "sounddevice"} & set(done.stdout.split())


def test_an_output_that_does_not_exist(refused, kit):
    line = refused("play", kit(), "--audio", "nonesuch", "--midi", "none", "--json")
    assert "no output 'nonesuch'" in line or "no sound card" in line or "PortAudio" in line


def test_a_midi_port_that_does_not_exist(refused, kit):
    arguments = ("--audio", "null", "--generator", "frozen", "--midi", "no such port")
    assert "MIDI" in refused("play", kit(), *arguments)


def test_a_taken_port_that_was_asked_for(play, kit):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        line = play(kit(), "--osc", f"127.0.0.1:{other.getsockname()[1]}")
    assert "choose another with --osc HOST:PORT" in line


def test_places_that_cannot_be_written(refused, play, kit, tmp_path):
    (tmp_path / "file").write_text("")
    below = tmp_path / "file" / "o.wav"
    assert f"{below} cannot be written" in play(kit(), "--record", below)
    frozen = ("--generator", "frozen")
    assert str(below) in refused("render", kit(), EXAMPLE, "-o", below, *frozen)
    out = ("-o", tmp_path / "o.wav")
    assert str(below) in refused("render", kit(), EXAMPLE, *out, "--onsets", below, *frozen)
    hits = ("hits", kit(), "--pad", "kick", "--count", 1)
    assert "file" in refused(*hits, "-o", below)


def test_hits_of_a_pad_or_in_a_format_that_does_not_exist(refused, kit, tmp_path):
    out = ("--count", 1, "-o", tmp_path / "hits")
    assert "no pad 'snair' (did you mean 'snare'?)" in refused(
        "hits", kit(), "--pad", "snair", *out
    )
    line = refused("hits", kit(), "--pad", "snare", *out, "--format", "wav42", "--json")
    assert "no format 'wav42' (did you mean 'wav24'?)" in line
    line = refused("hits", kit(), "--pad", "snare", *out, "--format", "mp3")
    assert "no format 'mp3'; there are: wav16, wav24, flac" in line
    line = refused("hits", kit(), "--pad", "xyzzy", *out)
    assert "it has kick, snare" in line
    assert "[" not in line
    assert not (tmp_path / "hits").exists()


def test_hits_at_an_impossible_rate(refused, kit, tmp_path):
    line = refused("hits", kit(), "--pad", "kick", "--count", 1, "-o", tmp_path, "--rate", 7)
    assert "rate is 7" in line


def test_an_empty_or_missing_training_folder(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "none"):
        line = refused("train", tmp_path / folder, "--out", tmp_path / "model")
        assert str(tmp_path / folder) in line
    assert not (tmp_path / "model" / WEIGHTS).exists()


def test_a_performance_or_a_kit_is_not_written_over(refused, kit, tmp_path):
    take, path = tmp_path / "take", kit()
    take.write_bytes(EXAMPLE.read_bytes())
    usual = ("render", path, take, "--generator", "frozen", "-o")
    for words in (
        (take,),
        (tmp_path / "o.wav", "--onsets", take),
        (tmp_path / "o.wav", "--onsets", path),
        (tmp_path / "o.wav", "--onsets", tmp_path / "o.wav"),
    ):
        assert "is a file of this very command" in refused(*usual, *words)
    assert take.read_bytes() == EXAMPLE.read_bytes()


def test_a_model_to_begin_with_that_is_not_there_is_told_at_once(refused, tmp_path):
    (tmp_path / "data").mkdir()
    line = refused("train", tmp_path / "data", "--out", tmp_path / "m", "--from", tmp_path / "none")
    assert "none: no such model folder" in line


def test_a_device_that_does_not_exist_is_told_before_an_evaluation(refused, tmp_path):
    line = refused("evaluate", tmp_path, "--reference", tmp_path, "--device", "cuba")
    assert "did you mean 'cuda'?" in line


@pytest.mark.parametrize("key", ["training", "data", "scores", "knobs"])
def test_a_config_whose_tables_are_none(refused, tiny_model, tmp_path, key):
    def change(model: Path) -> None:
        values = json.loads((model / CONFIG).read_text())
        (model / CONFIG).write_text(json.dumps(values | {key: 5}))

    model = damaged(tiny_model, tmp_path, change)
    assert f"'{key}' is not a table of keys" in refused("knobs", model, "--show")


def test_weights_of_one_byte_are_cut_short_and_no_pickle(refused, tiny_model, tmp_path):
    model = damaged(tiny_model, tmp_path, lambda model: (model / WEIGHTS).write_bytes(b"\x80"))
    assert "cut short" in refused("knobs", model, "--show")


def test_a_sample_that_is_a_pipe_is_not_waited_for(refused, tmp_path):
    os.mkfifo(tmp_path / "kick.wav")
    assert "is not a file of audio" in refused("encode", tmp_path / "kick.wav", "--steps", 0)


@pytest.mark.parametrize("pad", ["", "a b", "x" * 33])
def test_a_pad_that_cannot_be_named_so_is_told_before_the_work(refused, tmp_path, pad):
    out = tmp_path / "mine.toml"
    assert "--pad is" in refused("encode", tmp_path / "kick.wav", "--pad", pad, "--patch", out)
