"""What a person sees of a run: a bar or a line a minute, sheets, and TensorBoard where it is."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from astrodrum_live.training.console import Console
from astrodrum_live.training.preview import Previews
from astrodrum_live.training.train import Progress, Trainer

SCALARS_EVERY = 25  # steps
LINE_SECONDS = 60.0
PREVIEW_SECONDS = 60.0  # between two sheets at least, however often there is a validation
UNVALIDATED_SECONDS = 300.0  # between two sheets where there is none


class Listener:
    """Called after every step; used as a context. ``clock``: seconds."""

    def __init__(
        self, out: Path, trainer: Trainer, console: Console,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.trainer, self.console, self.clock = trainer, console, clock
        self.board = open_board(out / "tensorboard")
        if self.board is None:
            console.print("no curves for TensorBoard: it is not installed (the extra 'train')")
        self.previews = Previews(out, trainer, self.board, console)
        self.previewed, self.told = -math.inf, -math.inf
        self.validation = math.nan
        self.bar: Any = None

    def __enter__(self) -> "Listener":
        self.previewed = self.clock() - PREVIEW_SECONDS
        if not self.console.is_terminal:
            return self
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self.bar = Progress(
            TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("{task.fields[left]} left   {task.fields[told]}"),
            console=self.console,  # type: ignore[arg-type]
        )  # fmt: skip
        self.bar.start()
        self.task = self.bar.add_task("", total=None, left="?", told="")
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()
        if self.board:
            self.board.close()

    def __call__(self, progress: Progress) -> None:
        if progress.validation is not None:
            self.validation = progress.validation
        self._tell(progress)
        if self.board and progress.step % SCALARS_EVERY == 0:
            for key, value in progress.scalars.items():
                self.board.add_scalar(key, value, progress.step)
        if self.board and progress.validation is not None:
            self.board.add_scalar("validation", progress.validation, progress.step)
        quiet = self.clock() - self.previewed
        validated = progress.validation is not None
        if quiet >= (PREVIEW_SECONDS if validated else UNVALIDATED_SECONDS):
            self.previews.take(progress.step, progress.best)
            self.previewed = self.clock()

    def _tell(self, progress: Progress) -> None:
        scalars = progress.scalars
        if math.isfinite(self.validation):
            scalars = scalars | {"validation": self.validation}
        told = "  ".join(f"{key} {value:.3f}" for key, value in scalars.items())
        left = _clock(progress.left_s)
        if self.bar:
            self.bar.update(
                self.task, total=progress.steps, completed=progress.step, left=left, told=told
            )
        elif self.clock() - self.told >= LINE_SECONDS or progress.step == progress.steps:
            self.told = self.clock()
            self.console.print(f"step {progress.step} of {progress.steps}, {left} left: {told}")


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
