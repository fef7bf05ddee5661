"""``astrodrum data synth``: a corpus of electronic drums from nothing but circuits."""

import json
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable
from astrodrum_live.cli.progress import progress_bar
from astrodrum_live.cli.stopping import stop_on_signals


def synth(
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to make or to add to.")],
    per_class: Annotated[
        int, typer.Option(min=1, max=9999, help="Drums of each class; a drum has 3 files.")
    ] = 150,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Same seed, same drums.")] = 0,
    classes: Annotated[str, typer.Option(help="Some classes only: kick,snare,...")] = "",
    rate: Annotated[int, typer.Option(min=32000, max=192000, help="Sample rate, Hz.")] = 44100,
    prefix: Annotated[str, typer.Option(help="Before the names of the class folders.")] = "e_",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Synthesise electronic drums to train on, free of anyone's rights.

    Every drum is a model of an analogue or early digital circuit with parameters of its own, and
    is struck three times. More drums of the same seed are added to those that are there.

    Example: astrodrum data synth -o data/electronic --per-class 150
    """
    with mendable(as_json), stop_on_signals() as stop:
        from astrodrum_live.data.synth.corpus import Plan, make_corpus, names, summary

        plan = Plan(out, per_class, seed, tuple(names(classes)), rate, prefix)
        try:
            report = make_corpus(plan, partial(progress_bar, quiet=as_json), stop.is_set)
        except OSError as error:
            raise ValueError(
                f"{error.filename or out} cannot be written: {error.strerror}; "
                "give a folder that can be, with room in it"
            ) from error
    if as_json:
        print(json.dumps(summary(plan, report)))
    else:
        print(
            f"{out}: {report.written} files written, {report.kept} were there"
            f"{'; stopped, the same command goes on' if report.stopped else ''}"
        )
    if report.stopped:
        raise SystemExit(stop.code)
