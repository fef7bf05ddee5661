"""``astrodrum train``: a folder of hits becomes a model folder."""

import json
import math
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import fail, mendable, must_be_seconds


class SliceLength(StrEnum):
    """Frames in a hit, as the command line spells them."""

    short = "16384"
    middle = "32768"
    long = "65536"


def train(
    data: Annotated[
        list[Path],
        typer.Argument(help="Folders with one folder of audio per class each."),
    ],
    out: Annotated[Path, typer.Option(help="The model folder to make, for example models/NAME.")],
    recipe: Annotated[
        str,
        typer.Option(help="live, wavegan (the paper's; also wavegan-lsgan ...) or a TOML file."),
    ] = "live",
    slice_len: Annotated[
        SliceLength, typer.Option("--slice", help="Frames in a hit, at 44.1 kHz.")
    ] = SliceLength.short,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Steps to train in all (default: the recipe's).")
    ] = None,
    minutes: Annotated[
        float, typer.Option(min=0.0, help="Stop after this long, wherever the run is.")
    ] = math.inf,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Hits in a step (default: the recipe's).")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Of the whole run.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    threads: Annotated[
        int, typer.Option(min=1, max=256, help="CPU threads; one is often as fast as two.")
    ] = 1,
    resume: Annotated[
        bool, typer.Option("--resume/--fresh", help="Go on with the run in OUT, or start over.")
    ] = True,
    start: Annotated[
        Path | None, typer.Option("--from", help="A model folder to begin with, not from nothing.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object at the end and nothing else.")
    ] = False,
) -> None:
    """Train a model on a folder of class folders, and score it.

    Files may have any rate, length and number of channels. Ctrl-C stops after the step at hand,
    saves and scores; the same command goes on from there.

    Example: astrodrum train samples/ --out models/mine --minutes 60
    """
    with mendable(as_json):
        must_be_seconds("--minutes", minutes)
        for path in data:
            if not path.exists():
                raise ValueError(
                    f"{path}: no such folder; give one with a folder of audio per class"
                )
        if out.exists() and not out.is_dir():
            raise ValueError(f"{out} is not a folder; a model is one")

        from rich.console import Console

        from astrodrum_live.training.data import DataError
        from astrodrum_live.training.recipe import RecipeError
        from astrodrum_live.training.session import Settings, train_model
        from astrodrum_live.training.train import TrainingError

    console = Console(stderr=as_json)
    command = "astrodrum " + " ".join(sys.argv[1:])
    settings = Settings(
        tuple(data), out, recipe, int(slice_len.value), steps, minutes, batch, seed, device,
        threads, not resume, start, command,
    )  # fmt: skip
    try:
        report = train_model(settings, console)
    except (DataError, RecipeError, TrainingError) as error:
        fail(str(error), as_json)
    if as_json:
        print(json.dumps(asdict(report)))
