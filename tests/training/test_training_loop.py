"""A step changes the weights; a stopped run goes on as if it had never been stopped."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_runs import tiny_recipe

from astrodrum_live.model.player import load_model
from astrodrum_live.training import state as state_module
from astrodrum_live.training.energy import noise_share
from astrodrum_live.training.errors import TrainingError
from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.state import load_state, save_state
from astrodrum_live.training.train import Progress, Trainer

RECIPES = ("live", "wavegan", "wavegan-lsgan")


def weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {
        f"{name}.{key}": value.clone()
        for name, module in trainer.objective.modules().items()
        for key, value in module.state_dict().items()
    }


@pytest.mark.parametrize("name", RECIPES)
def test_one_step_changes_every_network(name: str, hits: HitSet, tmp_path: Path) -> None:
    trainer = Trainer(hits, tiny_recipe(name), tmp_path)
    before = weights(trainer)
    trainer.run(until=1)
    after = weights(trainer)
    assert trainer.step == 1
    changed = {key for key in before if (before[key] != after[key]).any()}
    networks = {key.split(".")[0] for key in before}
    assert {key.split(".")[0] for key in changed} == networks
    assert all(torch.isfinite(value).all() for value in after.values())


@pytest.mark.parametrize("name", RECIPES)
def test_stop_and_resume_equal_a_straight_run_bit_for_bit(
    name: str, hits: HitSet, tmp_path: Path
) -> None:
    recipe = tiny_recipe(name)
    straight = Trainer(hits, recipe, tmp_path / "straight")
    straight.run()
    Trainer(hits, recipe, tmp_path / "stopped").run(until=2)
    torch.rand(7)  # whatever else has used the global generator
    Trainer(hits, recipe, tmp_path / "stopped").run(until=5)
    resumed = Trainer(hits, recipe, tmp_path / "stopped")
    assert resumed.step == 5
    resumed.run()
    a, b = weights(straight), weights(resumed)
    assert a.keys() == b.keys()
    for key in a:
        assert torch.equal(a[key], b[key]), key


def test_a_seed_is_a_run(hits: HitSet, tmp_path: Path) -> None:
    found = []
    for folder, seed in (("a", 0), ("b", 0), ("c", 1)):
        trainer = Trainer(hits, tiny_recipe("live").with_training(seed=seed), tmp_path / folder)
        trainer.run(until=1)
        found.append(weights(trainer)["nets.generator.seed.weight"])
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_fresh_starts_over(hits: HitSet, tmp_path: Path) -> None:
    Trainer(hits, tiny_recipe("live"), tmp_path).run(until=2)
    assert Trainer(hits, tiny_recipe("live"), tmp_path).step == 2
    assert Trainer(hits, tiny_recipe("live"), tmp_path, fresh=True).step == 0


def test_a_finished_run_can_be_made_longer(hits: HitSet, tmp_path: Path) -> None:
    Trainer(hits, tiny_recipe("live", steps=2), tmp_path).run()
    longer = Trainer(hits, tiny_recipe("live", steps=3), tmp_path)
    assert longer.step == 2
    longer.run()
    assert longer.step == 3


def test_resuming_with_other_settings_names_the_difference(hits: HitSet, tmp_path: Path) -> None:
    recipe = tiny_recipe("live")
    Trainer(hits, recipe, tmp_path).run(until=1)
    with pytest.raises(TrainingError, match=r"batch = 4, not 5.*--fresh"):
        Trainer(hits, recipe.with_training(batch=5), tmp_path)
    with pytest.raises(TrainingError, match=r"model\.dim = 2, not 3"):
        Trainer(hits, replace(recipe, model=recipe.model | {"dim": 3}), tmp_path)
    with pytest.raises(TrainingError, match=r"data = .*other hits"):
        Trainer(replace(hits, hash="other hits"), recipe, tmp_path)
    audio = np.pad(hits.audio, ((0, 0), (0, hits.audio.shape[1])))
    longer = replace(hits, audio=audio, slice_len=32768, hash="longer")
    with pytest.raises(TrainingError, match=r"model\.slice_len = 16384, not 32768"):
        Trainer(longer, recipe, tmp_path)
    Trainer(longer, recipe, tmp_path / "longer").run(until=1)
    with pytest.raises(TrainingError, match=r"model\.slice_len = 32768, not 16384"):
        Trainer(hits, recipe, tmp_path / "longer")
    assert Trainer(hits, recipe, tmp_path).step == 1  # what was there is there


def test_a_run_from_before_a_key_existed_can_be_resumed(hits: HitSet, tmp_path: Path) -> None:
    Trainer(hits, tiny_recipe("live"), tmp_path).run(until=1)
    index = tmp_path / "state" / "step-00000001" / "index.json"
    stored = json.loads(index.read_text())
    del stored["told"]["model"]["post_filter"], stored["told"]["recipe"]["training"]["seed"]
    index.write_text(json.dumps(stored))
    assert Trainer(hits, tiny_recipe("live"), tmp_path).step == 1


def test_a_state_that_was_being_written_when_killed_is_passed_over(
    hits: HitSet, tmp_path: Path
) -> None:
    trainer = Trainer(hits, tiny_recipe("live"), tmp_path)
    trainer.run(until=2)
    trainer.run(until=3)
    newest = tmp_path / "state" / "step-00000003"
    part = newest / "part-000.bin"
    part.write_bytes(part.read_bytes()[:-1])
    assert Trainer(hits, tiny_recipe("live"), tmp_path).step == 2
    (newest / "index.json").unlink()
    assert Trainer(hits, tiny_recipe("live"), tmp_path).step == 2


def test_a_large_state_is_kept_in_small_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_module, "PART_BYTES", 1000)
    tensors = {"a": torch.arange(999.0), "b": torch.tensor(3), "c": torch.zeros(0, 2)}
    save_state(tmp_path, 7, tensors, {"seconds": 1.5})
    sizes = [file.stat().st_size for file in tmp_path.rglob("*.bin")]
    assert len(sizes) == 5
    assert max(sizes) == 1000
    step, again, told = load_state(tmp_path)
    assert (step, told) == (7, {"seconds": 1.5})
    for key, tensor in tensors.items():
        assert torch.equal(again[key], tensor)


def test_a_new_run_in_an_old_folder_is_not_taken_for_the_old_one(
    hits: HitSet, tmp_path: Path
) -> None:
    Trainer(hits, tiny_recipe("live"), tmp_path).run(until=3)
    Trainer(hits, tiny_recipe("live"), tmp_path, fresh=True).run(until=1)
    assert Trainer(hits, tiny_recipe("live"), tmp_path).step == 1


def test_a_state_of_an_earlier_version_is_gone_on_with(hits: HitSet, tmp_path: Path) -> None:
    """Before there was validation, states told less and named no best networks."""
    recipe = tiny_recipe("live")
    Trainer(hits, recipe, tmp_path).run(until=2)
    step, tensors, told = load_state(tmp_path / "state")
    del told["validation"], told["recipe"]["validation"]
    save_state(tmp_path / "state", step, tensors, told)
    trainer = Trainer(hits, recipe, tmp_path)
    assert trainer.step == 2
    trainer.run()
    assert trainer.record.best_step == 6


def test_networks_of_another_version_are_named(hits: HitSet, tmp_path: Path) -> None:
    Trainer(hits, tiny_recipe("live"), tmp_path).run(until=1)
    step, tensors, told = load_state(tmp_path / "state")
    del tensors["module.nets.generator.seed.weight"]
    save_state(tmp_path / "state", step, tensors, told)
    with pytest.raises(TrainingError, match="another version of this program"):
        Trainer(hits, tiny_recipe("live"), tmp_path)


def test_a_run_that_diverges_ends_and_keeps_its_last_good_state(
    hits: HitSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astrodrum_live.training.train.BROKEN", 2)
    trainer = Trainer(hits, tiny_recipe("live"), tmp_path)
    trainer.run(until=1)
    monkeypatch.setattr(trainer.objective, "step", lambda *_: {"distance": float("nan")})
    with pytest.raises(TrainingError, match="since step 1: the run has diverged; step 1 is kept"):
        trainer.run()
    assert load_state(tmp_path / "state")[0] == 1


def test_only_the_last_two_states_are_kept(tmp_path: Path) -> None:
    for step in (1, 2, 3, 10):
        save_state(tmp_path, step, {"a": torch.zeros(1)}, {})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["step-00000003", "step-00000010"]


def test_a_run_stops_after_its_minutes(hits: HitSet, tmp_path: Path) -> None:
    trainer = Trainer(hits, tiny_recipe("live", steps=1000), tmp_path)
    trainer.run(minutes=0.0)
    assert trainer.step == 1
    assert load_state(tmp_path / "state")[0] == 1


def test_the_log_has_no_step_twice(
    hits: HitSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astrodrum_live.training.train.LOG_EVERY", 1)
    recipe = tiny_recipe("live")
    trainer = Trainer(hits, recipe, tmp_path)
    trainer.run(until=2)
    shutil.copytree(tmp_path / "state", tmp_path / "saved")
    trainer.run(until=4)
    shutil.rmtree(tmp_path / "state")
    (tmp_path / "saved").rename(tmp_path / "state")  # killed after step 4, last saved at 2
    Trainer(hits, recipe, tmp_path).run()
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "distance" in line] == [1, 2, 3, 4, 5, 6]
    assert [line["step"] for line in lines if "validation" in line] == [6]
    assert all(np.isfinite(value) for line in lines for value in line.values())


def test_a_listener_hears_every_step_and_the_time_left(hits: HitSet, tmp_path: Path) -> None:
    heard: list[Progress] = []
    Trainer(hits, tiny_recipe("live"), tmp_path).run(listener=heard.append)
    assert [progress.step for progress in heard] == [1, 2, 3, 4, 5, 6]
    assert heard[-1].left_s == 0
    assert heard[0].left_s > 0


def test_a_trained_model_loads_and_plays(hits: HitSet, tmp_path: Path) -> None:
    for name in RECIPES:
        trainer = Trainer(hits, tiny_recipe(name), tmp_path / name)
        trainer.run(until=1)
        saved = trainer.save_model(trainer.prior(), {"told": 1}, "astrodrum train")
        model = load_model(tmp_path / name)
        assert model.hash == saved
        assert model.card.scores == {"told": 1}
        assert model.card.training["steps_done"] == 1
        z = model.prior.sample(0, 3)[None]
        wave = model.generate(z, np.eye(2, dtype=np.float32)[:1], np.array([3], dtype=np.uint64))
        assert np.isfinite(wave).all()


def test_noise_is_silent_first_and_then_rises() -> None:
    assert [noise_share(step, 4) for step in (0, 4, 5, 6, 8, 99)] == [0, 0, 0.25, 0.5, 1, 1]
    assert noise_share(0, 0) == 1


def test_an_objective_trains_its_own_kind_only(hits: HitSet, tmp_path: Path) -> None:
    recipe = tiny_recipe("live")
    with pytest.raises(TrainingError, match="trains a 'live' model"):
        Trainer(hits, replace(recipe, model=recipe.model | {"kind": "wavegan"}), tmp_path)
