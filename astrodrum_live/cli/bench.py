"""``astrodrum bench``: what this machine does."""

import json
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from astrodrum_live.cli.errors import mendable
from astrodrum_live.cli.first_start import tell_of_compiling

if TYPE_CHECKING:
    from astrodrum_live.control.midi_file import Performance

Measure = Callable[[], dict]

FADER_KIT = "electro"  # whose way leads to another kit

# figure: (unit, target, True if larger is better)
TARGETS = {
    "block_share_p99.9": ("of the block", 0.25, False),
    "unpitched_x_real_time": ("voices", 15000, True),
    "pitched_x_real_time": ("voices", 4000, True),
    "render_frozen_x_real_time": ("x", 50, True),
    "start_to_playable_s": ("s", 1.0, False),
    "orders_unmade_at_16_per_s": ("of the hits", 0.0, False),
    "page_work_p99_ratio": ("x", 1.2, False),  # one bin of the histogram of work
    "page_midi_p99_ratio": ("x", 1.2, False),
}


def bench(
    patch: Annotated[str, typer.Option(help="The kit to measure with.")] = "default",
    midi: Annotated[
        Path | None, typer.Option(help="The performance to render. \\[examples/midi/funk-138.mid]")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Measure the callback, the generator, tweaks, orders, the start, rendering and what an open
    page costs. Three minutes.

    Example: astrodrum bench --json
    """
    with mendable(as_json):
        report = _bench(patch, midi, (lambda text: None) if as_json else _say)
    if as_json:
        print(json.dumps(report))
        return
    for name, value in report.items():
        print(f"{name:32} {_figure(name, value)}")


def _bench(patch_name: str, midi: Path | None, say: Callable[[str], None]) -> dict:
    path, performance = find_inputs(patch_name, midi)
    tell_of_compiling()
    report: dict[str, object] = {"machine": platform.processor() or platform.machine()}
    for title, measure in measures(path, performance):
        say(f"measuring: {title}")
        report |= measure()
    return report


def find_inputs(
    patch_name: str = "default", midi: Path | None = None
) -> tuple[Path, "Performance"]:
    """The kit's file and the performance that it is measured with."""
    from astrodrum_live.control.midi_file import read_performance
    from astrodrum_live.control.patch_file import find_patch
    from astrodrum_live.places import shipped_folder

    path = find_patch(patch_name)
    return path, read_performance(midi or shipped_folder("examples") / "midi" / "funk-138.mid")


def measures(path: Path, performance: "Performance") -> "Sequence[tuple[str, Measure]]":
    """What there is to measure: a title, and what gives figures by name."""
    from astrodrum_live.bench.callback import measure_callback, measure_voices
    from astrodrum_live.bench.effects import measure_effects
    from astrodrum_live.bench.generation import (
        measure_fader,
        measure_generation,
        measure_tweaks,
        model_name,
    )
    from astrodrum_live.bench.orders import measure_orders
    from astrodrum_live.bench.page import measure_page
    from astrodrum_live.bench.whole import measure_rendering, measure_start
    from astrodrum_live.control.patch_file import find_patch, load_patch

    patch = load_patch(path)
    return (
        ("model", lambda: {"model": model_name(patch)}),
        ("callback under load", measure_callback),
        ("voices", measure_voices),
        ("effects", measure_effects),
        ("start", lambda: measure_start(path)),
        ("rendering", lambda: measure_rendering(patch, performance)),
        ("generation on one core", lambda: measure_generation(patch)),
        ("tweaks", lambda: measure_tweaks(patch)),
        (f"the fader of {FADER_KIT}", lambda: measure_fader(load_patch(find_patch(FADER_KIT)))),
        ("hits made to order", lambda: measure_orders(patch)),
        ("an open page", lambda: measure_page(patch)),
    )


def _figure(name: str, value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    text = f"{value:12.4g}"
    if name in TARGETS:
        unit, target, larger = TARGETS[name]
        met = value >= target if larger else value <= target
        bound = "at least" if larger else "at most"
        text += f" {unit} ({bound} {target:g}: {'yes' if met else 'NO'})"
    return text


def _say(text: str) -> None:
    import sys

    print(text, file=sys.stderr, flush=True)
