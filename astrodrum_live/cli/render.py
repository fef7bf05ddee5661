"""``astrodrum render``: a MIDI file, or a performance file, to WAV files, faster than real time."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from astrodrum_live.cli.errors import mendable, must_be_wav, must_be_writable, must_not_be_read
from astrodrum_live.cli.first_start import tell_of_compiling
from astrodrum_live.cli.parts import MidiPart, PatternPart, load_with_beat, pattern_of
from astrodrum_live.cli.progress import progress_bar
from astrodrum_live.cli.stopping import Stop, stop_on_signals
from astrodrum_live.cli.takes import render_take, told_take

if TYPE_CHECKING:
    from astrodrum_live.control.patch import Patch

WAV_BYTES = 2**32 - 2**16  # a WAV file counts its bytes in 32 bits; some are its heading
FRAME_BYTES = 6  # two channels of 24 bits
LONGEST_TAIL_S = 60.0  # a slow, long hit at the end


def render(
    patch: Annotated[
        str,
        typer.Argument(help="A kit: a name in patches/, or a TOML file; or a performance.jsonl."),
    ],
    midi: Annotated[
        Path | None, typer.Argument(help="The performance, a standard MIDI file.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The WAV file to write (24 bit).")
    ] = None,
    stems: Annotated[
        Path | None,
        typer.Option(help="Of a performance.jsonl: a WAV file for each pad, into this folder."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Same seed, same bits. Default: the kit's.")
    ] = None,
    rate: Annotated[
        int, typer.Option(help="Sample rate, Hz; a performance.jsonl has its own.")
    ] = 48000,
    block: Annotated[int, typer.Option(help="Frames per block; does not change a bit.")] = 256,
    onsets: Annotated[
        Path | None,
        typer.Option(
            help="Also write frame,pad,velocity,seed,made_for,number per hit to this CSV."
        ),
    ] = None,
    generator: Annotated[
        str | None,
        typer.Option(
            help="cpu, cuda, mps, auto, or frozen (the bank). \\[cpu, or as it was played]"
        ),
    ] = None,
    bars: Annotated[
        int | None, typer.Option(min=1, max=9999, help="Bars of one of the kit's patterns.")
    ] = None,
    pattern: Annotated[str | None, typer.Option(help="Which pattern. \\[the first]")] = None,
    tempo: Annotated[float | None, typer.Option(help="BPM. \\[the pattern's, or 120]")] = None,
    fill: Annotated[bool, typer.Option(help="With the pattern's fills.")] = False,
    beat: Annotated[
        Path | None, typer.Option(help="A beat file, whose patterns go before the kit's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Render a performance offline: a MIDI file, bars of a pattern, or what 'play --record' wrote.

    Example: astrodrum render default examples/midi/funk-138.mid -o funk.wav --seed 7
    Example: astrodrum render astrobeats --bars 8 --pattern slow -o slow.wav
    Example: astrodrum render take.performance.jsonl -o again.wav --stems stems
    """
    with mendable(as_json), stop_on_signals() as stop:
        if bars is None and (pattern, tempo, beat, fill) != (None, None, None, False):
            raise ValueError("how much of the pattern? Give --bars")
        if bars is not None:
            if midi is not None or stems is not None or out is None:
                raise ValueError("bars of a pattern are rendered to -o OUT.wav, and need no more")
            kit = load_with_beat(patch, beat)
            chosen = pattern_of(kit, pattern)
            source: MidiPart | PatternPart = PatternPart(chosen, bars, tempo, fill)
            generator = generator or "cpu"
            report = _render(kit, source, out, seed, rate, block, onsets, generator, as_json, stop)
        elif midi is None:
            _must_be_performance(patch, out, stems, seed, onsets)
            report = render_take(Path(patch), out, stems, generator, block, as_json, stop)
        elif out is None or stems is not None:
            raise ValueError("a MIDI file is rendered to -o OUT.wav; --stems needs a recorded take")
        else:
            generator = generator or "cpu"
            kit = load_with_beat(patch, None)
            source = MidiPart(midi)
            report = _render(kit, source, out, seed, rate, block, onsets, generator, as_json, stop)
    if as_json:
        print(json.dumps(report))
    elif midi is None and bars is None:
        print(told_take(report))
    else:
        print(
            f"{out}: {report['hits']} hits in {report['seconds']:.1f} s,"
            f" {report['times_real_time']:.1f} x real time"
            f"{', stopped before its end' if report['stopped'] else ''}"
        )
    if report["stopped"]:
        raise SystemExit(stop.code)


