"""Progress on standard error, so that standard output stays the program's answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Advance(Protocol):
    """How much is done, and if that is only known now, of how much."""

    def __call__(self, done: int, of: int | None = ..., /) -> None: ...


@contextmanager
def progress_bar(what: str, total: int | None, quiet: bool) -> Iterator[Advance]:
    """A bar with the time left; the function it gives takes how much is done of ``total``, which it
    may be told later. Nothing where no terminal is: there a bar leaves empty lines."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    ) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done, of=total: progress.update(task, completed=done, total=of)
