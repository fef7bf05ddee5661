"""A run whose files were damaged: told, and nothing that is left of it is thrown away."""

import shutil
from pathlib import Path

import pytest
import torch
from tiny_runs import tiny_recipe

from astrodrum_live.training import session
from astrodrum_live.training.errors import TrainingError
from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.recipe import RecipeError, parse_recipe
from astrodrum_live.training.run_log import LOG, trim
from astrodrum_live.training.state import INDEX, load_state, save_state
from astrodrum_live.training.train import Trainer

DAMAGES = (
    lambda text: text[:100],
    lambda text: "[]",
    lambda text: text.replace('"told"', '"tald"'),
    lambda text: text.replace("float32", "floot32"),
    lambda text: text.replace('"step": ', '"step": "x", "old": '),
)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def spoil(state: Path, change=DAMAGES[0]) -> None:
    (state / INDEX).write_text(change((state / INDEX).read_text()))


@pytest.mark.parametrize("change", DAMAGES)
def test_a_damaged_state_is_passed_over_for_the_one_before(tmp_path: Path, change) -> None:
    save_state(tmp_path, 1, {"a": torch.zeros(1)}, {})
    spoil(save_state(tmp_path, 2, {"a": torch.ones(1)}, {}), change)
    damaged: list[str] = []
    stored = load_state(tmp_path, damaged=damaged)
    assert stored is not None
    assert stored[0] == 1
    assert "step-00000002 is damaged" in damaged[0]


def test_going_on_from_an_older_state_is_told(hits: HitSet, tmp_path: Path) -> None:
    recipe = tiny_recipe("live")
    for step in (2, 3):
        Trainer(hits, recipe, tmp_path / "mine").run(until=step)
    spoil(tmp_path / "mine" / "state" / "step-00000003")
    trainer = Trainer(hits, recipe, tmp_path / "mine")
    assert trainer.step == 2
    assert "going on from step 2" in trainer.remarks[0]


def test_a_run_without_a_whole_state_is_not_begun_anew(hits: HitSet, tmp_path: Path) -> None:
    recipe, out = tiny_recipe("live"), tmp_path / "mine"
    Trainer(hits, recipe, out).run(until=2)
    spoil(out / "state" / "step-00000002")
    before = tree(out)
    with pytest.raises(TrainingError, match=r"step-00000002 is damaged .* --fresh"):
        Trainer(hits, recipe, out)
    assert tree(out) == before
    assert Trainer(hits, recipe, out, fresh=True).step == 0


def test_a_model_without_its_run_is_not_overwritten(hits: HitSet, tmp_path: Path) -> None:
    recipe, out = tiny_recipe("live"), tmp_path / "mine"
    trainer = Trainer(hits, recipe, out)
    trainer.run(until=1)
    trainer.save_model(trainer.prior(), {}, "train")
    shutil.rmtree(out / "state")
    with pytest.raises(TrainingError, match="choose another --out, or replace the model"):
        Trainer(hits, recipe, out)
    assert Trainer(hits, recipe, out, fresh=True).step == 0


def test_a_damaged_log_does_not_hinder_a_run(tmp_path: Path) -> None:
    good = '{"step": 1, "seconds": 0.1}\n'
    (tmp_path / LOG).write_bytes(good.encode() + b'{bad}\n{"x": 1}\n5\n\xff}\n{"step": 9}\n')
    trim(tmp_path, 2)
    assert (tmp_path / LOG).read_text() == good


def test_a_disk_that_is_full_at_the_end_keeps_the_run(
    drums: Path, hits: HitSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = tiny_recipe("live", steps=1)
    monkeypatch.setattr(session, "load_recipe", lambda _: recipe)
    monkeypatch.setattr(session, "load_hits", lambda *_, **__: hits)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("astrodrum_live.training.train.save_model", full)
    asked = session.Settings(
        (drums,), tmp_path / "mine", "live", 16384, 1, 60.0, 4, 0, "cpu", 1, False, None, 0, ""
    )
    with pytest.raises(TrainingError, match=r"No space left on device.* step 1 is kept"):
        session.train_model(asked, session.PlainConsole(quiet=True))
    assert load_state(tmp_path / "mine" / "state")[0] == 1


RECIPE = """objective = "energy"
model = {kind = "live"}
[training]
steps = 1
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


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        ("batch = 2", "batch = 0", "steps and batch"),
        ("learning_rate = 1e-3", "learning_rate = nan", "learning_rate"),
        ("betas = [0.8, 0.95]", 'betas = ["a", "b"]', "betas"),
        ("betas = [0.8, 0.95]", "betas = [0.8]", "betas"),
        ("ema = 0.9", "ema = nan", "ema"),
        ("ffts = [512]", "ffts = []", "ffts"),
        ("ffts = [512]", "ffts = [3]", "ffts"),
        ('model = {kind = "live"}', "model = 3", "must be a section"),
    ],
)
def test_a_recipe_of_rubbish_is_refused_with_its_key(good: str, bad: str, words: str) -> None:
    parse_recipe(RECIPE, "mine.toml")
    with pytest.raises(RecipeError, match=f"mine.toml: .*{words}"):
        parse_recipe(RECIPE.replace(good, bad), "mine.toml")
