"""What the sequencer tells over OSC: its full state, and what has changed since the last time."""

from collections.abc import Callable, Iterator, Sequence

from astrodrum_live.control.osc.pattern import matches
from astrodrum_live.control.osc.reply import OscReply
from astrodrum_live.params import PATTERN_PARAMS, STEP_PARAMS, TRACK_LENGTH, Param
from astrodrum_live.sequencer.marks import row_text
from astrodrum_live.sequencer.now import SequencerNow
from astrodrum_live.sequencer.pattern import REST, Pattern, Step, Track

BRANCH = "/seq"
ONLY_TOLD = tuple(f"{BRANCH}/{name}" for name in ("at", "clock", "gone", "done"))
_BEYOND_INT = 2**31


def full_state(now: SequencerNow, pads: Sequence[str], only: str | None = None) -> list[OscReply]:
    """All of it; or (``only``) one pattern's."""
    patterns = [
        reply
        for index, pattern in enumerate(now.book.patterns)
        if only in (None, pattern.name)
        for reply in _pattern(pattern, index, None)
    ]
    return patterns if only is not None else [*_state(now, None, pads), *patterns, _at(now)]


def changes(before: SequencerNow, now: SequencerNow, pads: Sequence[str]) -> list[OscReply]:
    """What is other than ``before``."""
    return list(_changes(before, now, pads))


def asked(pattern: str, address: str) -> bool:
    """Whether who subscribed to ``pattern`` (``/seq``, ``/seq/at``, ``/seq/{at,step}``) is told."""
    parts, named = address.split("/"), pattern.split("/")
    return len(named) <= len(parts) and all(map(matches, named, parts))


def _changes(before: SequencerNow, now: SequencerNow, pads: Sequence[str]) -> Iterator[OscReply]:
    yield from _state(now, before, pads)
    if before.book is not now.book:
        names = set(now.book.names())
        for name in before.book.names():
            if name not in names:
                yield OscReply("/seq/gone", [name])
        old = {one.name: (one, index) for index, one in enumerate(before.book.patterns)}
        for index, pattern in enumerate(now.book.patterns):
            was, place = old.get(pattern.name, (None, -1))
            if was is not pattern or place != index:
                yield from _pattern(pattern, index, was, moved=place != index)
    if now.at != before.at or now.playing != before.playing:
        yield _at(now)


def _state(
    now: SequencerNow, before: SequencerNow | None, pads: Sequence[str]
) -> Iterator[OscReply]:
    facts: dict[str, Callable[[SequencerNow], list]] = {
        "/seq/play": lambda one: [int(one.playing)],
        "/seq/tempo": lambda one: [float(one.tempo)],
        "/seq/clock": lambda one: [one.clock],
        "/seq/select": lambda one: [one.pattern.name, one.queued],
        "/seq/fill": lambda one: [int(one.fill)],
    }
    for address, fact in facts.items():
        if before is None or fact(before) != fact(now):
            yield OscReply(address, fact(now))
    for address, chosen, were in (
        ("/seq/mute", now.muted, None if before is None else before.muted),
        ("/seq/solo", now.solo, None if before is None else before.solo),
    ):
        others = sorted((chosen | (were or frozenset())) - set(pads))
        for pad in (*pads, *others):
            if were is None or (pad in chosen) != (pad in were):
                yield OscReply(address, [pad, int(pad in chosen)])


def _pattern(
    pattern: Pattern, index: int, before: Pattern | None, moved: bool = True
) -> Iterator[OscReply]:
    """Its own message first, if it says anything new, then those of its tracks."""
    rows = [row.name for row in PATTERN_PARAMS]
    if moved or before is None or any(getattr(pattern, r) != getattr(before, r) for r in rows):
        pairs = [part for row in PATTERN_PARAMS for part in _pair(row, getattr(pattern, row.name))]
        yield OscReply("/seq/pattern", [pattern.name, "index", index, *pairs])
    old = {track.name: track for track in before.tracks} if before else {}
    names = {track.name for track in pattern.tracks}
    for name in old:
        if name not in names:
            yield OscReply("/seq/gone", [pattern.name, name])
    for track in pattern.tracks:
        if old.get(track.name) is not track:
            yield from _track(pattern.name, track, old.get(track.name))


def _track(pattern: str, track: Track, before: Track | None) -> Iterator[OscReply]:
    row = [step.velocity for step in track.played()]
    if before is None or row != [step.velocity for step in before.played()]:
        facts = [TRACK_LENGTH.name, track.length, "text", row_text(row)]
        yield OscReply("/seq/track", [pattern, track.name, *facts])
    old = before.steps if before else (REST,) * len(track.steps)
    for place, (step, was) in enumerate(zip(track.steps, old, strict=True), start=1):
        if step != was:
            yield OscReply("/seq/step", [pattern, track.name, place, *_step(step)])


def _step(step: Step) -> Iterator[object]:
    for row in STEP_PARAMS:
        if row.name == "n":
            yield from ("when", step.when)
        yield from _pair(row, getattr(step, row.name))
    for name, value in step.locks:
        yield from (name, _plain(value) if value == int(value) else float(value))


def _pair(row: Param, value: float) -> tuple[str, object]:
    return row.name, _plain(value) if row.integer else float(value)


def _plain(value: float) -> int | str:
    """A whole number; as text where OSC's 32 bits do not hold it."""
    return int(value) if -_BEYOND_INT <= value < _BEYOND_INT else str(int(value))


def _at(now: SequencerNow) -> OscReply:
    return OscReply("/seq/at", [now.at.step, float(now.at.beat), now.at.bar, now.pattern.name])
