"""``astrodrum pattern``: patterns from MIDI files, and into them."""

import json
from pathlib import Path
from typing import Annotated

import typer

from astrodrum_live.cli.errors import mendable, must_be_writable
from astrodrum_live.cli.parts import PatternPart, load_with_beat, pattern_of

app = typer.Typer(help="Patterns from MIDI files, and into them.", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
_Beat = Annotated[Path | None, typer.Option(help="A beat file, before the kit's own patterns.")]


@app.command("import")
def import_(
    midi: Annotated[Path, typer.Argument(help="A standard MIDI file.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", help="A beat file or a kit to write into. [FILE.beat.toml beside it]"
        ),
    ] = None,
    kit: Annotated[
        str, typer.Option(help="Whose drum map says which note is which pad.")
    ] = "default",
    name: Annotated[str | None, typer.Option(help="Of the pattern. \\[the file's]")] = None,
    bars: Annotated[int | None, typer.Option(min=1, help="\\[as many as 64 steps hold]")] = None,
    from_bar: Annotated[int, typer.Option("--from-bar", min=1, help="The first bar.")] = 1,
    grid: Annotated[int | None, typer.Option(help="Steps to a beat. [4]")] = None,
    swing: Annotated[
        float | None, typer.Option(help="0.5 straight to 0.75. [0.5, or as it was exported]")
    ] = None,
    as_json: _Json = False,
) -> None:
    """Make a pattern of the bars of a MIDI file; what is off the grid becomes micro-timing.

    Example: astrodrum pattern import examples/midi/funk-138.mid -o funk.beat.toml
    """
    with mendable(as_json):
        from astrodrum_live.control.beat_file import save_patterns
        from astrodrum_live.control.patch_pads import pad_name
        from astrodrum_live.control.pattern_midi import read_pattern

        patch = load_with_beat(kit, None)
        title = name or pad_name(midi.stem, ())
        found = read_pattern(midi, patch, title, bars, from_bar, grid, swing)
        path = out or midi.with_suffix(".beat.toml")
        must_be_writable(path)
        save_patterns(path, [found.pattern])
    steps = sum(step.velocity > 0 for track in found.pattern.tracks for step in track.played())
    report = {
        "out": str(path), "pattern": found.pattern.name, "steps": steps,
        "length": found.pattern.steps, "tempo": found.pattern.tempo, "merged": found.merged,
        "left_out": found.left_out, "unmapped_notes": dict(found.unmapped),
    }  # fmt: skip
    if as_json:
        print(json.dumps(report))
        return
    print(f"{path}: pattern '{title}', {steps} steps in {found.pattern.steps}")
    if found.left_out:
        print(f"{found.left_out} notes come later; --from-bar takes other bars")
    if found.merged:
        print(f"{found.merged} notes fell on the step of a louder one; a finer --grid keeps them")
    if found.unmapped:
        print(f"notes no pad of kit '{patch.kit}' plays: {', '.join(map(str, found.unmapped))}")


@app.command("export")
def export(
    kit: Annotated[str, typer.Argument(help="A kit: a name in patches/, or a TOML file.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The MIDI file to write.")],
    pattern: Annotated[str | None, typer.Option(help="Which. \\[the first]")] = None,
    beat: _Beat = None,
    bars: Annotated[int | None, typer.Option(min=1, max=9999, help="\\[once through]")] = None,
    tempo: Annotated[float | None, typer.Option(help="BPM. \\[the pattern's, or 120]")] = None,
    as_json: _Json = False,
) -> None:
    """Write a pattern as a MIDI file: swing, micro-timing and ratchets as they sound.

    Example: astrodrum pattern export astrobeats --pattern slow -o slow.mid
    """
    with mendable(as_json):
        from astrodrum_live.control.pattern_midi import bars_of, write_pattern

        patch = load_with_beat(kit, beat)
        chosen = pattern_of(patch, pattern)
        part = PatternPart(chosen, bars or bars_of(chosen), tempo)
        must_be_writable(out)
        silent = write_pattern(out, chosen, patch, part.bpm, part.bars)
    if as_json:
        print(json.dumps({"out": str(out), "bars": part.bars, "tempo": part.bpm, "silent": silent}))
        return
    print(f"{out}: {part.bars} bars of '{chosen.name}' at {part.bpm:g} bpm")
    if silent:
        print(f"tracks that no note plays, left out: {', '.join(silent)}")
