"""``astrodrum train``: one folder in, a whole model folder out; bad input is exit code 2."""

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from small_knobs import SMALL_REPORT, still_knobs
from typer.testing import CliRunner, Result

from astrodrum_live.cli.train import train
from astrodrum_live.model.bank import load_bank
from astrodrum_live.model.player import load_model
from astrodrum_live.training.data import load_hits

TINY = """
objective = "energy"
[model]
kind = "live"
latent_dim = 4
dim = 1
kernel_len = 3
style_dim = 4
noise_bands = 4
modes = 2
phase_shuffle = 0
[training]
steps = 3
batch = 2
learning_rate = 1e-3
final_rate = 0.1
betas = [0.8, 0.95]
ema = 0.9
low_precision = false
[energy]
ffts = [512]
ffts_per_step = 1
kl_weight = 1e-3
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("astrodrum_live.cli.train.SCORED_HITS", 4)
    monkeypatch.setattr("astrodrum_live.training.session.BANK_HITS", 1)
    monkeypatch.setattr("astrodrum_live.evaluation.comparison.REPEATS", 1)
    monkeypatch.setattr("astrodrum_live.evaluation.copying.STEP_MS", 10.0)
    monkeypatch.setattr("astrodrum_live.evaluation.speed.TIMED", 4)
    (tmp_path / "tiny.toml").write_text(TINY)
    return str(tmp_path / "tiny.toml")


def invoke(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(train)
    without_knobs = [] if "--knob-hits" in arguments else ["--knob-hits", 0]
    return CliRunner().invoke(app, [str(argument) for argument in [*arguments, *without_knobs]])


def test_a_folder_becomes_a_whole_model_folder(drums: Path, tmp_path: Path, recipe: str) -> None:
    out = tmp_path / "mine"
    result = invoke(drums, "--out", out, "--recipe", recipe, "--device", "cpu", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["steps"] == 3
    assert set(report["scores"]["classes"]) == {"hat", "kick"}
    assert "add recordings" in report["scores"]["missing"]["fd_e1"]  # 6 hits of a class are few
    model = load_model(out)
    assert model.hash == report["hash"] == load_bank(out).hash
    assert model.card.scores == report["scores"]
    assert "## Scores" in (out / "CARD.md").read_text()
    assert report["hash"] in (out / "CARD.md").read_text()
    assert {"sheet.png", "log.jsonl", "bank.npz"} <= {path.name for path in out.iterdir()}
    card = out / "CARD.md"
    card.write_text(card.read_text() + "\n## Notes\n\nBest on a Sunday.\n")
    again = invoke(drums, "--out", out, "--recipe", recipe, "--device", "cpu", "--json")
    assert json.loads(again.stdout)["hash"] == report["hash"]  # nothing left to train
    assert card.read_text().endswith("\n## Notes\n\nBest on a Sunday.\n")  # a person's: kept


def test_a_run_leaves_the_smallest_numbers_to_its_process(
    drums: Path, tmp_path: Path, recipe: str
) -> None:
    invoke(drums, "--out", tmp_path / "mine", "--recipe", recipe, "--device", "cpu", "--json")
    assert np.all(np.array([5e-324]) * np.array([1.0]) > 0.0)


def test_a_run_ends_with_the_search_for_knobs(
    drums: Path, tmp_path: Path, recipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, asked = tmp_path / "mine", []

    def found(model, search, sense, advance, stands=()):
        asked.append(search)
        return still_knobs(model.config), SMALL_REPORT

    monkeypatch.setattr("astrodrum_live.training.equip.find_knobs", found)
    arguments = (drums, "--out", out, "--recipe", recipe, "--device", "cpu", "--json")
    result = invoke(*arguments, "--knob-hits", 50, "--seed", 5)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert [(search.hits, search.seed) for search in asked] == [(50, 5)]
    model = load_model(out)
    assert model.card.knobs is not None
    assert model.hash == report["hash"] == load_bank(out).hash
    assert model.card.knob_report == SMALL_REPORT
    card = (out / "CARD.md").read_text()
    assert f"`{model.hash}`" in card
    assert "## Knobs" in card
    assert "## Scores" in card
    assert "Hidden: kick: tuning." in card


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--knob-hits", 5], "--knob-hits is 5; it must be 20 or more"),
        (["--knob-hits", 999_999_999], "20000"),
        (["--recipe", "lively"], "no recipe 'lively'"),
        (["--device", "abacus"], "device is 'abacus'"),
        (["--batch", "3", "--resume"], "batch = 2, not 3"),
    ],
)
def test_settings_that_cannot_be_used_are_explained(
    drums: Path, tmp_path: Path, recipe: str, change: list[str], words: str
) -> None:
    out = tmp_path / "mine"
    if "--resume" in change:
        assert invoke(drums, "--out", out, "--recipe", recipe, "--minutes", 0).exit_code == 0
    result = invoke(drums, "--out", out, "--recipe", recipe, *change)
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_folder_that_cannot_be_trained_on_is_explained(tmp_path: Path, recipe: str) -> None:
    (tmp_path / "empty").mkdir()
    for folder, words in ((tmp_path / "none", "no such folder"), (tmp_path / "empty", "no class")):
        result = invoke(folder, "--out", tmp_path / "mine", "--recipe", recipe)
        assert result.exit_code == 2
        assert words in result.stderr


def test_a_model_folder_that_cannot_be_written_is_explained(
    drums: Path, tmp_path: Path, recipe: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    result = invoke(drums, "--out", tmp_path / "file" / "mine", "--recipe", recipe)
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_hits_can_be_packed_for_another_machine(drums: Path, tmp_path: Path, recipe: str) -> None:
    packed = tmp_path / "hits.npz"
    result = invoke(drums, "--only-cache", packed, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["hits"] == 12
    assert len(load_hits(packed, 16384).label) == 12


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "give --out MODEL to train, or --only-cache FILE.npz"),
        (["--out", "a", "--only-cache", "b.npz"], "give --out MODEL to train, or --only-cache"),
        (["--only-cache", "b.wav"], "a cache of hits is an .npz file"),
    ],
)
def test_what_to_make_must_be_said(drums: Path, arguments: list[str], words: str) -> None:
    result = invoke(drums, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
