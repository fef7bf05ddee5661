"""The ``[[pattern]]`` tables of a kit or of a beat file, read: text to ``Pattern``."""

from collections.abc import Sequence
from pathlib import Path

from astrodrum_live.control.patch_section import PatchSource, Section, show
from astrodrum_live.params import PATTERN_PARAMS, STEP_PARAMS, nearest
from astrodrum_live.sequencer.book import book_of
from astrodrum_live.sequencer.edits import LOCKABLE, Value, pattern_value, with_values
from astrodrum_live.sequencer.marks import velocities
from astrodrum_live.sequencer.names import good_name
from astrodrum_live.sequencer.pattern import Pattern, Step, Track, track_of

FORMAT, VERSION = "astrodrum-beat", 1
KEY_OF_PATTERNS = "pattern"
STEP_TABLE, TRACKS = "step", "tracks"
WHERE = ("track", "step")
STEP_FILE_KEYS = {
    **{row.key: row.name for row in LOCKABLE},
    **{row.key: row.name for row in STEP_PARAMS},
    "when": "when",
}
"""The keys of a ``[[pattern.step]]`` besides ``WHERE``, and what of a step each turns."""


def parse_beat(text: str, path: Path | str = "beat") -> tuple[Pattern, ...]:
    """The patterns of a beat file. Errors: ``PatchError``. Thread: any; no I/O."""
    source = PatchSource(text, path)
    known = ("format", "version", "name", "author", "license", KEY_OF_PATTERNS)
    top = Section(source, (), source.data, known)
    if top.table.get("format") != FORMAT:
        raise top.error("format", f'a beat file begins with: format = "{FORMAT}"')
    if top.table.get("version") != VERSION:
        given = show(top.table.get("version"))
        raise top.error("version", f"version is {given}; this program reads version = {VERSION}")
    found = patterns_of(source, top, None)
    if not found:
        raise top.error(KEY_OF_PATTERNS, "a beat file needs at least one [[pattern]]")
    return found


def patterns_of(
    source: PatchSource, top: Section, pads: Sequence[str] | None
) -> tuple[Pattern, ...]:
    """All ``[[pattern]]`` tables; a track must be one of ``pads``, if these are known.

    Errors: ``PatchError``.
    """
    if isinstance(top.table.get(KEY_OF_PATTERNS), dict):
        raise top.error(KEY_OF_PATTERNS, "each pattern begins with [[pattern]], in two brackets")
    found: list[Pattern] = []
    for index, table in enumerate(top.items(KEY_OF_PATTERNS)):
        section = _section(source, index, table)
        try:
            found.append(_pattern(section, pads))
            book_of(found)
        except ValueError as error:
            if hasattr(error, "line"):  # it knows its place already
                raise
            raise section.error("name", str(error)) from None
    return (found and book_of(found).patterns) or ()


def _section(source: PatchSource, index: int, table: object) -> Section:
    name = table.get("name") if isinstance(table, dict) else None
    title = f"pattern '{name}'" if isinstance(name, str) else f"pattern number {index + 1}"
    known = ("name", *(row.key for row in PATTERN_PARAMS), TRACKS, STEP_TABLE)
    return Section(source, (KEY_OF_PATTERNS, index), table, known, title)


def _pattern(section: Section, pads: Sequence[str] | None) -> Pattern:
    name = good_name(section.text("name"))
    values = section.values(PATTERN_PARAMS)
    try:
        rows = {key: pattern_value(key, value) for key, value in values.items()}
    except ValueError as error:
        raise section.error("tempo_bpm", str(error)) from None
    pattern = Pattern(name, **rows, tracks=_tracks(section, pads))  # type: ignore[arg-type]
    for place, table in enumerate(section.items(STEP_TABLE)):
        at = (*section.at, STEP_TABLE, place)
        title = f"step table {place + 1} of {section.title}"
        step = Section(section.source, at, table, (*WHERE, *STEP_FILE_KEYS), title)
        pattern = _with_step(pattern, step)
    return pattern


def _tracks(section: Section, pads: Sequence[str] | None) -> tuple[Track, ...]:
    table = section.table.get(TRACKS, {})
    at = (*section.at, TRACKS)
    known = table if isinstance(table, dict) else ()
    rows = Section(section.source, at, table, known, f"the tracks of {section.title}")
    tracks = []
    for name in rows.table:
        if pads is not None and name not in pads:
            hint = nearest(name, list(pads)) or f"; the pads are {', '.join(pads)}"
            raise rows.error(name, f"the kit has no pad '{name}' to play this track{hint}")
        text = rows.text(name)
        try:
            steps = tuple(Step(velocity) for velocity in velocities(text))
            tracks.append(track_of(good_name(name, "track"), steps))
        except ValueError as error:
            raise rows.error(name, f"track '{name}': {error}") from None
    return tuple(tracks)


def _with_step(pattern: Pattern, section: Section) -> Pattern:
    names = [track.name for track in pattern.tracks]
    name = section.choice("track", names, "")
    track = pattern.track(name)
    number = section.whole("step", 1, track.length, 0)
    index, values = number - 1, []
    for key, what in STEP_FILE_KEYS.items():
        if key in section.table:
            value: Value = section.table[key]
            try:
                with_values(track.steps[index], ((what, value),))
            except (KeyError, ValueError) as error:
                raise section.error(key, str(error.args[0])) from None
            values.append((what, value))
    return pattern.with_track(
        track.with_step(index, with_values(track.steps[index], tuple(values)))
    )
