"""The training loop: batches in, a model out; stopped at any moment, it goes on as it was."""

import json
import math
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from astrodrum_live.model.checkpoint import save_model
from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.latents import Prior, UniformPrior
from astrodrum_live.training.data import HitSet
from astrodrum_live.training.energy import EnergyObjective
from astrodrum_live.training.prior import fit_mixture
from astrodrum_live.training.recipe import Recipe, read_recipe
from astrodrum_live.training.sampler import Sampler
from astrodrum_live.training.state import gather, load_state, restore, save_state

LOG_EVERY = 25
SAVE_SECONDS = 180.0


class TrainingError(Exception):
    """A run that cannot start or go on; the message says why and what would help."""


class Objective(Protocol):
    """What teaches a generator: one ``step`` at a time, from hits, their classes and a seed."""

    @property
    def generator(self) -> nn.Module: ...

    @property
    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]: ...

    def modules(self) -> dict[str, nn.Module]: ...

    def step(
        self,
        step: int,
        batch: Callable[[int], tuple[np.ndarray, np.ndarray]],
        random: torch.Generator,
    ) -> dict[str, float]: ...


@dataclass(frozen=True)
class Progress:
    """What a listener is told after every step. ``left_s``: NaN until a rate is known."""

    step: int
    steps: int
    seconds: float
    left_s: float
    scalars: dict[str, float]


