"""The shipped recipes say what they must, and a bad one is explained."""

from pathlib import Path

import pytest

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.training.recipe import RecipeError, load_recipe, parse_recipe


@pytest.mark.parametrize("name", ["live", "wavegan"])
def test_a_shipped_recipe_makes_a_model_config(name: str) -> None:
    recipe = load_recipe(name)
    ModelConfig.from_dict(recipe.model | {"classes": ["kick"]})


def test_the_wavegan_recipe_is_the_papers() -> None:
    recipe = load_recipe("wavegan")
    model = ModelConfig.from_dict(recipe.model | {"classes": ["kick"]})
    assert (model.latent_dim, model.kernel_len, model.stride, model.dim) == (100, 25, 4, 64)
    assert model.phase_shuffle == 2
    assert (recipe.critic.steps, recipe.critic.penalty) == (5, 10.0)
    assert recipe.training.batch == 64
    assert recipe.training.learning_rate == 1e-4
    assert recipe.training.betas == (0.5, 0.9)


def test_a_recipe_may_be_a_file(tmp_path: Path) -> None:
    shipped = load_recipe("live")
    text = (Path(__file__).parents[2] / "astrodrum_live/training/recipes/live.toml").read_text()
    (tmp_path / "mine.toml").write_text(text)
    assert load_recipe(str(tmp_path / "mine.toml")) == shipped


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("steps = ", "stepps = "), "unknown key 'stepps'"),
        (("batch = 8", 'batch = "8"'), "batch is '8'"),
        (("[augment]", "[augmentation]"), "unknown section 'augmentation'"),
        (('objective = "energy"', 'objective = "luck"'), "objective is 'luck'"),
        (("[energy]", "[critic]"), r"\[energy\] is missing|unknown key"),
        (("[model]", "[model"), "not valid TOML"),
    ],
)
def test_a_bad_recipe_is_explained(change: tuple[str, str], words: str) -> None:
    text = (Path(__file__).parents[2] / "astrodrum_live/training/recipes/live.toml").read_text()
    assert change[0] in text
    with pytest.raises(RecipeError, match=words):
        parse_recipe(text.replace(*change, 1), "mine.toml")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(RecipeError, match="live, wavegan"):
        load_recipe("lively")
