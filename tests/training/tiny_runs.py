"""A folder of synthetic drums and recipes that train on it in a second."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from astrodrum_live.training.recipe import Recipe, Validation, load_recipe

RATE = 44100
TINY = {"latent_dim": 6, "dim": 2}
TINY_LIVE = TINY | {"style_dim": 8, "noise_bands": 6, "modes": 4}


def kick(seed: int, rate: int = RATE) -> np.ndarray:
    t = np.arange(int(0.3 * rate)) / rate
    return 0.5 * np.sin(2 * np.pi * (50 + seed) * t) * np.exp(-12 * t)


def hat(seed: int, rate: int = RATE) -> np.ndarray:
    t = np.arange(int(0.2 * rate)) / rate
    return 0.3 * np.diff(np.random.RandomState(seed).randn(len(t) + 1)) * np.exp(-40 * t)


def write_hits(folder: Path, count: int = 6) -> Path:
    for name, make in (("hat", hat), ("kick", kick)):
        (folder / name).mkdir(parents=True)
        for i in range(count):
            soundfile.write(folder / name / f"{i}.wav", make(i), RATE)
    return folder


def tiny_recipe(name: str, steps: int = 6) -> Recipe:
    recipe = load_recipe(name).with_training(steps=steps, batch=4)
    tiny = recipe.model | (TINY_LIVE if name == "live" else TINY)
    recipe = replace(recipe, model=tiny, ears=None)  # tests/training/test_ears.py has some
    if recipe.energy:
        recipe = replace(recipe, energy=replace(recipe.energy, ffts=(1024, 256), ffts_per_step=1))
    if recipe.critic:
        recipe = replace(recipe, critic=replace(recipe.critic, steps=2))
    return recipe


def tiny_validation(recipe: Recipe, every: int, patience: int = 0) -> Recipe:
    return replace(recipe, validation=Validation(every, patience, hits=4))
