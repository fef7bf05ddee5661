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
from astrodrum_live.cli.evaluate import evaluate_folder, show_scores
from astrodrum_live.cli.knobs import MOST_HITS

SCORED_HITS = 1024


class SliceLength(StrEnum):
    """Frames in a hit, as the command line spells them."""

    short = "16384"
    middle = "32768"
    long = "65536"


def train(
    data: Annotated[
        list[Path],
        typer.Argument(help="Folders with a folder of audio per class, or files of --only-cache."),
    ],
    out: Annotated[
        Path | None, typer.Option(help="The model folder to make, for example models/NAME.")
    ] = None,
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
        Path | None, typer.Option("--from", help="A model to begin with, not from nothing.")
    ] = None,
    only_cache: Annotated[
        Path | None,
        typer.Option(help="Train nothing: pack the uniform hits into this .npz, to train on."),
    ] = None,
    knob_hits: Annotated[
        int,
        typer.Option(
            min=0, max=MOST_HITS, help="Hits of each class to find the knobs with; 0: no knobs."
        ),
    ] = 128,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object at the end and nothing else.")
    ] = False,
) -> None:
    """Train a model on folders of class folders, and score it.

    Files may have any rate, length and number of channels. Ctrl-C stops after the step at hand,
    saves and scores; the same command goes on from there. It ends by itself when hits of drums it
    never hears get no better, and keeps the best. On several GPUs:
    torchrun --nproc-per-node 2 -m astrodrum_live.cli train DATA --out M

    Example: astrodrum train samples/ --out models/mine --minutes 60
    """
    with mendable(as_json):
        must_be_seconds("--minutes", minutes)
        if 0 < knob_hits < 20:
            raise ValueError(f"--knob-hits is {knob_hits}; it must be 20 or more, or 0 for none")
        for path in data:
            if not path.exists():
                raise ValueError(
                    f"{path}: no such folder; give one with a folder of audio per class"
                )
        if (out is None) == (only_cache is None):
            raise ValueError("give --out MODEL to train, or --only-cache FILE.npz to pack hits")
        if only_cache and only_cache.suffix != ".npz":
            raise ValueError(f"{only_cache}: a cache of hits is an .npz file")
        if out and out.exists() and not out.is_dir():
            raise ValueError(f"{out} is not a folder; a model is one")
        if start:
            from astrodrum_live.live.model_choice import find_model
            from astrodrum_live.model.checkpoint import read_card

            start = find_model(str(start))
            read_card(start)  # refused before hours of reading, not after

        from rich.console import Console

        from astrodrum_live.training.errors import TrainingError
        from astrodrum_live.training.hits import DataError
        from astrodrum_live.training.recipe import RecipeError
        from astrodrum_live.training.session import Settings, cache_hits, train_model

    console = Console(stderr=as_json, markup=False, highlight=False, soft_wrap=True)
    frames = int(slice_len.value)
    try:
        if only_cache:
            told = cache_hits(tuple(data), frames, only_cache, console).summary()
        elif out:
            command = "astrodrum " + " ".join(sys.argv[1:])
            settings = Settings(
                tuple(data), out, recipe, frames, steps, minutes, batch, seed, device, threads,
                not resume, start, knob_hits, command,
            )  # fmt: skip
            report = train_model(settings, console)
            told = asdict(report) if report else {}
    except (DataError, RecipeError, TrainingError) as error:
        fail(str(error), as_json)
    if out and told:
        sheet = out / "sheet.png"
        told["scores"] = evaluate_folder(out, data, SCORED_HITS, seed, sheet, True, "cpu", as_json)
    if as_json and told:
        print(json.dumps(told))
    elif out and told:
        show_scores(told["scores"])
