"""``astrodrum data rules``: what names are taken for."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable


def rules(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names of files, to see what they are taken for.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--rules", help="A table of your own instead of the shipped.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Print the table by which names tell classes, or what it says of some names.

    Example: astrodrum data rules "Hats/open 3.wav"
    """
    from astrodrum_live.data.naming import class_of
    from astrodrum_live.data.rules import load_rules, rules_text

    with mendable(as_json):
        known = load_rules(table)
        if not names:
            text = rules_text(table)
            print(json.dumps({"rules": text}) if as_json else text, end="\n" if as_json else "")
            return
        said = {
            name: class_of(known, (*Path(name).parent.parts, Path(name).stem)) for name in names
        }
    if as_json:
        print(json.dumps({name: asdict(verdict) for name, verdict in said.items()}))
        return
    for name, verdict in said.items():
        more = f"; {verdict.ringing} if it rings over {verdict.ring_s:g} s"
        why = verdict.why + (more if verdict.ringing else "")
        print(f"{name}: {verdict.name or 'left open'} ({why})")
