"""Generator against critic under every published loss: conditional, or the paper's own."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_runs import tiny_recipe

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.training.gan import GanObjective
from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.recipe import Recipe
from astrodrum_live.training.rms_prop import RmsProp
from astrodrum_live.training.train import Trainer

RECIPES = ("wavegan", "wavegan-dcgan", "wavegan-lsgan", "wavegan-wgan")


def objective(
    recipe: Recipe, classes: tuple[str, ...] = ("kick", "hat"), **model: object
) -> GanObjective:
    torch.manual_seed(0)
    config = ModelConfig.from_dict(recipe.model | {"classes": classes} | model)
    return GanObjective(config, recipe, torch.device("cpu"))


def batch(draw: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.RandomState(draw)
    return random.uniform(-1, 1, (4, 16384)).astype(np.float32), np.arange(4) % 2


@pytest.mark.parametrize("name", RECIPES)
def test_a_step_of_every_loss_is_finite_and_moves_both(name: str) -> None:
    both = objective(tiny_recipe(name))
    before = {k: [p.clone() for p in m.parameters()] for k, m in both.modules().items()}
    told = both.step(0, batch, torch.Generator().manual_seed(1))
    assert all(np.isfinite(list(told.values())))
    assert ("penalty" in told) == (name == "wavegan")
    for key, module in both.modules().items():
        after = list(module.parameters())
        assert all(torch.isfinite(new.grad).all() and torch.isfinite(new).all() for new in after)
        assert any((old != new).any() for old, new in zip(before[key], after, strict=True))


def test_the_clipped_critic_stays_within_its_bounds() -> None:
    both = objective(tiny_recipe("wavegan-wgan"))
    both.step(0, batch, torch.Generator().manual_seed(1))
    assert max(p.abs().max() for p in both.critic.parameters()) <= 0.01
    assert max(p.abs().max() for p in both.trained.parameters()) > 0.01


def test_least_squares_are_trained_with_tensorflows_rmsprop() -> None:
    optimisers = objective(tiny_recipe("wavegan-lsgan")).optimisers
    assert {type(one) for one in optimisers.values()} == {RmsProp}
    assert {one.param_groups[0]["decay"] for one in optimisers.values()} == {0.9}


def test_phase_shuffle_draws_one_shift_a_layer_for_the_whole_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And draws anew for real, made and between, as in the authors' graph."""
    both = objective(tiny_recipe("wavegan"))
    heard: list[torch.Tensor] = []
    forward = both.critic.forward

    def listen(x: torch.Tensor, mix: torch.Tensor, shifts: torch.Tensor) -> torch.Tensor:
        heard.append(shifts)
        return forward(x, mix, shifts)

    monkeypatch.setattr(both.critic, "forward", listen)
    both.step(0, batch, torch.Generator().manual_seed(1))
    assert len(heard) == 2 * 3 + 1  # two critic steps in tiny recipes
    assert {tuple(shifts.shape) for shifts in heard} == {(4,)}
    shifts = torch.stack(heard)
    assert set(shifts.unique().tolist()) == {-2, -1, 0, 1, 2}
    assert len({tuple(row) for row in shifts.tolist()}) > 3
    wave = torch.from_numpy(batch(0)[0][:1]).repeat(3, 1)
    same = forward(wave, torch.eye(2)[[0, 0, 0]], heard[0])
    assert same.max() - same.min() < 1e-5


def test_one_class_trains_the_papers_unconditional_network(hits: HitSet, tmp_path: Path) -> None:
    kicks = replace(
        hits, classes=("kick",), label=np.zeros_like(hits.label), weight=np.ones(len(hits.label))
    )
    recipe = tiny_recipe("wavegan", steps=1)
    filtered = replace(recipe, model=recipe.model | {"post_filter": 512})
    trainer = Trainer(kicks, filtered, tmp_path)
    trainer.run()
    assert trainer.objective.trained.dense.in_features == recipe.model["latent_dim"]
    assert trainer.objective.critic.embed is None
    assert trainer.objective.trained.post_filter.weight.grad.abs().max() > 0
    assert trainer.prior().classes == 1


@pytest.mark.parametrize("slice_len", [32768, 65536])
def test_long_slices_can_be_trained(slice_len: int) -> None:
    both = objective(tiny_recipe("wavegan-dcgan"), slice_len=slice_len)

    def longer(draw: int) -> tuple[np.ndarray, np.ndarray]:
        return np.tile(batch(draw)[0], slice_len // 16384), batch(draw)[1]

    told = both.step(0, longer, torch.Generator().manual_seed(1))
    assert all(np.isfinite(list(told.values())))


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("wavegan", {"penalty": 0.0}, "penalty is 0"),
        ("wavegan-dcgan", {"penalty": 10.0}, "penalty is 10"),
        ("wavegan-wgan", {"clip": 0.0}, "clip is 0"),
        ("wavegan", {"clip": 0.01}, "clip is 0.01"),
        ("wavegan", {"low_precision": True}, "low_precision is true"),
        ("wavegan-lsgan", {"betas": (0.5, 0.9)}, "rmsprop has no momentum"),
        ("wavegan", None, r"\[critic\] is missing"),
    ],
)
def test_a_recipe_that_does_not_fit_its_loss_is_explained(
    name: str, change: dict | None, words: str
) -> None:
    recipe = tiny_recipe(name)
    if change is None:
        recipe = replace(recipe, critic=None)
    elif set(change) <= {"penalty", "clip"}:
        recipe = replace(recipe, critic=replace(recipe.critic, **change))
    else:
        recipe = recipe.with_training(**change)
    with pytest.raises(ValueError, match=words):
        objective(recipe)
