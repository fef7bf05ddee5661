"""``astrodrum data import``: folders of samples become a set to train on."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable
from astrodrum_live.cli.progress import progress_bar
from astrodrum_live.cli.stopping import stop_on_signals


def import_samples(
    sources: Annotated[list[Path], typer.Argument(help="Folders of samples, or whole sets.")],
    data: Annotated[Path, typer.Option("-o", "--out", help="The set to make or to add to.")],
    rules: Annotated[
        Path | None, typer.Option(help="A table of names of your own; see 'data rules'.")
    ] = None,
    folders: Annotated[
        bool, typer.Option("--folders", help="Classes are the folders in SRC as they stand.")
    ] = False,
    prefix: Annotated[str, typer.Option(help="Before classes told by name, such as e_.")] = "",
    like: Annotated[
        Path | None,
        typer.Option(help="A labelled set whose nearest hits tell what names leave open."),
    ] = None,
    numbers: Annotated[
        str, typer.Option(help="A number at a name's end counts: strokes (of a drum) or drums.")
    ] = "strokes",
    licence: Annotated[str, typer.Option(help="Of files whose source does not tell it.")] = "",
    longest: Annotated[float, typer.Option(help="Cut hits here, seconds.")] = 1.5,
    too_long: Annotated[float, typer.Option(help="Leave out longer files, seconds.")] = 30.0,
    normalise: Annotated[
        bool, typer.Option("--normalise", help="Store every hit at -1 dBFS, not at its level.")
    ] = False,
    keep_clipped: Annotated[
        bool, typer.Option("--keep-clipped", help="Keep hits that stay at full scale for 3 ms.")
    ] = False,
    keep_duplicates: Annotated[
        bool, typer.Option("--keep-duplicates", help="Keep hits that repeat another.")
    ] = False,
    splice: Annotated[
        list[str] | None, typer.Option(help="A class to splice new hits of, attack to body.")
    ] = None,
    splice_count: Annotated[int, typer.Option(min=1, help="Spliced hits of each class.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Of the splices.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Turn folders of samples into one set that 'astrodrum train' reads.

    Running it again goes on where it stopped, and takes in what is new; nothing is read twice.
    The set's report.md tells what was taken and what was not, rejected.csv names every file.

    Example: astrodrum data import samples/ -o data/mine
    """
    from astrodrum_live.data import importing
    from astrodrum_live.data.settings import Settings

    with mendable(as_json), stop_on_signals() as stop:
        settings = Settings(
            tuple(sources), data, rules, folders, prefix, like, numbers, licence, longest,
            too_long, normalise, keep_clipped, keep_duplicates, tuple(splice or ()),
            splice_count if splice else 0, seed,
        )  # fmt: skip
        try:
            report = importing.import_samples(
                settings, partial(progress_bar, quiet=as_json), stop.is_set
            )
        except importing.Stopped as stopped:
            print(f"astrodrum: {stopped}", file=sys.stderr)
            if as_json:
                print(json.dumps({"error": str(stopped)}))
            raise SystemExit(stop.code) from None
    if as_json:
        print(json.dumps(report.to_dict()))
        return
    for name, one in report.classes.items():
        print(f"{name:12} {one.files:6} files {one.drums:5} drums {one.seconds:9.1f} s")
    print(f"{report.files} hits in {data}, {report.new} of them new")
    if report.rejected:
        reasons = ", ".join(f"{count} {reason}" for reason, count in report.rejected.items())
        print(f"left out: {reasons}; see {data / 'rejected.csv'}")
    for remark in report.remarks():
        print(f"note: {remark}")
