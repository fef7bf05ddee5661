"""May a run go on from a state: only as the same run, whatever version began it."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.training.errors import TrainingError
from astrodrum_live.training.recipe import RecipeError, read_recipe


def check_same_run(told: dict[str, Any], mine: dict[str, Any], folder: Path) -> None:
    """Compare recipe, model and data of a state with those asked for.

    A run may be made longer or shorter (the rates then follow the new length from there on), and be
    given another patience. What a state of an earlier version does not tell has its default.
    Errors: ``TrainingError`` naming the first difference.
    """
    told, mine = dict(told), json.loads(json.dumps(mine))
    with suppress(RecipeError):
        told["recipe"] = json.loads(json.dumps(read_recipe(told["recipe"], "state").to_dict()))
    with suppress(ValueError):
        told["model"] = json.loads(json.dumps(ModelConfig.from_dict(told["model"]).to_dict()))
    told["recipe"]["training"]["steps"] = mine["recipe"]["training"]["steps"]
    told["recipe"]["validation"] = mine["recipe"]["validation"]
    for key, value in mine.items():
        if told.get(key) != value:
            raise TrainingError(
                f"{folder}: holds a run with {_difference(key, told.get(key), value)}; "
                "resume with the same settings, or start over with --fresh"
            )


def _difference(key: str, old: Any, new: Any) -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(set(old) | set(new)):
            if old.get(name) != new.get(name):
                return _difference(f"{key}.{name}", old.get(name), new.get(name))
    return f"{key} = {old!r}, not {new!r}"
