"""``astrodrum evaluate``: how good a model's hits are, beside real ones."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from astrodrum_live.cli.errors import fail, mendable, must_be_writable
from astrodrum_live.cli.progress import progress_bar


def evaluate(
    model: Annotated[Path, typer.Argument(help="A model folder, for example models/drums-v8.")],
    reference: Annotated[
        list[Path],
        typer.Option(help="Real hits: a folder of class folders, or a cache; may be repeated."),
    ],
    count: Annotated[
        int, typer.Option("--n", min=1, max=100_000, help="Hits to generate, over all classes.")
    ] = 1024,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Of hits and draws.")] = 0,
    sheet: Annotated[
        Path | None, typer.Option(help="Draw generated beside real hits to this PNG.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Put the scores into the model's config and card.")
    ] = False,
    device: Annotated[str, typer.Option(help="Where hits are made: cpu, cuda or mps.")] = "cpu",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
) -> None:
    """Measure a model's hits against real ones, each figure beside its floors.

    Floors: iid, two random halves of the training hits; kit, some drums against others. The same
    seed gives the same figures, but for the speeds. docs/evaluation.md explains the measures.

    Example: astrodrum evaluate models/drums-v8 --reference samples/ --sheet sheet.png
    """
    with mendable(as_json):
        for path in reference:
            if not path.exists():
                raise ValueError(f"{path}: no such reference; give a folder of class folders")
        if sheet:
            must_be_writable(sheet)
        from astrodrum_live.generation.device_choice import choose_device
        from astrodrum_live.model.checkpoint import CONFIG

        if write and (model / CONFIG).exists():
            must_be_writable(model / CONFIG)
        device = choose_device(device)
    scores = evaluate_folder(model, reference, count, seed, sheet, write, device, as_json)
    if as_json:
        print(json.dumps({"model": str(model), **scores}))
    else:
        show_scores(scores)


def evaluate_folder(
    folder: Path, sources: list[Path], count: int, seed: int, sheet: Path | None, write: bool,
    device: str, as_json: bool,
) -> dict[str, Any]:  # fmt: skip
    """The scores of the model in ``folder``; what cannot be mended here ends the program."""
    with mendable(as_json):
        from astrodrum_live.evaluation.card import write_to_card
        from astrodrum_live.evaluation.comparison import EvaluationError
        from astrodrum_live.evaluation.embeddings import EmbeddingError, load_embeddings
        from astrodrum_live.evaluation.reference import Reference, embed_hits, reference_hits
        from astrodrum_live.evaluation.sheet import draw_comparison
        from astrodrum_live.evaluation.suite import evaluate as evaluate_model
        from astrodrum_live.model.player import load_model
        from astrodrum_live.training.hits import DataError

        try:
            model = load_model(folder, device)
            embeddings = load_embeddings()
            with progress_bar("reading", None, as_json) as done:
                hits = reference_hits(sources, done)
            with progress_bar("embedding", None, as_json) as done:
                reference = Reference(hits, embed_hits(hits, embeddings, done), embeddings)
            with progress_bar("generating", count, as_json) as done:
                scores, comparison = evaluate_model(model, reference, count, seed, done)
        except (DataError, EmbeddingError, EvaluationError) as error:
            fail(str(error), as_json)
        if sheet:
            draw_comparison(sheet, comparison)
        if write:
            write_to_card(folder, scores)
        return scores


def show_scores(scores: dict[str, Any]) -> None:
    """The scores as tables for people."""
    from rich.console import Console
    from rich.table import Table

    from astrodrum_live.evaluation.card import COLUMNS, missing_lines, shown_number
    from astrodrum_live.evaluation.measures import ALL

    console = Console()
    console.print(
        f"{scores['hits']} generated hits of {scores['seconds']} s, real ones of "
        f"{scores['seconds_real']} s; sets of {scores['compared']} compared, means over "
        f"{scores['draws']} draws.\nEmbeddings {scores['embeddings']}, reference "
        f"{scores['reference']}; {scores['machine']}.",
        highlight=False,
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("measure", no_wrap=True)
    for name in ("value", "iid", "kit", "target", "met"):
        table.add_column(name, justify="left" if name in ("target", "met") else "right")
    for name, row in scores["measures"].items():
        met = {True: "yes", False: "[bold red]no[/]", None: ""}[row["met"]]
        figures = (shown_number(row[key]) for key in ("value", "iid", "kit"))
        table.add_row(ALL[name].title, *figures, row["target"] or "", met)
    console.print(table)
    by_class = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))  # fits 80 columns
    by_class.add_column("class", no_wrap=True)
    for title in COLUMNS.values():
        by_class.add_column(title, justify="right", min_width=max(map(len, title.split())))
    for label, figures_of in scores["classes"].items():
        by_class.add_row(label, *(shown_number(figures_of.get(key)) for key in COLUMNS))
    console.print(by_class)
    for names, why in missing_lines(scores["missing"]):
        console.print(f"not to be had: {names} ({why})", markup=False)