def _render(
    patch: "Patch", part: MidiPart | PatternPart, out: Path, seed: int | None, rate: int,
    block: int, onsets: Path | None, generator: str, quiet: bool, stop: Stop,
) -> dict:  # fmt: skip
    from astrodrum_live.config import EngineConfig
    from astrodrum_live.generation.device_choice import check_generator

    must_be_wav(out)
    check_generator(generator)
    EngineConfig(rate=rate, block=block)
    _must_fit(part, rate)
    read = [*part.files(), *([patch.path] if patch.path else [])]
    for path in filter(None, (out, onsets)):
        must_not_be_read(path, read)
        must_be_writable(path)
        read.append(path)

    tell_of_compiling()

    from astrodrum_live.live.offline import OfflineInstrument
    from astrodrum_live.live.onsets import Onset, name_onsets, write_onsets
    from astrodrum_live.whole_file import whole_wav

    instrument = OfflineInstrument(
        patch, patch.seed if seed is None else seed, rate, block, generator,
        lambda text: print(text, file=sys.stderr),
    )  # fmt: skip
    began = time.perf_counter()
    try:
        timed, unmapped = part.events(instrument, rate, patch.pad_names())
        total = instrument.length(timed)
        pads = dict(enumerate(patch.pad_names()))
        played: list[Onset] = []
        done = 0
        with (
            whole_wav(out, rate) as file,
            progress_bar("rendering", total, quiet) as advance,
        ):
            for piece in instrument.render(timed, advance):
                file.write(piece)
                done += len(piece)
                pads |= enumerate(instrument.patch.pad_names())  # the MIDI file may change the kit
                played += name_onsets(instrument.engine.drain_played(), pads)
                if stop.is_set():
                    break
        counters = instrument.engine.counters()
    finally:
        instrument.close()
    if onsets:
        write_onsets(onsets, played)
    seconds = done / rate
    return {
        "out": str(out),
        "seconds": seconds,
        "stopped": done < total,
        "hits": counters["played"],
        "voices_max": counters["voices_max"],
        "stolen": counters["stolen"],
        "unmapped_notes": dict(unmapped),
        "times_real_time": seconds / (time.perf_counter() - began),
    }


def _must_be_performance(
    source: str, out: Path | None, stems: Path | None, seed: int | None, onsets: Path | None
) -> None:
    """Refuse a lone kit, and what a take has settled. Errors: ``ValueError``."""
    if not source.endswith((".jsonl", ".json")):  # takes were once called so
        raise ValueError("which one? Give a MIDI file after the kit, or a performance.jsonl")
    if out is None and stems is None:
        raise ValueError("where to? Give -o OUT.wav, --stems FOLDER, or both")
    if seed is not None or onsets is not None:
        raise ValueError("a performance.jsonl names its hits: leave out --seed and --onsets")


def _must_fit(part: MidiPart | PatternPart, rate: int) -> None:
    """Refuse what no WAV file can hold. Errors: ``ValueError``."""
    most_s = WAV_BYTES / FRAME_BYTES / rate - LONGEST_TAIL_S
    if part.last_s > most_s:
        raise ValueError(
            f"{part}: its last message comes after {part.last_s / 3600:.1f} hours; a WAV file ends"
            f" at 4 GiB, which are {most_s / 3600:.1f} hours at {rate} Hz"
        )
