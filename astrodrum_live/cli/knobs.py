"""``astrodrum knobs``: the handles of a model's latent space, found (again), graded and listed."""

import json
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable, must_be_replaceable
from astrodrum_live.cli.progress import progress_bar

MOST_HITS, MOST_SWEEPS = 20_000, 500  # of a class: hours of search, and what a memory holds


def knobs(
    model: Annotated[str, typer.Argument(help="A model folder, or the name of a shipped model.")],
    hits: Annotated[
        int,
        typer.Option(min=20, max=MOST_HITS, help="Hits of each class whose gradients are taken."),
    ] = 128,
    sweeps: Annotated[
        int,
        typer.Option(
            min=4,
            max=MOST_SWEEPS,
            help="Latents of each class to calibrate on; four times as many to grade on.",
        ),
    ] = 16,
    seed: Annotated[int, typer.Option(min=0, max=65535, help="Same seed, same knobs.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cuda, mps or cpu.")] = "cpu",
    show: Annotated[
        bool, typer.Option("--show", help="List the knobs the model has; find none.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Find them anew, in place of those it has.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """List the knobs of a model; where it has none yet, find them and store them in its folder.

    With new knobs (--again, for minutes) the model gets another hash, for its hits are others when
    a knob is turned. Every hit made with the knobs in the middle stays as it was.

    Example: astrodrum knobs drums-v8
    """
    with mendable(as_json):
        folder, name, report = _knobs(model, hits, sweeps, seed, device, show, again, as_json)
    if as_json:
        print(json.dumps({"model": str(folder), "hash": name, **report}))
        return
    from astrodrum_live.training.equip import knob_section

    print("\n".join(knob_section(report)[2:]))


def _knobs(
    source: str, hits: int, sweeps: int, seed: int, device: str, show: bool, again: bool,
    quiet: bool,
) -> tuple[Path, str, dict]:  # fmt: skip
    from astrodrum_live.model.checkpoint import CONFIG, WEIGHTS, read_card
    from astrodrum_live.model.player import load_model
    from astrodrum_live.places import shipped_folder

    shipped = shipped_folder("models") / source
    folder = shipped if not Path(source).is_dir() and (shipped / CONFIG).exists() else Path(source)
    card = read_card(folder)
    if show and again:
        raise ValueError("--show finds no knobs, and --again finds them: give one of the two")
    if show or (card.knob_report and not again):
        if not card.knob_report:
            raise ValueError(
                f"{folder} has no knobs yet; find them with 'astrodrum knobs {source}'"
            )
        return folder, card.hash, card.knob_report

    from astrodrum_live.cli.stands import stands_of
    from astrodrum_live.generation.device_choice import start_torch
    from astrodrum_live.training.equip import equip
    from astrodrum_live.training.knobs import Search

    for file in (CONFIG, WEIGHTS):
        must_be_replaceable(folder / file)
    search = Search(hits, sweeps, seed)
    model = load_model(folder, start_torch(device))
    with progress_bar("finding knobs", search.count(len(card.config.classes)), quiet) as advance:
        card = equip(model, search, advance, stands_of(card)).card
    return folder, card.hash, card.knob_report
