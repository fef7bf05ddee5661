"""``astrodrum import-wavegan``: a TensorFlow checkpoint in, a model that plays out."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner, Result

from astrodrum_live.cli.main import app
from astrodrum_live.model.bank import load_bank
from astrodrum_live.model.player import load_model

TRAINED = Path(__file__).parents[1] / "model" / "data" / "original_wavegan" / "post_filter"


def invoke(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_checkpoint_becomes_a_model_that_plays(tmp_path: Path) -> None:
    out = tmp_path / "kicks"
    done = invoke("import-wavegan", TRAINED, "--out", out, "--class", "kick", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert (report["steps"], report["sample_rate"], report["slice_len"]) == (18207, 44100, 16384)
    assert report["parameters"] == 4 * 256 + 256 + 25 * (16 * 8 + 8 * 4 + 4 * 2 + 2 + 1) + 16 + 512
    model, bank = load_model(out), load_bank(out)
    assert model.hash == bank.hash == report["hash"]
    assert bank.classes == ("kick",)
    assert (np.abs(bank.audio.astype(int)).max(axis=2) > 20000).all()
    card = (out / "CARD.md").read_text()
    assert report["hash"] in card
    assert "18207 steps" in card
    with np.load(TRAINED / "expected.npz") as stored:
        z = dict(stored)
    wave = model.generate(z["z"], np.ones((2, 1), np.float32), np.zeros(2, np.uint64))
    np.testing.assert_allclose(wave[:, :300], z["wave"][:, :300], rtol=0, atol=1e-4)
    made = invoke("hits", out, "--pad", "kick", "--count", 2, "-o", tmp_path / "hits", "--json")
    assert made.exit_code == 0, made.output
    sound, rate = soundfile.read(json.loads(made.stdout)["files"][0])
    assert rate == 48000
    assert np.abs(sound).max() > 0.1


def test_what_was_told_is_written_for_people_too(tmp_path: Path) -> None:
    done = invoke("import-wavegan", TRAINED, "--out", tmp_path / "a", "--rate", 16000)
    assert done.exit_code == 0, done.output
    assert "d = 1, 16384 frames at 16000 Hz, class 'drum'" in done.stdout.replace("\n", " ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--rate", 1000], "sample_rate is 1000"),
        (["--slice", 65536], "give --slice 16384"),
        (["--class", " "], "--class is empty"),
    ],
)
def test_an_option_that_does_not_fit_is_explained(
    tmp_path: Path, words: list[object], told: str
) -> None:
    done = invoke("import-wavegan", TRAINED, "--out", tmp_path / "a", *words, "--json")
    assert done.exit_code == 2
    assert told in done.stderr
    assert told in json.loads(done.stdout)["error"]
    assert not (tmp_path / "a").exists()


def test_a_checkpoint_that_is_not_there_or_not_whole_is_explained(tmp_path: Path) -> None:
    done = invoke("import-wavegan", tmp_path / "model.ckpt-7", "--out", tmp_path / "a")
    assert done.exit_code == 2
    assert "model.ckpt-7.index: cannot be read" in done.stderr
    train = shutil.copytree(TRAINED, tmp_path / "train")
    data = next(train.glob("*.data*"))
    data.write_bytes(data.read_bytes()[:1000])
    done = invoke("import-wavegan", train, "--out", tmp_path / "a")
    assert done.exit_code == 2
    assert "cut short" in done.stderr
    assert not (tmp_path / "a").exists()


def test_a_model_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("mine")
    done = invoke("import-wavegan", TRAINED, "--out", tmp_path)
    assert done.exit_code == 2
    assert "holds a model already" in done.stderr
    assert (tmp_path / "config.json").read_text() == "mine"
