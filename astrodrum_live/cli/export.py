"""``astrodrum export``: a kit for samplers, Hydrogen, TidalCycles and Strudel."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable
from astrodrum_live.cli.progress import progress_bar
from astrodrum_live.cli.stopping import Stop, stop_on_signals


def export(
    patch: Annotated[str, typer.Argument(help="A kit: a name in patches/, or a TOML file.")],
    format_: Annotated[str, typer.Option("--format", help="wav, sfz, hydrogen or dirt.")],
    count: Annotated[int, typer.Option(help="Hits for each pad and layer of velocity.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to make.")],
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 0,
    bits: Annotated[int, typer.Option(help="16 (dithered) or 24.")] = 24,
    rate: Annotated[int, typer.Option(help="Sample rate, Hz.")] = 48000,
    pad: Annotated[list[str] | None, typer.Option(help="Only this pad; repeat for more.")] = None,
    generator: Annotated[str, typer.Option(help="cpu, or frozen (no torch, fewer hits).")] = "cpu",
    force: Annotated[bool, typer.Option(help="Replace an earlier export.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Write a kit's hits as a kit of another instrument's.

    Example: astrodrum export default --format sfz --count 8 -o my-kit
    """
    from astrodrum_live.control.patch_file import find_patch, load_patch
    from astrodrum_live.export.folder import check_folder
    from astrodrum_live.export.order import Order, check_format

    with mendable(as_json), stop_on_signals() as stop:
        check_format(format_, count)
        kit = load_patch(find_patch(patch))
        order = Order(kit, format_, count, seed, bits, rate, tuple(pad or ()), generator)
        check_folder(out, force)
        report = _export(order, out, as_json, stop)
    if report is None:
        print("stopped; nothing was written", file=sys.stderr)
        raise SystemExit(stop.code)
    _tell(order, out, report, as_json)


def _export(order, out: Path, quiet: bool, stop: Stop) -> dict | None:
    """What was done, or None if it was stopped."""
    from astrodrum_live.live.model_choice import choose_model

    choice = choose_model(order.patch)
    from astrodrum_live.export.exporting import Stopped, export_kit

    total = order.count * len(order.layers())
    try:
        with progress_bar("making hits", total, quiet) as advance:
            return export_kit(order, choice, out, advance, stop.is_set)
    except Stopped:
        return None


def _tell(order, out: Path, report: dict, as_json: bool) -> None:
    for words in report["untold"]:
        print(f"{order.format} cannot tell: {words}", file=sys.stderr)
    if report["fewer"]:
        names = ", ".join(report["fewer"])
        print(f"fewer than {order.count} different hits: {names}", file=sys.stderr)
    if as_json:
        print(json.dumps({"out": str(out), "format": order.format, "seed": order.seed, **report}))
    else:
        print(f"{out}: {report['files']} hits as {order.format}")
