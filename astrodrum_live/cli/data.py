"""``astrodrum data``: sets of hits to train on, a verb per module."""

import typer

from astrodrum_live.cli import import_samples, rules, synth

app = typer.Typer(help="Make sets of hits to train on.", no_args_is_help=True)

app.command("import")(import_samples.import_samples)
app.command()(rules.rules)
app.command()(synth.synth)
