"""All patterns there are, in order; as plain and unchanging as each of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from astrodrum_live.params import nearest
from astrodrum_live.sequencer.names import NoPattern, good_name
from astrodrum_live.sequencer.pattern import MAX_PATTERNS, Pattern, Track


@dataclass(frozen=True, slots=True)
class Book:
    """Never empty, once it was made by ``book_of``. ``made``: so many keys were given."""

    patterns: tuple[Pattern, ...] = ()
    made: int = 0

    def names(self) -> list[str]:
        """In order."""
        return [pattern.name for pattern in self.patterns]

    def named(self, name: str) -> Pattern:
        """Errors: ``NoPattern`` naming the nearest."""
        for pattern in self.patterns:
            if pattern.name == name:
                return pattern
        names = self.names()
        hint = nearest(name, names) or f"; there are: {', '.join(names)}"
        raise NoPattern(f"no pattern '{name}'{hint}")

    def keyed(self, key: int) -> Pattern | None:
        """The pattern that kept this key through all edits."""
        return next((pattern for pattern in self.patterns if pattern.key == key), None)

    def after(self, key: int) -> Pattern:
        """The next in order after the one of this key, which need not be here any more."""
        later = [pattern for pattern in self.patterns if pattern.key > key]
        return later[0] if later else self.patterns[0]

    def put(self, pattern: Pattern) -> "Book":
        """With ``pattern`` in the place of the one of its key."""
        patterns = tuple(pattern if one.key == pattern.key else one for one in self.patterns)
        return Book(patterns, self.made)

    def added(self, pattern: Pattern) -> "Book":
        """With one more, under a key of its own. Errors: ``ValueError``: too many, or a name that
        is taken, or none."""
        if good_name(pattern.name) in self.names():
            raise ValueError(f"there is a pattern '{pattern.name}' already")
        if len(self.patterns) >= MAX_PATTERNS:
            raise ValueError(f"there are {MAX_PATTERNS} patterns already; delete some")
        key = self.made + 1
        return Book((*self.patterns, replace(pattern, key=key)), key)

    def without(self, key: int) -> "Book":
        """Without the pattern of this key."""
        return Book(tuple(one for one in self.patterns if one.key != key), self.made)


def book_of(patterns: Iterable[Pattern], tracks: Iterable[str] = ()) -> Book:
    """A book of ``patterns``; of an empty one with ``tracks`` if there are none.

    Errors: ``ValueError``.
    """
    book = Book()
    for pattern in patterns:
        book = book.added(pattern)
    return book if book.patterns else book.added(blank("pattern1", tracks))


def blank(name: str, tracks: Iterable[str]) -> Pattern:
    """A pattern of rests."""
    return Pattern(name, tracks=tuple(Track(track) for track in tracks))