class Trainer:
    """One run: hits and a recipe, a folder, and the step it has come to.

    The folder gets ``state/`` (what a run needs to go on), ``log.jsonl`` (one line per 25 steps)
    and, at the end, the model. A run is a pure function of hits, recipe and device: where it was
    stopped and resumed does not matter, as long as its length stays the same.
    Errors: ``TrainingError`` where the folder holds a run with another recipe or other hits.
    """

    def __init__(
        self, hits: HitSet, recipe: Recipe, out: Path, device: str = "cpu", fresh: bool = False,
        start: Path | None = None,
    ) -> None:  # fmt: skip
        self.hits, self.recipe, self.out = hits, recipe, Path(out)
        self.config = ModelConfig.from_dict(
            recipe.model
            | {
                "classes": hits.classes,
                "sample_rate": hits.sample_rate,
                "slice_len": hits.slice_len,
            }
        )
        self.sampler = Sampler(hits, recipe.augment, recipe.training.seed)
        torch.manual_seed(recipe.training.seed)
        self.objective = make_objective(self.config, recipe, torch.device(device))
        self.step, self.seconds = 0, 0.0
        self.out.mkdir(parents=True, exist_ok=True)
        stored = None if fresh else load_state(self.out / "state")
        if stored:
            self._go_on(*stored)
        else:
            (self.out / "log.jsonl").unlink(missing_ok=True)
            if start:
                self._start_from(start)

    def run(
        self,
        until: int | None = None,
        minutes: float = math.inf,
        listener: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        """Train to step ``until`` (default: the recipe's last) or for ``minutes``, then save.

        The first SIGINT or SIGTERM ends the run after the step at hand; nothing is lost.
        """
        last = min(until or self.recipe.training.steps, self.recipe.training.steps)
        stop = _StopFlag()
        start = saved = time.monotonic()
        before, first = self.seconds, self.step
        window: list[dict[str, float]] = []
        with stop, (self.out / "log.jsonl").open("a", encoding="utf-8") as log:
            while self.step < last and not stop.asked:
                self._set_rate()
                random = torch.Generator().manual_seed(
                    (self.recipe.training.seed << 32) + self.step
                )
                scalars = self.objective.step(self.step, self._batch, random)
                self.step += 1
                now = time.monotonic()
                self.seconds = before + now - start
                window.append(scalars)
                self._listen(listener, scalars, last, first, now - start, minutes)
                if len(window) == LOG_EVERY or self.step == last:
                    log.write(json.dumps(self._line(window)) + "\n")
                    log.flush()
                    window = []
                if now - saved > SAVE_SECONDS:
                    self.save_state()
                    saved = time.monotonic()
                if now - start > minutes * 60:
                    break
        self.save_state()

    def save_state(self) -> None:
        """Write what a run needs to go on."""
        tensors = gather(self.objective.modules(), self.objective.optimisers)
        save_state(self.out / "state", self.step, tensors, self._told() | {"seconds": self.seconds})

    def prior(self) -> Prior:
        """The prior that belongs to the generator as it stands."""
        if isinstance(self.objective, EnergyObjective):
            return fit_mixture(
                self.objective.encoder, self.hits, self.sampler, self.recipe.training.seed
            )
        return UniformPrior(self.config.latent_dim, len(self.config.classes))

    def save_model(self, prior: Prior, scores: dict[str, Any], command: str) -> str:
        """Write weights, ``prior`` and config into the folder; the model's hash."""
        networks = {"generator": _arrays(self.objective.generator)}
        if isinstance(self.objective, EnergyObjective):
            networks["encoder"] = _arrays(self.objective.encoder)
        training = {
            "command": command,
            "recipe": self.recipe.to_dict(),
            "steps_done": self.step,
            "minutes": round(self.seconds / 60, 1),
            "torch": torch.__version__,
        }
        return save_model(
            self.out, self.config, prior, networks, training, self.hits.summary(), scores
        )

    def _start_from(self, model: Path) -> None:
        if not isinstance(self.objective, EnergyObjective):
            raise TrainingError("--from needs a recipe of the objective 'energy', such as live")
        self.objective.start_from(model)

    def _batch(self, draw: int = 0) -> tuple[np.ndarray, np.ndarray]:
        return self.sampler.batch(self.step, self.recipe.training.batch, draw)

    def _set_rate(self) -> None:
        training = self.recipe.training
        share = min(1.0, self.step / training.steps)
        cosine = 0.5 + 0.5 * math.cos(math.pi * share)
        factor = training.final_rate + (1 - training.final_rate) * cosine
        factor *= min(1.0, (self.step + 1) / max(1, training.warm_up))
        for optimiser in self.objective.optimisers.values():
            for group in optimiser.param_groups:
                group["lr"] = group.get("own_rate", training.learning_rate) * factor

    def _line(self, window: list[dict[str, float]]) -> dict[str, float]:
        means = {key: float(np.mean([one[key] for one in window])) for key in window[0]}
        return {"step": self.step, "seconds": round(self.seconds, 1)} | {
            key: round(value, 5) for key, value in means.items()
        }

    def _listen(
        self, listener: Callable, scalars: dict, last: int, first: int, spent: float, minutes: float
    ) -> None:
        left = spent / (self.step - first) * (last - self.step)
        left = min(left, max(0.0, minutes * 60 - spent))
        listener(Progress(self.step, last, self.seconds, left, scalars))

    def _told(self) -> dict[str, Any]:
        recipe = self.recipe.to_dict()
        return {"recipe": recipe, "model": self.config.to_dict(), "data": self.hits.hash}

    def _go_on(self, step: int, tensors: dict[str, torch.Tensor], told: dict[str, Any]) -> None:
        mine = json.loads(json.dumps(self._told()))
        # A run may be made longer or shorter: the rates then follow the new length from here on.
        told["recipe"]["training"]["steps"] = self.recipe.training.steps
        # A key that did not exist yet stood at its default.
        told["recipe"] = read_recipe(told["recipe"], str(self.out / "state")).to_dict()
        told["model"] = ModelConfig.from_dict(told["model"]).to_dict()
        told = json.loads(json.dumps(told))
        for key, value in mine.items():
            if told.get(key) != value:
                raise TrainingError(
                    f"{self.out / 'state'}: holds a run with {_difference(key, told[key], value)}; "
                    "resume with the same settings, or start over with --fresh"
                )
        restore(tensors, self.objective.modules(), self.objective.optimisers)
        self.step, self.seconds = step, told["seconds"]
        _trim_log(self.out / "log.jsonl", step)


def make_objective(config: ModelConfig, recipe: Recipe, device: torch.device) -> Objective:
    """The objective a recipe names."""
    wanted = "live" if recipe.objective == "energy" else "wavegan"
    if config.kind != wanted:
        raise TrainingError(f"objective '{recipe.objective}' trains a '{wanted}' model")
    if recipe.objective == "energy":
        return EnergyObjective(config, recipe, device)
    from astrodrum_live.training.gan import GanObjective

    return GanObjective(config, recipe, device)


class _StopFlag:
    """Turns the first SIGINT or SIGTERM into a wish to stop; a second one acts as usual."""

    def __init__(self) -> None:
        self.asked = False
        self._old: dict[int, Any] = {}

    def __enter__(self) -> "_StopFlag":
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                self._old[number] = signal.signal(number, self._ask)
            except ValueError:
                break  # not the main thread: the caller stops it by other means
        return self

    def __exit__(self, *_: object) -> None:
        for number, old in self._old.items():
            signal.signal(number, old)

    def _ask(self, number: int, frame: object) -> None:
        self.asked = True
        signal.signal(number, self._old[number])


def _arrays(module: nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.detach().cpu().numpy() for name, tensor in module.state_dict().items()}


def _difference(key: str, old: Any, new: Any) -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(set(old) | set(new)):
            if old.get(name) != new.get(name):
                return _difference(f"{key}.{name}", old.get(name), new.get(name))
    return f"{key} = {old!r}, not {new!r}"


def _trim_log(path: Path, step: int) -> None:
    """Drop lines past ``step``: they belong to steps that will be taken again."""
    if not path.exists():
        return
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    kept = [line for line in lines if json.loads(line)["step"] <= step]
    path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
