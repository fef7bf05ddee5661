"""``astrodrum play``: the instrument, live."""

import gc
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import (
    mendable,
    must_be_in_range,
    must_be_seconds,
    must_be_wav,
    must_be_writable,
)
from astrodrum_live.cli.first_start import tell_of_compiling
from astrodrum_live.cli.osc_options import (
    AllowOrigin,
    Late,
    LatencyTrim,
    Listen,
    NoDirt,
    NoWebSocket,
    Osc,
    OscWishes,
    WebSocket,
)
from astrodrum_live.cli.page import PORT, PagePort
from astrodrum_live.cli.stopping import Stop, stop_on_signals
from astrodrum_live.params import transport_param
from astrodrum_live.urgency import share_python

TICK_S = 0.1
RING_OUT_S = 3.0  # at most this long is waited for the last hits of a file to die away
STEM_BLOCK = 256


def play(
    patch: Annotated[
        str, typer.Argument(help="A kit: a name in patches/, or a TOML file.")
    ] = "default",
    midi: Annotated[
        list[str] | None,
        typer.Option(
            help="MIDI input: part of a port's name, all, virtual, or none; also several. \\[all]"
        ),
    ] = None,
    midi_file: Annotated[
        Path | None, typer.Option("--midi-file", "-f", help="Play this MIDI file, then end.")
    ] = None,
    beat: Annotated[
        Path | None,
        typer.Option(help="A beat file: its patterns instead of the kit's; made if need be."),
    ] = None,
    osc: Osc = None,
    listen: Listen = None,
    no_dirt: NoDirt = False,
    websocket: WebSocket = None,
    no_websocket: NoWebSocket = False,
    allow_origin: AllowOrigin = None,
    page: Annotated[
        bool, typer.Option("--page", help="Serve the Beat Maker page, on 127.0.0.1 or --listen.")
    ] = False,
    page_port: PagePort = PORT,
    late: Late = "drop",
    latency_trim: LatencyTrim = 0.0,
    audio: Annotated[
        str | None, typer.Option(help="Output device (see 'astrodrum devices'), or null.")
    ] = None,
    audio_fallback: Annotated[
        str | None,
        typer.Option(
            "--audio-fallback",
            help="Output while that one is gone, or null for none. \\[the system's default]",
        ),
    ] = None,
    rate: Annotated[int | None, typer.Option(help="Sample rate, Hz. \\[the device's own]")] = None,
    block: Annotated[int | None, typer.Option(help="Frames per block. [128]")] = None,
    timing: Annotated[str | None, typer.Option(help="steady or soonest. \\[the kit's]")] = None,
    seconds: Annotated[float | None, typer.Option(help="End after so long.")] = None,
    record: Annotated[Path | None, typer.Option(help="Record to this WAV file (24 bit).")] = None,
    stems: Annotated[
        Path | None,
        typer.Option(help="At the end, render the recording's pads, one by one, into this folder."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw the recording to this PNG at the end.")
    ] = None,
    onsets: Annotated[
        Path | None,
        typer.Option(help="Write frame,pad,velocity,seed,made_for,number per hit to this CSV."),
    ] = None,
    generator: Annotated[str, typer.Option(help="auto, cuda, mps, cpu, or frozen.")] = "auto",
    seed: Annotated[
        int | None, typer.Option(help="Seed of this session's hits. \\[chance]")
    ] = None,
    tempo: Annotated[
        float | None, typer.Option(help="BPM, 20 to 999. \\[the kit's, or 120]")
    ] = None,
    clock_out: Annotated[
        list[str] | None,
        typer.Option("--clock-out", help="Send MIDI clock to this port (a part of its name)."),
    ] = None,
    link: Annotated[
        bool, typer.Option("--link", help="Share the tempo by Ableton Link (extra \\[link]).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Play a kit from MIDI, OSC, or a MIDI file. Ctrl-C ends.

    Example: astrodrum play default --midi-file examples/midi/funk-138.mid --record funk.wav
    """
    gc.disable()  # modules leave no garbage, and looking for it would take a start 0.1 s longer
    with mendable(as_json), stop_on_signals() as stop:
        if picture and not record:
            raise ValueError("--picture draws a recording: give --record OUT.wav too")
        if stems and not record:
            raise ValueError("--stems are those of a recording: give --record OUT.wav too")
        if stems and stems.exists() and not stems.is_dir():
            raise ValueError(f"{stems} is not a folder; stems are written into one")
        must_be_seconds("--seconds", seconds)
        must_be_wav(record)
        for path in filter(None, (record, picture, onsets)):
            must_be_writable(path)
        tell_of_compiling()
        options = _options(
            *(audio, rate, block, generator, seed, record, timing, audio_fallback),
            *(tempo, clock_out, link),
        )
        osc_wishes = OscWishes(
            osc, listen, no_dirt, websocket, no_websocket, allow_origin, late, latency_trim
        )
        ports = osc_wishes.settled()
        if page and ports[0] == "none":
            raise ValueError("--page needs OSC: it is how the page plays; leave --osc none out")
        at = (listen or "127.0.0.1", page_port) if page else None
        options = replace(options, beat=_beat(beat))
        report = _play(patch, midi, midi_file, ports, at, seconds, onsets, options, as_json, stop)
        if not as_json:
            print(_summary(report), flush=True)  # of what is there, whatever becomes of the rest
        if picture and record:
            from astrodrum_live.cli.picture import draw_recording

            draw_recording(record, picture)
            report["picture"] = str(picture)
        if stems:
            report["stems"] = _stems(Path(report["performance"]), stems, as_json)
    if as_json:
        print(json.dumps(report))
    elif made := _made_of_it(report):
        print(made)


def _options(
    audio, rate, block, generator, seed, record, timing, audio_fallback, tempo, clocks, link
):
    """The settings, each checked before any device opens."""
    from astrodrum_live.config import EngineConfig
    from astrodrum_live.generation.device_choice import check_generator
    from astrodrum_live.live.instrument import Options

    if audio == "null" and audio_fallback is not None:
        raise ValueError("--audio null never fails: it has no use for --audio-fallback")
    check_generator(generator)
    if tempo is not None:
        must_be_in_range("--tempo", transport_param("tempo"), tempo)
    wanted = {"rate": rate, "block": block, "timing": timing}
    EngineConfig(**{name: value for name, value in wanted.items() if value is not None})
    started = (audio, rate, block, generator, seed, record, timing, audio_fallback, tempo)
    return Options(*started, tuple(clocks or ()), link)


def _beat(path: Path | None):
    """A beat file and its patterns, none if it is yet to be made."""
    from astrodrum_live.control.beat_file import load_beat

    if path is None:
        return None
    if not path.exists():
        must_be_writable(path)
        return path, ()
    return path, load_beat(path)


def _play(
    name, midi, midi_file, osc_ports, page, seconds, onsets, options, as_json, stop: Stop
) -> dict:
    from astrodrum_live.cli.keys import HELP, Keys
    from astrodrum_live.cli.status import Status
    from astrodrum_live.control.midi_file import MidiFilePlayer, read_performance
    from astrodrum_live.control.midi_ports import MidiInput
    from astrodrum_live.control.patch_file import find_patch, load_patch
    from astrodrum_live.live.instrument import LiveInstrument
    from astrodrum_live.live.onsets import write_onsets
    from astrodrum_live.live.session import Session, open_osc
    from astrodrum_live.now import now_ns

    patch = load_patch(find_patch(name))
    performance = read_performance(midi_file) if midi_file else None
    status = Status(quiet=as_json)
    if onsets:
        status.onsets = []
    instrument = LiveInstrument(patch, options, status.log)
    playable_at = time.time()
    gc.freeze()  # what is loaded stays: no collection shall look at it while one plays
    gc.enable()
    share_python()
    session = Session(instrument)
    try:
        ports = session.keep(
            MidiInput(midi or "all", instrument.scheduler.post_midi, tempo=instrument.tempo.clock)
        )
        endpoint, osc_options = osc_ports
        server = session.keep(open_osc(instrument, endpoint, status.log, osc_options))
        if page and server:
            from astrodrum_live.live.page_process import PageProcess

            session.keep(PageProcess(server.address, page[0], page[1], status.log))
        threads = instrument.watchdog.threads
        threads["a MIDI port's thread"] = ports.slowest
        if server:
            threads["an OSC port's thread"] = server.slowest
        for notice in ports.notices:
            status.log(notice)
        ports.watch(status.log)
        instrument.state.words |= {
            "midi": lambda: ", ".join(ports.names),
            "midi_trouble": ports.trouble,
            "clock_trouble": instrument.tempo.trouble,
        }  # fmt: skip
        status.troubles += [instrument.audio.trouble, ports.trouble, instrument.tempo.trouble]
        player = MidiFilePlayer(instrument, performance) if performance else None
        status.start(instrument, ports.names, server.address if server else None)
        keys = session.keep(
            Keys(lambda event: instrument.post(event, now_ns()), instrument.set_list)
        )
        if keys.active:
            status.log(HELP)
        with status:
            _wait(instrument, player, seconds, status, stop)
        if player:
            player.stop()
        report = {**status.sums(), "playable_at": playable_at}
        if player:
            report["unmapped_notes"] += sum(player.unmapped.values())
    finally:
        session.close()
    if onsets:
        write_onsets(onsets, status.onsets or ())
        report["onsets"] = str(onsets)
    if recorder := instrument.tape.recorder:
        report["recorded"] = str(recorder.path)
        report["recorded_s"] = round(recorder.seconds, 3)
    if taken := instrument.tape.performance:
        report["performance"] = str(taken.path)
    return report


def _stems(performance: Path, folder: Path, quiet: bool) -> list[str]:
    """Render them from what was written down: it cost the callback nothing. Ctrl-C ends it."""
    from astrodrum_live.cli.takes import render_take

    with stop_on_signals() as stop:
        return render_take(performance, None, folder, None, STEM_BLOCK, quiet, stop)["files"]


def _wait(instrument, player, seconds, status, stop) -> None:
    """Until the time is up, the file has rung out, or ``stop`` is set."""
    deadline = float("inf") if seconds is None else time.monotonic() + seconds
    while time.monotonic() < deadline and not stop.wait(TICK_S):
        status.tick()
        instrument.mind()
        if player and player.done.is_set():
            deadline = min(deadline, time.monotonic() + RING_OUT_S)
            if instrument.engine.counters()["voices"] == 0:
                break
    status.tick()


def _summary(report: dict) -> str:
    lines = [
        f"{report['played']} hits in {report['seconds']:.1f} s on {report['device']}: "
        f"{report['fresh']} fresh, {report['frozen']} frozen (before the model was up), "
        f"{report['repeated']} repeated, {report['late']} late, {report['xruns']} xruns, "
        f"up to {report['voices_max']} voices"
    ]
    if report["unmapped_notes"]:
        lines.append(f"{report['unmapped_notes']} notes are not on any pad of this kit")
    if report.get("recorded"):
        lines.append(f"recorded {report['recorded_s']:.1f} s to {report['recorded']}")
        lines.append(f"performance in {report['performance']}")
    return "\n".join(lines)


def _made_of_it(report: dict) -> str:
    """What was made of the recording, in words; empty if nothing."""
    lines = []
    if report.get("stems"):
        lines.append(f"{len(report['stems'])} stems in {Path(report['stems'][0]).parent}")
    if report.get("picture"):
        lines.append(f"picture in {report['picture']}")
    return "\n".join(lines)
