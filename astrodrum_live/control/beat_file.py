"""Patterns on disk: read from a beat file, and written into one or a kit; comments survive."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import tomlkit
from tomlkit.items import Table

from astrodrum_live.control.patch import Patch
from astrodrum_live.control.patch_file import put_value, read_text, replace_file
from astrodrum_live.control.patch_patterns import (
    FORMAT,
    KEY_OF_PATTERNS,
    STEP_FILE_KEYS,
    STEP_TABLE,
    TRACKS,
    VERSION,
    parse_beat,
)
from astrodrum_live.control.patch_schema import parse_patch
from astrodrum_live.params import PATTERN_PARAMS, Param
from astrodrum_live.sequencer.marks import rewritten, velocities
from astrodrum_live.sequencer.pattern import REST, Pattern, Step, Track

_FILE_KEYS = {what: key for key, what in STEP_FILE_KEYS.items()}


def load_beat(path: str | Path) -> tuple[Pattern, ...]:
    """Errors: ``PatchError`` with file, line and remedy. Thread: any."""
    path = Path(path)
    return parse_beat(read_text(path), path)


def save_patterns(
    path: Path,
    patterns: Sequence[Pattern],
    gone: Collection[str] = (),
    before: Callable[[Patch], None] | None = None,
) -> None:
    """Write ``patterns`` into a kit or a beat file, each in the place of its namesake or at the
    end, and take those of the names ``gone`` out.

    What says the same already stays to the letter; comments and order survive. ``before`` is told
    of the kit that will be saved. A beat file that is not there is made. The file is replaced
    whole, or not touched at all. Errors: ``PatchError``, ``OSError`` (disk).
    """
    there = path.exists()
    text = read_text(path) if there else f'format = "{FORMAT}"\nversion = {VERSION}\n\n'
    document = tomlkit.parse(text)
    is_beat = document.get("format") == FORMAT
    old = _patterns(text, path, is_beat) if there else ()
    before_by_name = {pattern.name: pattern for pattern in old}
    tables = document.get(KEY_OF_PATTERNS, ())
    for index in reversed(range(len(tables))):
        if tables[index]["name"] in gone:
            del tables[index]
    for pattern in patterns:
        table = next((one for one in tables if one["name"] == pattern.name), None)
        if table is None:
            if KEY_OF_PATTERNS not in document:
                document.append(KEY_OF_PATTERNS, tomlkit.aot())
            tables = document[KEY_OF_PATTERNS]
            tables.append(tomlkit.table())
            table = tables[-1]
            table["name"] = pattern.name
        _put_pattern(table, pattern, before_by_name.get(pattern.name))
    if KEY_OF_PATTERNS in document and not len(document[KEY_OF_PATTERNS]):
        document.remove(KEY_OF_PATTERNS)
    text = document.as_string()
    if is_beat:
        parse_beat(text, path)
    else:
        saved = parse_patch(text, path)
        if before:
            before(saved)
    if not there:
        path.touch()
    replace_file(path, text)


def _patterns(text: str, path: Path, is_beat: bool) -> tuple[Pattern, ...]:
    return parse_beat(text, path) if is_beat else parse_patch(text, path).patterns


def _put_pattern(table: Table, pattern: Pattern, before: Pattern | None) -> None:
    """``before``: as the file has it."""
    for row in PATTERN_PARAMS:
        value = _number(row, getattr(pattern, row.name))
        if value != table.get(row.key, _number(row, row.default)):
            put_value(table, row.key, value)
    if TRACKS not in table:
        table.append(TRACKS, tomlkit.table())
    rows = table[TRACKS]
    for name in [name for name in rows if name not in [track.name for track in pattern.tracks]]:
        rows.remove(name)
    old = {track.name: track for track in before.tracks} if before else {}
    for track in pattern.tracks:
        if track.name in old and track.played() == old[track.name].played():
            continue
        text = str(rows.get(track.name, ""))
        told = rewritten(text, _marked(text, track, old.get(track.name)))
        if told != text:
            put_value(rows, track.name, told)
    _put_steps(table, pattern)


def _marked(text: str, track: Track, before: Track | None) -> list[float]:
    """The velocities that the row's text shall say: what it says, where the step is as it was."""
    said = velocities(text) if before else ()
    return [
        said[place]
        if before and place < len(said) and step.velocity == before.steps[place].velocity
        else step.velocity
        for place, step in enumerate(track.played())
    ]


def _put_steps(table: Table, pattern: Pattern) -> None:
    """The step tables in their order; those that say nothing any more go, new ones follow."""
    wanted: dict[tuple[str, int], dict[str, float | int | str]] = {}
    for track in pattern.tracks:
        said = velocities(str(table[TRACKS][track.name]))
        for place, step in enumerate(track.played()):
            if details := _details(step, said[place]):
                wanted[track.name, place + 1] = details
    tables = table.get(STEP_TABLE)
    if tables is None:
        if not wanted:
            return
        tables = tomlkit.aot()
        table.append(STEP_TABLE, tables)
    for index in reversed(range(len(tables))):
        at = str(tables[index]["track"]), int(tables[index]["step"])
        if at in wanted:
            _put_details(tables[index], wanted.pop(at))
        else:
            del tables[index]
    for (name, place), details in wanted.items():
        one = tomlkit.table()
        one["track"], one["step"] = name, place
        _put_details(one, details)
        tables.append(one)
    if not len(tables):
        table.remove(STEP_TABLE)


def _put_details(table: Table, details: dict[str, float | int | str]) -> None:
    for key in [key for key in table if key in STEP_FILE_KEYS and key not in details]:
        table.remove(key)
    for key, value in details.items():
        if table.get(key) != value:
            put_value(table, key, value)


def _details(step: Step, said: float) -> dict[str, float | int | str]:
    """What the text does not say of a step, by the keys of a file; ``said``: its velocity."""
    told: dict[str, float | int | str] = {}
    if step.velocity != said:
        told["velocity"] = step.velocity
    for name in ("probability", "ratchet", "shift", "when", "n"):
        if (value := getattr(step, name)) != getattr(REST, name):
            told[name] = value
    for name, value in step.locks:
        told[_FILE_KEYS[name]] = int(value) if value == int(value) else value
    return told


def _number(row: Param, value: float) -> float | int:
    return int(value) if row.integer else value
