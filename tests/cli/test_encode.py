"""``astrodrum encode``: samples become pads that play; what is no sample is refused in words."""

import json

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from astrodrum_live.cli.main import app
from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.generation.makers import ModelMaker, Request
from astrodrum_live.live.model_choice import choose_model, sounds_of
from astrodrum_live.model.player import load_model
from astrodrum_live.params import PAD_PARAMS

RATE = 22050


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Sixteen draws of the prior are as good as 256 to see that the best is taken."""
    monkeypatch.setattr("astrodrum_live.training.inversion.DRAWS", 16)
    monkeypatch.setattr("astrodrum_live.training.encoding.NEAREST_OF", 2)


def write_kick(path, seconds: float = 0.3, gain: float = 0.5):
    t = np.arange(int(seconds * RATE)) / RATE
    soundfile.write(path, gain * np.sin(2 * np.pi * 60 * t) * np.exp(-12 * t), RATE)
    return path


@pytest.fixture
def encode(tiny_model, tmp_path):
    """Runs the verb on the tiny model; its report, or the line of a refusal."""

    def run(*arguments: object, code: int = 0, model=tiny_model):
        words = ["encode", *arguments, "--steps", 1, "--no-yardstick", "--json"]
        words += ["--model", model] if model else []
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == code, done.output
        assert done.stdout.count("\n") == 1
        return json.loads(done.stdout) if code == 0 else json.loads(done.stdout)["error"]

    return run


def test_an_encoded_pad_plays_the_very_place_that_was_found(encode, tiny_model, tmp_path):
    sample, out = write_kick(tmp_path / "größe 太鼓.wav"), tmp_path / "mine.toml"
    report = encode(sample, "--class", "kick", "--patch", out, "--render", tmp_path / "r.wav")
    (found,) = report["samples"]
    assert (report["patch"], found["class"], found["pad"]) == (str(out), "kick", "groe")
    assert found["refined"]["lsd_db"] > 0
    patch = load_patch(out)
    sounds = sounds_of(patch)
    np.testing.assert_array_equal(sounds.latents[0], found["z"])
    values = np.array([[pad.values[row.name] for row in PAD_PARAMS] for pad in patch.pads])
    values[0, [row.name for row in PAD_PARAMS].index("radius")] = 0.0
    hits, seeds = ModelMaker(sounds, 48000, 0).raw([Request(0, 0)], values)
    model = load_model(tiny_model)
    mix = np.eye(len(model.config.classes), dtype=np.float32)[:1]
    z = np.array([found["z"]], np.float32)
    np.testing.assert_array_equal(hits, model.generate(z, mix, np.array(seeds, np.uint64)))
    assert soundfile.info(tmp_path / "r.wav").frames == 5 * (16384 + 4410)


def test_several_samples_go_into_a_kit_that_names_the_model(encode, kit, tmp_path):
    body = 'version = 1\n# mine\n[[pad]]\nname = "kick"\nclass = "kick"\n'
    path = kit("own", body=body)
    report = encode(
        write_kick(tmp_path / "a.wav"), write_kick(tmp_path / "b.wav"), "--into", path, model=None
    )
    assert [sample["pad"] for sample in report["samples"]] == ["a", "b"]
    assert load_patch(path).pad_names() == ["kick", "a", "b"]
    assert "# mine" in path.read_text()
    encode(tmp_path / "a.wav", "--class", "tom", "--into", path, "--pad", "kick", model=None)
    assert load_patch(path).pad_names() == ["kick", "a", "b"]
    assert dict(load_patch(path).pads[0].classes) == {"tom": 1.0}


def test_a_latent_of_another_model_is_told_and_its_seed_stands_in(encode, other_model, tmp_path):
    out = tmp_path / "mine.toml"
    encode(write_kick(tmp_path / "a.wav"), "--patch", out)
    text = out.read_text()
    before = load_patch(out).model
    out.write_text(text.replace(f'"{before}"', f'"{other_model.as_posix()}"'))
    with pytest.raises(PatchError, match=r"belongs to the model .*encode the sample again") as told:
        choose_model(load_patch(out))
    assert out.read_text().splitlines()[told.value.line - 1].startswith("latent")
    log: list[str] = []
    sounds = choose_model(load_patch(out), log.append).sounds
    assert sounds.latents == ((),)
    assert "its seed says where it stands" in log[0]


@pytest.mark.parametrize(
    ("name", "write", "words"),
    [
        ("none.wav", lambda path: None, "no such file"),
        ("folder", lambda path: path.mkdir(), "is a folder"),
        ("text.wav", lambda path: path.write_text("no audio at all"), "cannot be read as audio"),
        ("silent.wav", lambda path: write_kick(path, gain=0.0), "is silent"),
        ("click.wav", lambda path: write_kick(path, 0.005), "shorter than 10 ms"),
        ("empty.wav", lambda path: write_kick(path, 0.0), "shorter than 10 ms"),
        ("song.wav", lambda path: write_kick(path, 31.0), "lasts 31 s"),
    ],
)
def test_what_is_no_sample_is_refused_by_name(encode, tmp_path, name, write, words):
    path = tmp_path / name
    write(path)
    out = tmp_path / "mine.toml"
    line = encode(path, "--patch", out, code=2)
    assert words in line
    assert str(path) in line
    assert not out.exists()


def test_options_that_contradict_each_other_are_refused(encode, kit, other_model, tmp_path):
    one, out = write_kick(tmp_path / "a.wav"), tmp_path / "mine.toml"
    assert "only one of them" in encode(one, "--patch", out, "--into", kit(), code=2)
    assert "--pad names one pad" in encode(one, one, "--into", kit(), "--pad", "x", code=2)
    assert "give --patch or --into" in encode(one, "--pad", "x", code=2)
    assert "did you mean 'kick'" in encode(one, "--class", "kik", code=2)
    assert "is there already" in encode(one, "--patch", kit(), code=2)
    assert "no such file" in encode(one, "--into", out, code=2)
    assert "leave --model out" in encode(one, "--into", kit(), model=other_model, code=2)
