"""One training session from folder to model folder: what ``astrodrum train`` does first."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from astrodrum_live.model.bank import make_bank, save_bank
from astrodrum_live.model.checkpoint import ModelError
from astrodrum_live.model.player import load_model
from astrodrum_live.training import parallel
from astrodrum_live.training.card import write_card
from astrodrum_live.training.console import Console, PlainConsole, telling
from astrodrum_live.training.data import load_hits
from astrodrum_live.training.equip import equip_showing
from astrodrum_live.training.errors import TrainingError
from astrodrum_live.training.folder import Progress
from astrodrum_live.training.hit_cache import save_hits
from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.knobs import Search
from astrodrum_live.training.listener import Listener
from astrodrum_live.training.recipe import load_recipe
from astrodrum_live.training.train import Trainer

BANK_HITS = 4  # of each class


@dataclass(frozen=True)
class Settings:
    """What the command line asks for; None leaves a value to the recipe."""

    data: tuple[Path, ...]
    out: Path
    recipe: str
    slice_len: int
    steps: int | None
    minutes: float
    batch: int | None
    seed: int
    device: str
    threads: int
    fresh: bool
    start: Path | None
    knob_hits: int
    command: str


@dataclass(frozen=True)
class Report:
    """What a session came to, JSON-ready."""

    model: str
    hash: str
    steps: int
    minutes: float
    skipped: dict[str, int]


@contextmanager
def _without_denormals() -> Iterator[None]:
    """Tails decay into denormals, which cost a CPU dearly; afterwards the process is as it was."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


@_without_denormals()
def train_model(settings: Settings, console: Console) -> Report | None:
    """Read the hits, train, fit the prior, save, and write bank and card.

    Under ``torchrun`` every process calls this; the first one finishes and reports. None in the
    others, and where safetensors is not there to write a model with.
    Errors: ``DataError``, ``RecipeError``, ``TrainingError``.
    """
    torch.set_num_threads(settings.threads)
    try:
        with parallel.joined(pick_device(settings.device)) as device:
            first = parallel.rank() == 0
            trainer = _run(settings, device, console if first else PlainConsole(quiet=True))
    except parallel.PeerError as error:
        raise TrainingError(str(error)) from error
    if not first:
        return None
    try:
        import safetensors.numpy  # noqa: F401
    except ImportError:
        console.print(
            f"{settings.out}: step {trainer.step} is kept; safetensors, which a model is written "
            "with, is not installed: run the same command where it is"
        )
        return None
    try:
        return finish(trainer, trainer.hits, settings, console)
    except OSError as error:
        raise TrainingError(
            f"{error.filename or settings.out}: cannot be written ({error.strerror}); step "
            f"{trainer.step} is kept: free some space and run the same command again"
        ) from error


def cache_hits(data: tuple[Path, ...], slice_len: int, path: Path, console: Console) -> HitSet:
    """Write the uniform hits of ``data`` into one packed file that can be trained on in its place.

    Errors: ``DataError``, ``TrainingError`` where it cannot be written.
    """
    hits = load_hits(data, slice_len, progress=_reading(console))
    _tell(hits, console)
    try:
        save_hits(path, hits, compact=True)
    except OSError as error:
        raise TrainingError(f"{path}: cannot be written ({error.strerror})") from error
    console.print(f"{path}: {path.stat().st_size / 2**20:.1f} MiB")
    return hits


def _reading(console: Console) -> Progress:
    return telling(console, "reading files")


def _run(settings: Settings, device: str, console: Console) -> Trainer:
    if device.startswith("cuda"):
        torch.set_float32_matmul_precision("high")  # TF32
    recipe = load_recipe(settings.recipe).with_training(
        steps=settings.steps, batch=settings.batch, seed=settings.seed
    )
    with parallel.first_of_machine_first():
        hits = load_hits(settings.data, settings.slice_len, progress=_reading(console))
    _tell(hits, console)
    trainer = None
    try:
        trainer = Trainer(
            hits, recipe, settings.out, device, settings.fresh, settings.start,
            telling(console, "teaching the ears, step"), settings.minutes,
        )  # fmt: skip
        for remark in trainer.remarks:
            console.print(remark)
        if not trainer.validate:
            console.print(
                "validation is off, the last weights are shipped: "
                + ("the recipe says so" if hits.held_out.any() else "too few drums to hold any out")
            )
        if parallel.rank():
            trainer.run(minutes=settings.minutes)
        else:
            with Listener(settings.out, trainer, console) as listener:
                trainer.run(minutes=settings.minutes, listener=listener)
    except KeyboardInterrupt:
        if trainer is None:
            console.print("stopped before the first step: the same command begins anew")
        raise
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise TrainingError(
            _less_memory(device, recipe.training.batch, trainer.step if trainer else 0)
        ) from error
    except OSError as error:
        raise TrainingError(
            f"{error.filename or settings.out}: cannot be written ({error.strerror}); "
            "free some space or choose another --out. What was saved last is kept"
        ) from error
    except ValueError as error:
        raise TrainingError(f"recipe '{settings.recipe}': {error}") from error
    if trainer.learnt_enough:
        console.print(
            f"stopped at step {trainer.step}: no better on held-out drums in "
            f"{trainer.record.worse} validations; step {trainer.record.best_step} is shipped"
        )
    return trainer


def _less_memory(device: str, batch: int, step: int) -> str:
    remedy = f"--batch {batch // 2}" if batch > 1 else "a shorter --slice or a smaller recipe"
    if step:
        remedy += " and --fresh, or free some memory and run the same command again"
    return (
        f"not enough memory on {device} for a batch of {batch} at step {step}; use {remedy}. "
        "What was saved last is kept"
    )


def finish(trainer: Trainer, hits: HitSet, settings: Settings, console: Console) -> Report:
    """Save the model as it stands and everything that goes with it."""
    trainer.save_model(trainer.prior(), {}, settings.command)
    try:
        model = load_model(settings.out)
    except ModelError as error:
        raise TrainingError(str(error)) from error
    if settings.knob_hits:
        search = Search(settings.knob_hits, seed=settings.seed)
        model = equip_showing(settings.out, search, pick_device(settings.device), console)
    save_bank(settings.out, make_bank(model, BANK_HITS, settings.seed))
    write_card(settings.out, hits)
    console.print(f"{settings.out}: step {trainer.step}, saved")
    return Report(
        str(settings.out), model.hash, trainer.step, round(trainer.seconds / 60, 1),
        hits.summary()["skipped"],
    )  # fmt: skip


def pick_device(name: str) -> str:
    """``auto`` becomes the best device there is. Errors: ``TrainingError``."""
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return next(device for device, present in there.items() if present)
    if name not in there:
        raise TrainingError(f"device is '{name}'; it can be auto, {', '.join(there)}")
    if not there[name]:
        raise TrainingError(f"device '{name}' is not there; use --device auto")
    return name


def _tell(hits: HitSet, console: Console) -> None:
    counts = np.bincount(hits.label, minlength=len(hits.classes))
    classes = ", ".join(f"{name} {n}" for name, n in zip(hits.classes, counts, strict=True))
    console.print(f"{len(hits.label)} hits of {len(set(hits.drums))} drums: {classes}")
    for file, reason in list(hits.skipped.items())[:10]:
        console.print(f"skipped {file}: {reason}")
    if len(hits.skipped) > 10:
        console.print(f"skipped {len(hits.skipped) - 10} more")
