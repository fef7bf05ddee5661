"""Patterns as MIDI files: written as they would be played, and read by a kit's drum map."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import mido

from astrodrum_live.control.drum_map import pads_by_note
from astrodrum_live.control.midi_file import MidiFileError, read_midi
from astrodrum_live.control.patch import Patch
from astrodrum_live.params import MAX_STEPS, PATTERN_PARAMS
from astrodrum_live.sequencer.edits import pattern_value
from astrodrum_live.sequencer.gridding import Note, steps_of
from astrodrum_live.sequencer.marks import VELOCITIES
from astrodrum_live.sequencer.pattern import Pattern, Track, track_of
from astrodrum_live.sequencer.player import strikes

TICKS = 960  # to a beat: a twentieth of a millisecond short of half a one, at 120 BPM
DRUMS = 9  # channel 10
_LENGTH_S = 0.1  # every drum module's notes last so long, whatever was struck
_MARK = "astrodrum pattern "  # a text event: grid and swing, which notes alone do not tell

# A mark's own velocity where MIDI cannot tell it from it: what was exported comes back as it was.
_FROM_MIDI = {
    **{value: round(value / 127.0, 4) for value in range(1, 128)},
    **{round(velocity * 127.0): velocity for velocity in VELOCITIES.values()},
}


@dataclass(frozen=True, slots=True)
class Imported:
    """``unmapped``: notes that no pad plays, counted. ``merged``: notes that fell on the step of a
    louder one. ``left_out``: notes after the last bar that was taken."""

    pattern: Pattern
    unmapped: Counter[int]
    merged: int
    left_out: int


def write_pattern(path: Path, pattern: Pattern, patch: Patch, tempo: float, bars: int) -> list[str]:
    """``bars`` bars of a pattern to a MIDI file; the names of tracks that no note plays.

    Chances and conditions are written as they come out; locks cannot be. Errors: ``OSError``.
    """
    notes = _note_of_pad(patch)
    events: list[tuple[int, int, int, int]] = []  # tick, 0 off 1 on, note, velocity
    silent = [track.name for track in pattern.tracks if track.name not in notes]
    length = round(_LENGTH_S * TICKS * tempo / 60.0)
    for strike in strikes(pattern, 0.0, float(bars * pattern.beats)):
        if strike.track not in notes:
            continue
        tick, note = round(strike.beat * TICKS), notes[strike.track]
        velocity = max(round(strike.step.velocity * 127.0), 1)
        events += [(tick, 1, note, velocity), (tick + length, 0, note, 0)]
    file = mido.MidiFile(type=0, ticks_per_beat=TICKS)
    track = mido.MidiTrack()
    file.tracks.append(track)
    said = {"grid": pattern.grid, "swing": pattern.swing}
    track.append(mido.MetaMessage("track_name", name=pattern.name))
    track.append(mido.MetaMessage("text", text=_MARK + json.dumps(said)))
    track.append(mido.MetaMessage("time_signature", numerator=pattern.beats, denominator=4))
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)))
    now = 0
    for tick, on, note, velocity in sorted(events):
        kind = "note_on" if on else "note_off"
        told = {"channel": DRUMS, "note": note, "velocity": velocity, "time": tick - now}
        track.append(mido.Message(kind, **told))
        now = tick
    end = bars * pattern.beats * TICKS
    track.append(mido.MetaMessage("end_of_track", time=max(end - now, 0)))
    file.save(path)
    return silent


def read_pattern(
    path: Path, patch: Patch, name: str, bars: int | None = None, from_bar: int = 1,
    grid: int | None = None, swing: float | None = None,
) -> Imported:  # fmt: skip
    """A MIDI file's bars, from ``from_bar`` on, as a pattern; as many as fit for ``bars`` None.

    ``grid``, ``swing``: None for what the file says, if we wrote it, or 4 and 0.5.
    Errors: ``MidiFileError``, ``ValueError``.
    """
    file = read_midi(path)
    played, tempo, beats, said = _read(file)
    grid = int(pattern_value("grid", grid or said.get("grid", 4)))
    swing = float(pattern_value("swing", swing or said.get("swing", 0.5)))
    bar = beats * grid
    if bar > MAX_STEPS:
        raise ValueError(f"{path}: its bars have {bar} steps; a track has at most {MAX_STEPS}")
    first = (from_bar - 1) * beats
    last_beat = max((beat for beat, _, _ in played), default=0.0)
    there = int(max(last_beat - first + 0.5 / grid, 0.0) // beats) + 1
    wanted = min(there if bars is None else bars, MAX_STEPS // bar)
    steps = wanted * bar
    names = patch.pad_names()
    by_note = pads_by_note(patch)
    unmapped: Counter[int] = Counter()
    rows: dict[str, list[Note]] = {}
    left_out = 0
    for beat, note, velocity in played:
        place = (beat - first) * grid
        if not -0.5 <= place < steps - 0.5:
            left_out += place >= steps - 0.5
            continue
        if note not in by_note:
            unmapped[note] += 1
        for pad in by_note.get(note, ()):
            rows.setdefault(names[pad], []).append(Note(place, _FROM_MIDI[velocity]))
    if not rows:
        raise MidiFileError(f"{path} has no note there that a pad of kit '{patch.kit}' plays")
    tracks: list[Track] = []
    merged = 0
    exact = grid / file.ticks_per_beat
    for name_of in (one for one in names if one in rows):
        found, more = steps_of(rows[name_of], steps, swing, exact)
        tracks.append(track_of(name_of, found))
        merged += more
    values = {"tempo": tempo, "swing": swing, "grid": grid, "beats": beats}
    rows_of = {row.name: pattern_value(row.name, values[row.name]) for row in PATTERN_PARAMS[:4]}
    pattern = replace(Pattern(name, tracks=tuple(tracks)), **rows_of)  # type: ignore[arg-type]
    return Imported(pattern, unmapped, merged, left_out)


def bars_of(pattern: Pattern) -> int:
    """The bars of its longest track."""
    return -(-pattern.steps // (pattern.grid * pattern.beats))


def _note_of_pad(patch: Patch) -> Mapping[str, int]:
    """The first note of each pad, in the order of the map."""
    notes: dict[str, int] = {}
    for note, pads in pads_by_note(patch).items():
        for pad in pads:
            notes.setdefault(patch.pad_names()[pad], note)
    own = {pad.name: pad.notes[0] for pad in patch.pads if pad.notes}
    return notes | own


def _read(file: mido.MidiFile) -> tuple[list[tuple[float, int, int]], float, int, dict]:
    """(beat, note, velocity) of what is struck; first tempo, metre; what we wrote of ourselves."""
    played: list[tuple[float, int, int]] = []
    tempo, beats, said = 0.0, 4, {}
    tick = 0
    for message in mido.merge_tracks(file.tracks):
        tick += message.time
        match message.type:
            case "note_on" if message.velocity > 0:
                played.append((tick / file.ticks_per_beat, message.note, message.velocity))
            case "set_tempo" if not tempo:
                tempo = min(max(round(mido.tempo2bpm(message.tempo), 3), 20.0), 999.0)
            case "time_signature" if tick == 0:
                beats = min(max(round(message.numerator * 4 / message.denominator), 1), 16)
            case "text" if message.text.startswith(_MARK):
                said = _said(message.text.removeprefix(_MARK))
    return played, tempo, beats, said


def _said(text: str) -> dict:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
