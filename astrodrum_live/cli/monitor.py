"""``astrodrum monitor``: what arrives, and what it does, or why it does nothing."""

import json
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import asdict
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable, must_be_seconds
from astrodrum_live.cli.osc_options import OscWishes
from astrodrum_live.cli.stopping import Stop, stop_on_signals
from astrodrum_live.control.monitor import Seen

LOOK_S = 0.1


def monitor(
    patch: Annotated[
        str, typer.Argument(help="The kit to hold it against, if no instrument is running.")
    ] = "default",
    osc: Annotated[
        str | None, typer.Option(help="HOST:PORT of the instrument. [127.0.0.1:57130]")
    ] = None,
    midi: Annotated[
        list[str] | None,
        typer.Option(help="MIDI input, if no instrument is running: as 'astrodrum play' has it."),
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="End after so long.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show every message that a running instrument gets, and what it did, or why nothing.

    Where none is running, listen in its place, without a sound. Ctrl-C ends.

    Example: astrodrum monitor --json
    """
    with mendable(as_json), stop_on_signals() as stop:
        must_be_seconds("--seconds", seconds)
        from astrodrum_live.control.osc.endpoint import DEFAULT_ENDPOINT, parse_endpoint
        from astrodrum_live.control.osc.watching import Watcher

        endpoint = osc or DEFAULT_ENDPOINT
        until = _until(stop, seconds)
        with closing(Watcher(parse_endpoint(endpoint))) as watcher:
            if watcher.answers():
                _say(f"watching the instrument at {endpoint}")
                while until():
                    _show(watcher.look(LOOK_S), as_json)
                return
        _listen(patch, osc, midi or ["all"], until, as_json)


def _listen(
    patch: str, osc: str | None, midi: list[str], until: Callable[[], bool], as_json: bool
) -> None:
    """In the place of an instrument: its ports, its kit, no sound."""
    from astrodrum_live.control.mapping import Mapping
    from astrodrum_live.control.midi_ports import MidiInput
    from astrodrum_live.control.midi_words import midi_seen
    from astrodrum_live.control.monitor import Monitor
    from astrodrum_live.control.osc.endpoint import DEFAULT_ENDPOINT
    from astrodrum_live.control.osc.routes import OscRoutes
    from astrodrum_live.control.osc.server import OscOptions, OscServer
    from astrodrum_live.control.patch_file import find_patch, load_patch, patch_names
    from astrodrum_live.control.silent_instrument import SilentInstrument

    kit = load_patch(find_patch(patch))
    feed, mapping = Monitor(), Mapping(kit, kits=patch_names())
    feed.watched = True

    def heard(arrival: tuple[bytes, int] | tuple[bytes, int, str]) -> None:
        message, at_ns, *port = arrival
        events = mapping.events(message, at_ns, *port)
        feed.see(midi_seen(message, events, kit, mapping.why, *port))

    endpoint, options = OscWishes(osc).settled()
    if endpoint is not None:
        options = OscOptions()  # that port was meant, and none besides
    endpoint, instrument = endpoint or DEFAULT_ENDPOINT, SilentInstrument(kit)
    with ExitStack() as opened:
        ports = opened.enter_context(closing(MidiInput(midi, heard)))
        routes = OscRoutes(instrument, monitor=feed)
        server = opened.enter_context(closing(OscServer(instrument, endpoint, routes, options)))
        for notice in (*ports.notices, *server.notices):
            _say(notice)
        ports.watch(_say)
        host, port = server.address
        _say(f"no instrument runs at {endpoint}: listening in its place, kit {kit.kit}, no sound")
        _say(f"MIDI {', '.join(ports.names) or 'none'}; OSC {host}:{port}")
        while until():
            time.sleep(LOOK_S)
            _show(feed.take(), as_json)


def _until(stop: Stop, seconds: float | None) -> Callable[[], bool]:
    deadline_s = float("inf") if seconds is None else time.monotonic() + seconds
    return lambda: not stop.is_set() and time.monotonic() < deadline_s


def _show(seen: Iterable[Seen], as_json: bool) -> None:
    for one in seen:
        print(json.dumps(asdict(one)) if as_json else one.line(), flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
