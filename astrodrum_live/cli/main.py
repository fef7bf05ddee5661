"""``astrodrum``: a verb per module. Heavy imports happen inside the verbs."""

import typer

from astrodrum_live import __version__
from astrodrum_live.cli import (
    bench,
    data,
    devices,
    encode,
    evaluate,
    export,
    hits,
    import_wavegan,
    knobs,
    latency,
    learn,
    monitor,
    page,
    pattern,
    play,
    render,
    soak,
    train,
)

app = typer.Typer(
    help="Drums that do not exist until you play them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)

app.command()(play.play)
app.command()(render.render)
app.command()(hits.hits)
app.command()(export.export)
app.command()(encode.encode)
app.command()(devices.devices)
app.command()(monitor.monitor)
app.command()(page.page)
app.command()(learn.learn)
app.command()(train.train)
app.command()(knobs.knobs)
app.command()(import_wavegan.import_wavegan)
app.command()(evaluate.evaluate)
app.add_typer(data.app, name="data")
app.add_typer(pattern.app, name="pattern")
app.command()(latency.latency)
app.command()(bench.bench)
app.command()(soak.soak)


@app.callback(invoke_without_command=True)
def main(version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    """Drums that do not exist until you play them."""
    if version:
        print(__version__)
        raise typer.Exit
