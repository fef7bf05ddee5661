"""What the sequencer is to play: all its state, which anybody may read and few may change."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from astrodrum_live.control.events import EditPattern, Fill, Mute, Select, SetSwing
from astrodrum_live.control.patch import Patch
from astrodrum_live.sequencer.book import Book, book_of
from astrodrum_live.sequencer.edits import Edit, SetPattern
from astrodrum_live.sequencer.now import SequencerNow
from astrodrum_live.sequencer.pattern import Pattern

Edited = Callable[[str, Any, Any], None]


class Written(NamedTuple):
    """All patterns as they are, and as their file has them."""

    here: Book
    there: Book


class Heard(NamedTuple):
    """What is heard of the patterns: pads by name."""

    muted: frozenset[str]
    solo: frozenset[str]


class Song:
    """The patterns, which of them plays, and what is heard of it; ``now`` is one moment of it.

    ``edited`` is told of every edit: what, and the patterns, or ``Heard``, before and after.
    ``patterns``: of a beat file; None: the kit's.
    Thread: any; ``now`` never waits.
    """

    def __init__(self, patch: Patch, patterns: tuple[Pattern, ...] | None, edited: Edited) -> None:
        self._edited = edited
        self._lock = threading.Lock()
        self._written = book_of(patch.patterns if patterns is None else patterns, patch.pad_names())
        self.now = SequencerNow(self._written, self._written.patterns[0])

    def obey(self, event: EditPattern | Select | Fill | Mute | SetSwing) -> None:
        """Errors: ``KeyError``, ``ValueError`` as of ``Edit.made_on``."""
        match event:
            case EditPattern(edit):
                self._edit(edit)
            case SetSwing(swing):
                self._edit(SetPattern(self.now.pattern.name, (("swing", swing),)))
            case Select(name):
                self.now.book.named(name)
                self._change(queued=name)
            case Fill(on):
                self._change(fill=not self.now.fill if on is None else on)
            case Mute(pad, on, solo):
                self._mute(pad, on, solo)

    def begin(self, pattern: Pattern) -> None:
        """This one plays now."""
        self._change(pattern=pattern, queued="")

    def restore(self, was: Book | Heard) -> None:
        """Patterns, or what is heard of them, as they were."""
        with self._lock:
            if isinstance(was, Heard):
                self.now = replace(self.now, muted=was.muted, solo=was.solo)
            else:
                self._take(was)

    def change_kit(self, patch: Patch, same_file: bool) -> None:
        """Play the patterns of another kit. What plays goes on as its successor of the same name,
        or till its bar's end. What was edited and not stored stays if its name is free; of the
        same file, also where the file says what it said before. A kit without patterns plays those
        there are."""
        with self._lock:
            if not patch.patterns and not same_file and any(map(has_steps, self.now.book.patterns)):
                return
            said = {one.name: one for one in self._written.patterns}
            mine = {
                one.name: one
                for one in self.now.book.patterns
                if one.name not in said or not _alike(one, said[one.name])
            }
            fresh = [
                mine.pop(one.name, one)
                if same_file and one.name in said and _alike(one, said[one.name])
                else one
                for one in patch.patterns
            ]
            names = {one.name for one in fresh}
            fresh += [one for one in mine.values() if one.name not in names and has_steps(one)]
            self._written = book_of(patch.patterns, patch.pad_names())
            self._succeed(book_of(fresh, patch.pad_names()))

    def written(self) -> Written:
        """To come back to by ``bring_back``."""
        with self._lock:
            return Written(self.now.book, self._written)

    def bring_back(self, written: Written) -> None:
        """Play a kit's patterns as they were when another took its place."""
        with self._lock:
            self._written = written.there
            self._succeed(written.here)

    def unsaid(self, name: str | None) -> tuple[list[Pattern], list[str]]:
        """What storing this pattern, or all, has to write; and the names of those that are gone.

        Errors: ``NoPattern``.
        """
        book = self.now.book
        if name is not None:
            return [book.named(name)], []
        names = book.names()
        return list(book.patterns), [one for one in self._written.names() if one not in names]

    def stored(self, patterns: list[Pattern], gone: list[str]) -> None:
        """The file says so now."""
        with self._lock:
            said = {one.name: one for one in self._written.patterns if one.name not in gone}
            said |= {one.name: one for one in patterns}
            self._written = book_of(said.values())

    def _edit(self, edit: Edit) -> None:
        with self._lock:
            before = self.now.book
            after = edit.made_on(before)
            self._take(after)
        self._edited(edit.place(), before, after)

    def _succeed(self, book: Book) -> None:
        """The pattern that plays goes on as the one of its name, or till its bar's end."""
        plays = self.now.pattern
        successor = next((one for one in book.patterns if one.name == plays.name), None)
        if successor is None and book.patterns and not has_steps(plays):
            successor = book.patterns[0]  # an empty one has nothing to play on with
        pattern = successor or replace(plays, key=0)
        self.now = replace(self.now, book=book, pattern=pattern, queued="")

    def _take(self, book: Book) -> None:
        """The pattern that plays follows its key; one that is gone plays on as it was."""
        pattern = book.keyed(self.now.pattern.key) or self.now.pattern
        queued = self.now.book.named(self.now.queued) if self.now.queued else None
        kept = book.keyed(queued.key) if queued else None
        self.now = replace(self.now, book=book, pattern=pattern, queued=kept.name if kept else "")

    def _mute(self, pad: str, on: bool | None, solo: bool) -> None:
        with self._lock:
            before = Heard(self.now.muted, self.now.solo)
            pads = before.solo if solo else before.muted
            pads = pads ^ {pad} if on is None else pads | {pad} if on else pads - {pad}
            after = before._replace(solo=pads) if solo else before._replace(muted=pads)
            self.now = replace(self.now, muted=after.muted, solo=after.solo)
        self._edited(f"{'solo' if solo else 'mute'} of {pad}", before, after)

    def _change(self, **values: Any) -> None:
        with self._lock:
            self.now = replace(self.now, **values)


def _alike(one: Pattern, other: Pattern) -> bool:
    return replace(one, key=0) == replace(other, key=0)


def has_steps(pattern: Pattern) -> bool:
    """Whether anything was written into it."""
    return any(step.velocity > 0 for track in pattern.tracks for step in track.steps)
