"""The training loop: batches in, a model out; stopped at any moment, it goes on as it was."""

import math
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from astrodrum_live.model.checkpoint import CONFIG, save_model
from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.latents import Prior, UniformPrior
from astrodrum_live.training import parallel
from astrodrum_live.training.energy import EnergyObjective
from astrodrum_live.training.errors import TrainingError
from astrodrum_live.training.folder import Progress as Told
from astrodrum_live.training.folder import untold
from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.networks import Networks
from astrodrum_live.training.objectives import make_objective, networks_of
from astrodrum_live.training.prior import fit_mixture
from astrodrum_live.training.recipe import Recipe
from astrodrum_live.training.resuming import check_same_run
from astrodrum_live.training.run_log import LOG, RunLog, means, trim
from astrodrum_live.training.sampler import Sampler
from astrodrum_live.training.state import gather, load_state, restore, save_state
from astrodrum_live.training.stop_flag import StopFlag
from astrodrum_live.training.validation import Record, make_validation

LOG_EVERY = 25
EARS_SHARE = 0.25  # of a run's minutes, at most
EAR_SEED = 0xEA4  # of the hits the ears are taught by
SAVE_SECONDS = 180.0
STATE, BEST = "state", "best"
BESTS = 3  # a state names one of the last two, and is itself one of two
BROKEN = 25  # steps on end with a loss that is no number: it has diverged


@dataclass(frozen=True)
class Progress:
    """What a listener is told after every step.

    ``left_s``: NaN until a rate is known. ``validation``: the loss on held-out drums, after the
    steps it was taken at; ``best``: whether it is the best so far.
    """

    step: int
    steps: int
    seconds: float
    left_s: float
    scalars: dict[str, float]
    validation: float | None = None
    best: bool = False


