"""What a person sees of a run: a progress bar, and TensorBoard where it is installed."""

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from astrodrum_live.model.latents import white_noise
from astrodrum_live.training.train import Progress, Trainer

if TYPE_CHECKING:
    from rich.console import Console

SCALARS_EVERY = 25  # steps
PREVIEW_SECONDS = 300.0
PREVIEW_HITS = 4  # of each class


class Listener:
    """Called after every step; used as a context."""

    def __init__(self, out: Path, trainer: Trainer, console: "Console") -> None:
        self.trainer = trainer
        self.console = console
        self.board = open_board(out / "tensorboard")
        self.previewed = time.monotonic()
        self.bar: Any = None

    def __enter__(self) -> "Listener":
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self.bar = Progress(
            TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("{task.fields[left]} left   {task.fields[told]}"), console=self.console,
        )  # fmt: skip
        self.bar.start()
        self.task = self.bar.add_task("", total=None, left="?", told="")
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
        if self.board:
            self.board.close()

    def __call__(self, progress: Progress) -> None:
        told = "  ".join(f"{key} {value:.3f}" for key, value in progress.scalars.items())
        self.bar.update(
            self.task, total=progress.steps, completed=progress.step,
            left=_clock(progress.left_s), told=told,
        )  # fmt: skip
        if not self.board:
            return
        if progress.step % SCALARS_EVERY == 0:
            for key, value in progress.scalars.items():
                self.board.add_scalar(key, value, progress.step)
        if time.monotonic() - self.previewed > PREVIEW_SECONDS:
            self.previewed = time.monotonic()
            self._preview(progress.step)

    def _preview(self, step: int) -> None:
        """One clip per class: hits of fixed seeds from the prior as it now is."""
        config, generator = self.trainer.config, self.trainer.objective.generator
        prior = self.trainer.prior()
        device = next(generator.parameters()).device
        for label, name in enumerate(config.classes):
            seeds = range(PREVIEW_HITS)
            z = np.stack([prior.sample(label, seed) for seed in seeds])
            noise = np.stack([white_noise(seed, config.slice_len) for seed in seeds])
            mix = np.eye(len(config.classes), dtype=np.float32)[[label] * PREVIEW_HITS]
            with torch.no_grad():
                wave = generator(*(torch.from_numpy(a).to(device) for a in (z, mix, noise)))
            self.board.add_audio(name, wave.flatten().cpu()[None], step, config.sample_rate)


def open_board(folder: Path) -> Any:
    """A TensorBoard writer, or None where TensorBoard is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder))


def _clock(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "?"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
