"""The shipped recipes say what they must, and a bad one is explained."""

from pathlib import Path

import pytest

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.training.recipe import RecipeError, load_recipe, parse_recipe

WAVEGANS = ("wavegan", "wavegan-dcgan", "wavegan-lsgan", "wavegan-wgan")


@pytest.mark.parametrize("name", ["live", *WAVEGANS])
def test_a_shipped_recipe_makes_a_model_config(name: str) -> None:
    recipe = load_recipe(name)
    ModelConfig.from_dict(recipe.model | {"classes": ["kick"]})


@pytest.mark.parametrize("name", WAVEGANS)
def test_the_wavegan_recipes_are_the_papers(name: str) -> None:
    recipe = load_recipe(name)
    model = ModelConfig.from_dict(recipe.model | {"classes": ["kick"]})
    assert (model.latent_dim, model.kernel_len, model.stride, model.dim) == (100, 25, 4, 64)
    assert (model.phase_shuffle, model.post_filter, model.upsample) == (2, 0, "zeros")
    training = recipe.training
    assert (recipe.critic.steps, training.batch) == (5, 64)
    assert (training.warm_up, training.final_rate, training.ema) == (0, 1.0, 0.0)
    assert recipe.augment.share == 0


@pytest.mark.parametrize(
    ("name", "objective", "optimiser", "rate", "betas", "penalty", "clip"),
    [
        ("wavegan", "wgan-gp", "adam", 1e-4, (0.5, 0.9), 10.0, 0.0),
        ("wavegan-dcgan", "dcgan", "adam", 2e-4, (0.5, 0.999), 0.0, 0.0),
        ("wavegan-lsgan", "lsgan", "rmsprop", 1e-4, (0.0, 0.9), 0.0, 0.0),
        ("wavegan-wgan", "wgan", "rmsprop", 5e-5, (0.0, 0.9), 0.0, 0.01),
    ],
)
def test_every_loss_has_its_published_optimiser(
    name: str, objective: str, optimiser: str, rate: float, betas: tuple, penalty: float,
    clip: float,
) -> None:  # fmt: skip
    recipe = load_recipe(name)
    training = recipe.training
    assert (recipe.objective, training.optimiser) == (objective, optimiser)
    assert (training.learning_rate, training.betas) == (rate, betas)
    assert (recipe.critic.penalty, recipe.critic.clip) == (penalty, clip)


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
        (("batch = 8", 'batch = 8\noptimiser = "sgd"'), "optimiser is 'sgd'; it can be adam or"),
        (("batch = 8", "batch = 8\noptimiser = 1"), "optimiser is 1"),
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


@pytest.mark.parametrize(
    ("had", "has", "word"),
    [
        ("low_weight = 0.5", "low_weight = 0.0", "go together"),
        ("early_ms = 30.0", "early_ms = -1.0", "early_ms"),
        ("early_ms = 30.0", "floor_db = 3.0", "floor_db"),
    ],
)
def test_what_the_distance_hears_must_make_sense(had: str, has: str, word: str) -> None:
    text = (Path(__file__).parents[2] / "astrodrum_live/training/recipes/live.toml").read_text()
    assert had in text
    with pytest.raises(RecipeError, match=word):
        parse_recipe(text.replace(had, has), "mine.toml")
