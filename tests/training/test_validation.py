"""A run is tried on drums it never hears; the best is kept and shipped, and it ends in time."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_runs import tiny_recipe, tiny_validation

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.latents import NormalPrior
from astrodrum_live.model.player import load_model
from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.networks import Networks
from astrodrum_live.training.recipe import Adversarial, RecipeError, parse_recipe
from astrodrum_live.training.state import load_state
from astrodrum_live.training.train import Trainer
from astrodrum_live.training.validation import Record, make_validation


def tell(trainer: Trainer, losses: list[float]) -> None:
    """Give a trainer the losses it will find on held-out drums, one after the other."""
    given = iter(losses)
    trainer.validate = lambda networks: next(given)


def seed_weight(networks: Networks) -> torch.Tensor:
    return networks.tensors()["generator.seed.weight"]


@pytest.mark.parametrize("name", ["live", "wavegan"])
def test_a_loss_is_the_same_twice_and_moves_with_the_weights(
    name: str, hits: HitSet, tmp_path: Path
) -> None:
    trainer = Trainer(hits, tiny_validation(tiny_recipe(name), every=1), tmp_path)
    before = trainer.validate(trainer.shipped())
    torch.rand(5)  # whatever else has drawn
    assert trainer.validate(trainer.shipped()) == before
    trainer.run(until=1)
    assert trainer.validate(trainer.shipped()) != before
    assert trainer.record.best == trainer.validate(trainer.shipped())


def test_the_frechet_distance_grows_with_what_separates_two_sets(hits: HitSet) -> None:
    class Echo(torch.nn.Module):
        """Gives back the held-out hits, with so much noise."""

        def __init__(self, level: float) -> None:
            super().__init__()
            self.level = torch.nn.Parameter(torch.tensor(level))

        def forward(self, z: torch.Tensor, mix: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
            return held[: len(z)] + self.level * noise

    recipe = tiny_recipe("wavegan")
    config = ModelConfig.from_dict(recipe.model | {"classes": hits.classes})
    validate = make_validation(hits, recipe, config)
    held = torch.from_numpy(hits.waves(np.flatnonzero(hits.held_out)))
    losses = [validate(Networks(Echo(level), None, 0)) for level in (0.0, 0.01, 0.1)]
    assert losses[0] == pytest.approx(0, abs=1e-9)
    assert losses[0] < losses[1] < losses[2]


def test_the_best_is_shipped_and_not_the_last(hits: HitSet, tmp_path: Path) -> None:
    trainer = Trainer(hits, tiny_validation(tiny_recipe("live"), every=1), tmp_path)
    tell(trainer, [3.0, 1.0, 2.0, 2.0, 2.0, 2.0])
    trainer.run(until=2)
    best = seed_weight(trainer.shipped()).clone()
    trainer.run()
    assert trainer.record == Record(1.0, 2, 4)
    assert torch.equal(seed_weight(trainer.shipped()), best)
    trainer.save_model(NormalPrior(6, 2), {}, "astrodrum train")
    model = load_model(tmp_path)
    assert torch.equal(model.network.state_dict()["seed.weight"], best)
    assert model.card.training["steps_done"] == 6
    assert model.card.training["step_shipped"] == 2
    assert model.card.training["validation"] == 1.0


def test_of_a_run_that_was_stopped_the_better_of_last_and_best_is_shipped(
    hits: HitSet, tmp_path: Path
) -> None:
    for last, shipped in ((0.5, 3), (2.0, 2)):
        trainer = Trainer(hits, tiny_validation(tiny_recipe("live"), every=2), tmp_path / str(last))
        tell(trainer, [1.0, last])
        trainer.run(until=3)
        assert trainer.shipped().step == shipped
        assert trainer.record.best_step == 2  # what is tried on the way out is no part of the run


def test_a_run_ends_when_its_patience_does(hits: HitSet, tmp_path: Path) -> None:
    recipe = tiny_validation(tiny_recipe("live", steps=60), every=1, patience=2)
    trainer = Trainer(hits, recipe, tmp_path)
    tell(trainer, [3.0, 2.0, math.nan, 2.0, 1.0])
    trainer.run()
    assert trainer.step == 4
    assert trainer.learnt_enough
    again = Trainer(hits, recipe, tmp_path)
    again.run()
    assert again.step == 4  # it stays ended
    longer = Trainer(hits, tiny_validation(recipe, every=1, patience=3), tmp_path)
    longer.run(until=5)
    assert longer.step == 5  # more patience may be had


def test_stopped_and_resumed_the_verdicts_are_those_of_a_straight_run(
    hits: HitSet, tmp_path: Path
) -> None:
    recipe = tiny_validation(tiny_recipe("live"), every=2)
    straight = Trainer(hits, recipe, tmp_path / "straight")
    straight.run()
    Trainer(hits, recipe, tmp_path / "stopped").run(until=3)
    resumed = Trainer(hits, recipe, tmp_path / "stopped")
    resumed.run()
    assert resumed.record == straight.record
    ends = [seed_weight(trainer.shipped()) for trainer in (straight, resumed)]
    assert torch.equal(*ends)
    lines = [
        [json.loads(line) for line in (tmp_path / name / "log.jsonl").read_text().splitlines()]
        for name in ("straight", "stopped")
    ]
    losses = [[one["validation"] for one in run if "validation" in one] for run in lines]
    assert losses[0] == losses[1]
    assert len(losses[0]) == 3


def test_a_best_that_is_lost_is_looked_for_anew(hits: HitSet, tmp_path: Path) -> None:
    recipe = tiny_validation(tiny_recipe("live"), every=2)
    Trainer(hits, recipe, tmp_path).run(until=4)
    for part in (tmp_path / "best").rglob("*.bin"):
        part.write_bytes(b"")
    trainer = Trainer(hits, recipe, tmp_path)
    assert trainer.record == Record()
    trainer.run()
    assert trainer.record.best_step == 6


def test_without_held_out_drums_the_last_weights_are_shipped(hits: HitSet, tmp_path: Path) -> None:
    nothing = replace(hits, held_out=np.zeros(len(hits.label), dtype=bool))
    trainer = Trainer(nothing, tiny_validation(tiny_recipe("live"), every=1), tmp_path)
    trainer.run(until=2)
    assert trainer.validate is None
    assert trainer.shipped().step == 2
    assert load_state(tmp_path / "best") is None


def test_critics_are_judged_from_their_first_step_on(hits: HitSet, tmp_path: Path) -> None:
    recipe = replace(tiny_recipe("live"), adversarial=Adversarial(3, 0.1, 1e-4, 1.0, 2, (256,)))
    trainer = Trainer(hits, tiny_validation(recipe, every=1), tmp_path)
    trainer.run(until=3)
    assert trainer.record == Record()
    assert trainer.shipped().step == 3
    trainer.run(until=5)
    assert trainer.record.best_step in (4, 5)


def test_a_recipe_says_how_often_and_how_long(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "astrodrum_live/training/recipes/live.toml").read_text()
    assert "[validation]" in text

    with pytest.raises(RecipeError, match="every and patience must be 0 or more"):
        parse_recipe(text.replace("every = 500", "every = -1"), "mine.toml")
