"""``astrodrum latency``: how late the instrument is on this machine, stage by stage."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from astrodrum_live.cli.errors import mendable, must_be_writable
from astrodrum_live.cli.first_start import tell_of_compiling
from astrodrum_live.cli.stopping import Stop, stop_on_signals

if TYPE_CHECKING:
    from astrodrum_live.latency.stages import Result
    from astrodrum_live.latency.streams import Stream

PATHS = ("offline", "jack", "platform", "loopback")
BYS = ("midi", "osc", "tagged")
TIMINGS = {"both": ("steady", "soonest"), "steady": ("steady",), "soonest": ("soonest",)}
SECONDS, BLOCK, RATE = 6.0, 64, 48000
FAILED = 1


def latency(
    stream: Annotated[
        str,
        typer.Option(
            help="mixed, notes, flams, rolls, clusters, flood, clock, or a MIDI file to play."
        ),
    ] = "mixed",
    path: Annotated[
        str,
        typer.Option(
            help="offline: a made-up clock; jack: through a JACK server, its own where none runs;"
            " platform: through the sound card's stream; loopback: and back in by a cable."
        ),
    ] = "jack",
    by: Annotated[
        str,
        typer.Option(help="midi, osc (to be played at once), or tagged (OSC with time tags)."),
    ] = "osc",
    timing: Annotated[str, typer.Option(help="steady, soonest, or both.")] = "both",
    block: Annotated[
        list[int] | None, typer.Option(help="Frames per block; offline also several. [64]")
    ] = None,
    seconds: Annotated[float, typer.Option(help="Length of the stream.")] = SECONDS,
    seed: Annotated[int, typer.Option(help="Of the stream's times.")] = 1,
    audio: Annotated[
        str | None, typer.Option(help="Output device for platform and loopback, or null.")
    ] = None,
    loopback: Annotated[
        str | None, typer.Option(help="Input device that a cable leads the output into.")
    ] = None,
    midi_api: Annotated[
        str, typer.Option("--midi-api", help="auto, alsa, jack, coremidi or winmm.")
    ] = "auto",
    peer: Annotated[
        str | None, typer.Option(help="scsynth: SuperCollider's server on the same JACK graph.")
    ] = None,
    busy: Annotated[
        bool, typer.Option("--busy", help="Let a Python thread compute beside it all the time.")
    ] = False,
    limit_ms: Annotated[
        float | None, typer.Option("--limit-ms", help="A hit that is later is a failure.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures here.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw timelines and histograms to this PNG.")
    ] = None,
) -> None:
    """Play strokes through a real path, find them in its output, and say how late each stage is.

    Exit code 1: a hit was missing, doubled, or later than --limit-ms. Ctrl-C ends early, with the
    figures so far.

    Example: astrodrum latency --stream rolls --timing soonest
    """
    with mendable(), stop_on_signals() as stop:
        path = "loopback" if loopback is not None else path
        blocks = tuple(block or (BLOCK,))
        _check(path, by, timing, blocks, seconds, peer, loopback)
        for file in filter(None, (json_file, picture)):
            must_be_writable(file)
        shape = _stream(stream, seconds, seed)
        tell_of_compiling()
        results = _measure(
            path, shape, by, TIMINGS[timing], blocks, seed, peer is not None, busy,
            audio, loopback, midi_api, stop,
        )  # fmt: skip
        from astrodrum_live.latency.table import table

        print(table(results, limit_ms))
        if json_file:
            json_file.write_text(json.dumps(_report(results), indent=1), encoding="utf-8")
        if picture:
            from astrodrum_live.latency.picture import draw

            draw(results, picture)
    if _failed(results, limit_ms):
        raise SystemExit(FAILED)
    if stop.is_set():
        raise SystemExit(stop.code)


def _check(path, by, timing, blocks, seconds, peer, loopback) -> None:
    """Errors: ``ValueError`` naming the option."""
    from astrodrum_live.config import EngineConfig

    for option, value, allowed in (
        ("--path", path, PATHS),
        ("--by", by, BYS),
        ("--timing", timing, tuple(TIMINGS)),
        ("--peer", peer, (None, "scsynth")),
    ):
        if value not in allowed:
            names = ", ".join(name for name in allowed if name)
            raise ValueError(f"{option} is '{value}'; it can be {names}")
    if not 0.5 <= seconds <= 120:
        raise ValueError(f"--seconds is {seconds:g}; it must lie between 0.5 and 120")
    for block in blocks:
        EngineConfig(block=block)
    if len(blocks) > 1 and path != "offline":
        raise ValueError(f"--path {path} takes one --block; only offline takes several")
    if peer and (path != "jack" or by == "midi"):
        raise ValueError(
            "--peer scsynth plays on JACK and hears OSC: --path jack --by osc or tagged"
        )
    if path == "loopback" and loopback is None:
        raise ValueError("--path loopback: name the input that the cable leads to, --loopback IN")


def _stream(name: str, seconds: float, seed: int) -> "Stream":
    from astrodrum_live.latency.streams import STREAMS, from_performance, make_stream

    if name in STREAMS or not Path(name).suffix:
        return make_stream(name, seconds, seed)
    from astrodrum_live.control.midi_file import read_performance

    return from_performance(Path(name).name, read_performance(name), seconds)


def _measure(
    path, stream, by, timings, blocks, seed, peer, busy, audio, loopback, midi_api, stop: Stop
) -> "list[Result]":
    if path == "offline":
        from astrodrum_live.latency.offline import run_offline

        results: list[Result] = []
        for block in blocks:
            for timing in timings:
                if results and stop.is_set():
                    return results
                _tell(f"{timing}, {block} frames")
                tagged = by == "tagged"
                results.append(run_offline(stream, timing, block, seed, tagged=tagged, stop=stop))
        return results
    if path == "jack":
        from astrodrum_live.latency.graph import Wish, jack_server, run_on_jack

        with jack_server(blocks[0]) as told, _progress() as tell:
            _tell(told)
            return run_on_jack(stream, Wish(by, timings, peer, busy), stop, tell)
    from astrodrum_live.latency.card import CardWish, run_on_card

    results = []
    for timing in timings:
        with _progress() as tell:
            wish = CardWish(by, timing, blocks[0], RATE, audio, loopback, midi_api, busy)
            results.append(run_on_card(stream, wish, stop, tell))
        if stop.is_set():
            break
    return results


@contextmanager
def _progress():
    from astrodrum_live.cli.progress import progress_bar

    with progress_bar("", 1000, quiet=False) as bar:
        said = ""

        def tell(what: str, share: float) -> None:
            nonlocal said
            if what != said:
                said = what
                if not sys.stderr.isatty():
                    _tell(what)
            bar(round(1000 * share))

        yield tell


def _report(results: "Sequence[Result]") -> dict[str, Any]:
    """Milliseconds throughout. The load says how far the figures can be trusted."""
    from astrodrum_live import __version__

    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    return {
        "format": "astrodrum-latency",
        "version": __version__,
        "cores": os.cpu_count(),
        "load": load,
        "results": [result.as_dict() for result in results],
    }


def _failed(results: "Sequence[Result]", limit_ms: float | None) -> bool:
    """Of ours; a peer's troubles are told and are its own."""
    from astrodrum_live.latency.stages import PEER

    ours = [result for result in results if result.name != PEER]
    late = limit_ms is not None and any(result.above(limit_ms) for result in ours)
    return late or any(result.troubles for result in ours)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