class Trainer:
    """One run: hits and a recipe, a folder, and the step it has come to.

    The folder gets ``state/`` (what a run needs to go on), ``best/`` (the networks that did best on
    held-out drums), ``log.jsonl`` (one line per 25 steps) and, at the end, the model. A run is a
    pure function of hits, recipe and device: where it was stopped and resumed does not matter, as
    long as its length stays the same.
    ``teaching`` is told how far the ears are, before the first step of a run that has some; of
    ``minutes`` they may take a quarter, and the first SIGINT or SIGTERM ends them, with nothing to
    keep: ``KeyboardInterrupt``.
    ``remarks``: what a person should know of how it was gone on with.
    Errors: ``TrainingError`` where the folder holds a run with another recipe or other hits, one
    whose states are all damaged, or a model without a run.
    """

    def __init__(
        self, hits: HitSet, recipe: Recipe, out: Path, device: str = "cpu", fresh: bool = False,
        start: Path | None = None, teaching: Told = untold, minutes: float = math.inf,
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
        self.writes = parallel.rank() == 0
        self.rows = parallel.rows(recipe.training.batch)
        self.sampler = Sampler(hits, recipe.augment, recipe.training.seed)
        torch.manual_seed(recipe.training.seed)
        self.objective = make_objective(self.config, recipe, torch.device(device))
        ears = self.objective.ears if isinstance(self.objective, EnergyObjective) else None
        self.validate = make_validation(hits, recipe, self.config, ears)
        self.record = Record()
        self.step, self.seconds = 0, 0.0
        self._taught_s = 0.0  # how long the ears took, of this process
        self._saved = self._broken = 0
        self._shipped: tuple[int, Networks] | None = None
        if self.writes:
            self.out.mkdir(parents=True, exist_ok=True)
        parallel.must_agree(data=hits.hash, recipe=recipe.to_dict(), fresh=fresh)
        self.remarks: list[str] = []
        stored = None if fresh else self._stored()
        if stored:
            self._go_on(*stored)
        else:
            self._begin(start, teaching, minutes)

    @property
    def learnt_enough(self) -> bool:
        """Whether the recipe's patience with losses on held-out drums has run out."""
        return 0 < self.recipe.validation.patience <= self.record.worse

    def run(
        self,
        until: int | None = None,
        minutes: float = math.inf,
        listener: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        """Train to step ``until`` (default: the recipe's last) or for ``minutes``, with those of
        the ears, then save.

        It ends sooner when ``learnt_enough``. The first SIGINT or SIGTERM ends it after the step
        at hand; nothing is lost. Errors: ``TrainingError`` where it diverges.
        """
        last = min(until or self.recipe.training.steps, self.recipe.training.steps)
        start = saved = time.monotonic()
        allowed_s = minutes * 60 - self._taught_s
        before, first = self.seconds, self.step
        window: list[dict[str, float]] = []
        with StopFlag() as stop, RunLog(self.out, self.writes) as log:
            while self.step < last and not self.learnt_enough:
                window.append(self._take_step())
                now = time.monotonic()
                self.seconds = before + now - start
                left = (now - start) / (self.step - first) * (last - self.step)
                left = min(left, max(0.0, allowed_s - (now - start)))
                progress = Progress(self.step, last, self.seconds, left, window[-1])
                if len(window) == LOG_EVERY or self.step == last:
                    log.write(self.step, self.seconds, parallel.mean(means(window)))
                    window = []
                if self._is_due():
                    loss, best = self._try_unheard()
                    log.write(self.step, self.seconds, {"validation": loss})
                    progress = replace(progress, validation=loss, best=best)
                    self.save_state()
                    saved = now
                elif now - saved > SAVE_SECONDS:
                    self.save_state()
                    saved = now
                listener(progress)
                if parallel.anyone(stop.asked or now - start > allowed_s):
                    break
        self.save_state()

    def save_state(self) -> None:
        """Write what a run needs to go on, unless it is there or its last step went wrong."""
        if self._saved == self.step or self._broken or not self.writes:
            return
        tensors = gather(self.objective.modules(), self.objective.optimisers)
        told = self._told() | {"seconds": self.seconds, "validation": asdict(self.record)}
        save_state(self.out / STATE, self.step, tensors, told)
        self._saved = self.step

    def shipped(self) -> Networks:
        """The networks to ship: the best on held-out drums, those of the last step among them."""
        if self._shipped and self._shipped[0] == self.step:
            return self._shipped[1]
        networks = networks_of(self.objective, self.step)
        if self.validate and self.step != self.record.best_step:
            stored = load_state(self.out / BEST, self.record.best_step)
            if stored and (self._is_due() or not self.validate(networks) < self.record.best):
                networks = networks.filled(stored[1], stored[0])
        self._shipped = (self.step, networks)
        return networks

    def prior(self) -> Prior:
        """The prior that belongs to the networks that are shipped."""
        return self.prior_of(self.shipped())

    def prior_of(self, networks: Networks) -> Prior:
        """Where the latents of ``networks`` lie."""
        if networks.encoder is None:
            return UniformPrior(self.config.latent_dim, len(self.config.classes))
        seed = self.recipe.training.seed
        return fit_mixture(networks.encoder, self.hits, self.sampler, seed)

    def save_model(self, prior: Prior, scores: dict[str, Any], command: str) -> str:
        """Write the shipped weights, ``prior`` and config into the folder; the model's hash."""
        networks = self.shipped()
        training = {
            "command": command,
            "recipe": self.recipe.to_dict(),
            "steps_done": self.step,
            "step_shipped": networks.step,
            "validation": None if math.isinf(self.record.best) else self.record.best,
            "minutes": round(self.seconds / 60, 1),
            "torch": torch.__version__,
        }
        return save_model(
            self.out, self.config, prior, networks.arrays(), training, self.hits.summary(), scores
        )

    def _stored(self) -> tuple[int, dict[str, torch.Tensor], dict[str, Any]] | None:
        """The state to go on from. Errors: ``TrainingError`` rather than begin anew over what an
        earlier run has left.
        """
        stored, damaged, finished = parallel.of_first(self._look)
        if stored:
            self.remarks = [f"{line}; going on from step {stored[0]}" for line in damaged]
        elif damaged:
            raise TrainingError(
                f"{damaged[0]}, and no other state is whole: nothing is touched; restore it, or "
                "give it up with --fresh"
            )
        elif finished:
            raise TrainingError(
                f"{self.out}: holds a model and nothing of a run to go on with; choose another "
                "--out, or replace the model with --fresh"
            )
        return stored

    def _look(self) -> tuple[Any, list[str], bool]:
        damaged: list[str] = []
        stored = load_state(self.out / STATE, damaged=damaged)
        return stored, damaged, (self.out / CONFIG).exists()

    def _begin(self, start: Path | None, teaching: Told, minutes: float) -> None:
        """From step 0: what an earlier run left goes, now that nothing can stand in the way."""
        if start:
            if not isinstance(self.objective, EnergyObjective):
                raise TrainingError("--from needs a recipe of the objective 'energy', such as live")
            self.objective.start_from(start)
        if isinstance(self.objective, EnergyObjective):
            self._teach_ears(self.objective, teaching, minutes)
        if self.writes:
            shutil.rmtree(self.out / STATE, ignore_errors=True)
            shutil.rmtree(self.out / BEST, ignore_errors=True)
            (self.out / LOG).unlink(missing_ok=True)

    def _teach_ears(self, objective: EnergyObjective, teaching: Told, minutes: float) -> None:
        """Where the recipe has ears: by hits of its own draws, in the first process for all."""
        if objective.ears is None:
            return
        began = time.monotonic()
        sampler = Sampler(self.hits, self.recipe.augment, self.recipe.training.seed ^ EAR_SEED)
        until = began + EARS_SHARE * minutes * 60
        with StopFlag() as stop:

            def enough() -> bool:
                return stop.asked or time.monotonic() > until

            right = parallel.of_first(lambda: objective.prepare(sampler.batch, teaching, enough))
        if parallel.anyone(stop.asked):
            raise KeyboardInterrupt
        state = parallel.of_first(objective.ears.state_dict)
        objective.ears.load_state_dict(state)
        self._taught_s = self.seconds = time.monotonic() - began
        self.remarks.append(f"the ears call {right:.1%} of training hits their class")

    def _go_on(self, step: int, tensors: dict[str, torch.Tensor], told: dict[str, Any]) -> None:
        check_same_run(told, self._told(), self.out / STATE)
        try:
            restore(tensors, self.objective.modules(), self.objective.optimisers)
        except RuntimeError as error:
            raise TrainingError(
                f"{self.out / STATE}: its networks were made by another version of this program "
                "and do not fit; resume with that one, or start over with --fresh"
            ) from error
        self.step, self.seconds, self._saved = step, told["seconds"], step
        record = Record(**told.get("validation", {}))  # a state of before there was any has none
        here = parallel.of_first(lambda: load_state(self.out / BEST, record.best_step) is not None)
        if not here and record.best_step:
            self.remarks.append(f"{self.out / BEST}: step {record.best_step}, its best, is lost")
        self.record = record if here else Record()
        if self.writes:
            trim(self.out, step)

    def _take_step(self) -> dict[str, float]:
        self._set_rate()
        random = torch.Generator().manual_seed((self.recipe.training.seed << 32) + self.step)
        scalars = self.objective.step(self.step, self._batch, random)
        self.step += 1
        well = all(math.isfinite(value) for value in scalars.values())
        self._broken = 0 if well else self._broken + 1
        if self._broken == BROKEN:
            raise TrainingError(
                f"the losses are no numbers since step {self.step - BROKEN}: the run has diverged; "
                f"step {self._saved} is kept; lower learning_rate in the recipe"
            )
        return scalars

    def _batch(self, draw: int = 0) -> tuple[np.ndarray, np.ndarray]:
        return self.sampler.batch(self.step, self.recipe.training.batch, draw, self.rows)

    def _set_rate(self) -> None:
        training = self.recipe.training
        share = min(1.0, self.step / training.steps)
        cosine = 0.5 + 0.5 * math.cos(math.pi * share)
        factor = training.final_rate + (1 - training.final_rate) * cosine
        factor *= min(1.0, (self.step + 1) / max(1, training.warm_up))
        for optimiser in self.objective.optimisers.values():
            for group in optimiser.param_groups:
                group["lr"] = group.get("own_rate", training.learning_rate) * factor

    def _is_due(self) -> bool:
        """Whether the loss on held-out drums is taken at this step: not before critics teach."""
        adversarial = self.recipe.adversarial
        if not self.validate or (adversarial and self.step <= adversarial.start):
            return False
        return self.step % self.recipe.validation.every == 0 or (
            self.step == self.recipe.training.steps
        )

    def _try_unheard(self) -> tuple[float, bool]:
        """Take the loss on held-out drums; keep the networks if they have never done better."""
        networks, validate = networks_of(self.objective, self.step), self.validate
        if validate is None:
            raise ValueError("no drums are held out")
        loss = parallel.of_first(lambda: validate(networks))
        best = self.record.take(loss, self.step)
        if best and self.writes:
            save_state(self.out / BEST, self.step, networks.tensors(), {"loss": loss}, BESTS)
        return loss, best

    def _told(self) -> dict[str, Any]:
        recipe = self.recipe.to_dict()
        return {"recipe": recipe, "model": self.config.to_dict(), "data": self.hits.hash}
