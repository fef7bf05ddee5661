"""``astrodrum soak``: hours of the hardest playing, and a verdict."""

import gc
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable
from astrodrum_live.cli.first_start import tell_of_compiling
from astrodrum_live.cli.stopping import Stop, stop_on_signals
from astrodrum_live.urgency import share_python

FAILED = 1


def soak(
    patch: Annotated[
        str, typer.Argument(help="A kit: a name in patches/, or a TOML file.")
    ] = "default",
    minutes: Annotated[float, typer.Option(help="How long.")] = 10.0,
    scenario: Annotated[
        str,
        typer.Option(
            help="all; performance (the densest, in a loop); one-pad (34 hits a second);"
            " flood (5,000 controller messages a second); morph (a fader between two kits on its"
            " way); swap (what a change of kit adds to the sound, offline)."
        ),
    ] = "all",
    midi: Annotated[
        list[Path] | None, typer.Option(help="More folders of MIDI files to take the densest from.")
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(help="For swap: the kits to change to. \\[electro, moonquake]"),
    ] = None,
    audio: Annotated[str, typer.Option(help="Output device, or null.")] = "null",
    rate: Annotated[int | None, typer.Option(help="Sample rate, Hz. \\[the device's own]")] = None,
    block: Annotated[int | None, typer.Option(help="Frames per block. [128]")] = None,
    generator: Annotated[str, typer.Option(help="auto, cuda, mps, cpu, or frozen.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Play the densest performance, OSC, floods, kits and tweaks at once, and find what fails.

    Exit code 0: passed; 1: something is not as it must be, and each such thing is a line. Ctrl-C
    ends it with the verdict so far.

    Example: astrodrum soak --minutes 60
    """
    gc.disable()
    with mendable(as_json), stop_on_signals() as stop:
        if not 0 < minutes < 1e5:
            raise ValueError(f"--minutes is {minutes:g}; it must be more than 0")
        tell_of_compiling()
        if scenario == "swap":
            report, failures = _swap(patch, to or ["electro", "moonquake"])
        else:
            options = audio, rate, block, generator
            report, failures = _run(scenario, patch, midi or [], minutes, options, as_json, stop)
    if as_json:
        print(json.dumps(report | {"failures": failures}))
    else:
        print(_told(report, failures))
    if failures:
        raise SystemExit(FAILED)
    if stop.is_set():
        raise SystemExit(stop.code)


def _run(
    scenario: str, name: str, folders: list[Path], minutes: float, device: tuple, quiet: bool,
    stop: Stop,
) -> tuple[dict, list[str]]:  # fmt: skip
    from astrodrum_live.config import EngineConfig
    from astrodrum_live.control.patch_file import find_patch, load_patch
    from astrodrum_live.generation.device_choice import check_generator
    from astrodrum_live.live.instrument import Options
    from astrodrum_live.params import nearest
    from astrodrum_live.places import shipped_folder
    from astrodrum_live.soak.run import Soak
    from astrodrum_live.soak.score import SCENARIOS, densest

    if scenario not in SCENARIOS:
        meant = nearest(scenario, list(SCENARIOS))
        raise ValueError(f"no scenario '{scenario}'{meant}; it can be {', '.join(SCENARIOS)}")
    audio, rate, block, generator = device
    check_generator(generator)
    given = {"rate": rate, "block": block}
    EngineConfig(**{key: value for key, value in given.items() if value is not None})
    patch = load_patch(find_patch(name))
    path, performance = densest([shipped_folder("examples") / "midi", *folders])
    _say(f"{path.name} in a loop, for {minutes:g} minutes", quiet)
    run = Soak(
        scenario,
        patch,
        performance,
        Options(audio, rate, block, generator, 1),
        lambda line: _say(line, quiet),
    )
    gc.freeze()
    gc.enable()
    share_python()
    report = run.run(minutes * 60.0, stop)
    shown = asdict(report) | {"performance": path.name, "repeated_share": report.repeated_share}
    return shown, report.failures()


def _swap(name: str, others: list[str]) -> tuple[dict, list[str]]:
    from astrodrum_live.control.patch_file import find_patch, load_patch
    from astrodrum_live.soak.swap import measure_swap

    first = load_patch(find_patch(name))
    figures = [measure_swap(first, load_patch(find_patch(other))) for other in others]
    failures = []
    for one in figures:
        where = f"from {one['from']} to {one['to']}"
        if one["added"] > one["bound"]:
            failures.append(f"{where}: a step of {one['added']:.5f}, over {one['bound']:.5f}")
        if one["silent"]:
            failures.append(f"{where}: {one['silent']} hits were silent")
    return {"scenario": "swap", "swaps": figures}, failures


def _told(report: dict, failures: list[str]) -> str:
    lines = []
    for name, value in report.items():
        if name == "swaps":
            lines += [json.dumps(one) for one in value]
        elif name != "told":
            shown = f"{value:.6g}" if isinstance(value, float) else value
            lines.append(f"{name:20} {shown}")
    lines += [f"FAILED: {line}" for line in failures]
    return "\n".join([*lines, "" if failures else "passed"]).rstrip()


def _say(line: str, quiet: bool) -> None:
    if not quiet:
        print(line, file=sys.stderr, flush=True)
