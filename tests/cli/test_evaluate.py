"""``astrodrum evaluate``: tables for people, one object for programs, and clear refusals."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner, Result

from astrodrum_live.cli.evaluate import show_scores
from astrodrum_live.cli.main import app
from astrodrum_live.evaluation.card import COLUMNS
from astrodrum_live.model.checkpoint import read_card

RATE = 44100


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four decaying noises of each of two classes."""
    folder = tmp_path_factory.mktemp("real")
    decay = np.exp(-np.arange(6000) / 1000)
    for name in ("kick", "snare"):
        (folder / name).mkdir()
        for i in range(4):
            noise = np.random.RandomState(i + 10 * len(name)).randn(6000) * decay
            soundfile.write(folder / name / f"{i}.wav", 0.2 * noise, RATE)
    return folder


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASTRODRUM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("astrodrum_live.evaluation.comparison.REPEATS", 1)
    monkeypatch.setattr("astrodrum_live.evaluation.copying.STEP_MS", 10.0)
    monkeypatch.setattr("astrodrum_live.evaluation.speed.TIMED", 2)


def evaluate(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


def test_json_is_one_object_and_the_sheet_a_picture(
    tiny_model: Path, real: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.png"
    done = evaluate(tiny_model, "--reference", real, "--n", 4, "--json", "--sheet", sheet)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert set(found["classes"]) == {"kick", "snare"}
    assert found["hash"] == read_card(tiny_model).hash
    assert sheet.read_bytes()[:4] == b"\x89PNG"
    assert read_card(tiny_model).scores == {}  # nothing is written unless asked for


def test_people_get_tables_and_the_card_gets_the_scores(
    tiny_model: Path, real: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    done = evaluate(folder, "--reference", real, "--n", 4, "--write")
    assert done.exit_code == 0, done.output
    assert "Class accuracy" in done.stdout
    assert "not to be had: fd_e1" in done.stdout
    assert read_card(folder).scores["seed"] == 0


def test_what_cannot_be_evaluated_is_refused_in_one_line(
    tiny_model: Path, real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    shutil.copytree(real / "kick", other / "gong")
    broken = tmp_path / "embeddings.safetensors"
    broken.write_bytes(b"nothing")
    broken.with_suffix(".json").write_text('{"sha256": "0", "classes": []}')
    cases = [
        ([tmp_path / "none", "--reference", real], "no such model folder"),
        ([tiny_model, "--reference", tmp_path / "none"], "no such reference"),
        ([tiny_model, "--reference", other], "none of the reference's"),
    ]
    for arguments, words in cases:
        done = evaluate(*arguments, "--json")
        assert done.exit_code == 2, arguments
        assert words in json.loads(done.stdout)["error"]
        assert "Traceback" not in done.output
    monkeypatch.setattr(
        "astrodrum_live.evaluation.embeddings.load_embeddings.__defaults__", (broken,)
    )
    done = evaluate(tiny_model, "--reference", real)
    assert done.exit_code == 2
    assert "restore it" in done.stderr


def test_the_table_of_classes_is_whole_at_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    figures = dict.fromkeys(COLUMNS, -12.345)
    words = ("hits", "seconds", "seconds_real", "compared", "draws", "embeddings", "reference")
    tables = {"measures": {}, "classes": {"hat_closed": figures}, "missing": {}, "machine": "m"}
    show_scores(dict.fromkeys(words, 1) | tables)
    told = capsys.readouterr().out
    for word in " ".join(COLUMNS.values()).split():
        assert word in told.split()
    assert told.count("-12.3") == len(COLUMNS)
    assert max(map(len, told.splitlines())) <= 80
