"""A class from a name: the table of rules applied to the words of a file and its folders."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from astrodrum_live.data.rules import Rule, Rules
from astrodrum_live.data.words import words


@dataclass(frozen=True)
class Verdict:
    """What a name says. ``name``: the class, None where it is left open; ``why`` tells how, or the
    reason. ``ringing``: the class instead of a hit that takes longer than ``ring_s`` to -20 dB.
    ``loop``: the name says that the file is no single hit.
    """

    name: str | None
    why: str
    ring_s: float = 0.0
    ringing: str = ""
    loop: bool = False


@dataclass(frozen=True)
class _Match:
    at: frozenset[int]  # the places of the words it takes
    entry: tuple[str, ...]
    rule: Rule | None  # None: to be ignored
    weak: bool = False

    @property
    def rank(self) -> tuple[int, int, bool]:
        return len(self.entry), sum(len(w.replace("*", "")) for w in self.entry), self.rule is None


def class_of(rules: Rules, parts: Sequence[str]) -> Verdict:
    """The class that ``parts``, folders from the outermost and last the file's stem, tell.

    The file's own words first; a longer entry made with the nearest folder goes before them.
    Where the file says nothing, the first folder outward that says something with it; where it
    is ambiguous, a folder may choose among what it says.
    """
    own = words(parts[-1])
    if loops := rules.loops.intersection(own):
        return Verdict(None, f"a loop by its name ({sorted(loops)[0]})", loop=True)
    folders = [words(part) for part in reversed(parts[:-1])]
    found = _settled(rules, own)
    if found:
        return _chosen(rules, own, folders, found)
    for folder in folders:
        if found := _settled(rules, own + folder):
            return _verdict(found, "folder")
    return Verdict(None, "no rule applies to its name or folders")


def _chosen(
    rules: Rules, own: tuple[str, ...], folders: list[tuple[str, ...]], found: list[_Match]
) -> Verdict:
    """The verdict of a name that says something, with its folders' help."""
    for folder in folders[:1]:
        longer = [
            match
            for match in _settled(rules, own + folder)
            if any(match.at > of_file.at for of_file in found)
        ]
        if longer and len(_names(found)) == 1:
            return _verdict(longer, "name and folder")
    if len(_names(found)) > 1:
        for folder in folders:
            agreed = [m for m in found if m.rule and m.rule.name in _names(_settled(rules, folder))]
            if agreed:
                return _verdict(agreed, "name and folder")
    return _verdict(found, "name")


def _verdict(found: list[_Match], by: str) -> Verdict:
    if len(_names(found)) > 1:
        said = sorted({f"{m.rule.name} ({' '.join(m.entry)})" for m in found if m.rule})
        return Verdict(None, "ambiguous: " + ", ".join(said))
    rule = found[0].rule
    assert rule  # what is to be ignored has been left out
    return Verdict(rule.name, f"{by}: {' '.join(found[0].entry)}", rule.ring_s, rule.ringing)


def _names(found: list[_Match]) -> set[str]:
    return {match.rule.name for match in found if match.rule}


def _settled(rules: Rules, given: tuple[str, ...]) -> list[_Match]:
    """The matches that stand after the greater have covered the smaller, weak words last."""
    stand: list[_Match] = []
    for match in sorted(_matches(rules, given), key=lambda m: m.rank, reverse=True):
        over = [other for other in stand if other.at & match.at]
        if all(o.at == match.at and o.rule and o.rank == match.rank for o in over):
            stand.append(match)
    stand = [match for match in stand if match.rule]
    stand = [match for match in stand if not match.weak] or stand
    told = {match.rule.name for match in stand if match.rule and not match.rule.ringing}
    return [
        match
        for match in stand
        if not (match.rule and match.rule.ringing and told & {match.rule.name, match.rule.ringing})
    ]


def _matches(rules: Rules, given: tuple[str, ...]) -> list[_Match]:
    found = []
    for word in {*given, "*"}:
        for entry in rules.by_word.get(word, ()):
            if entry.rule is None:
                places = _side_by_side(entry.words, given)
            else:
                places = _anywhere(entry.words, given)
            found += [_Match(place, entry.words, entry.rule, entry.weak) for place in places]
    return found


def _side_by_side(wanted: tuple[str, ...], given: tuple[str, ...]) -> list[frozenset[int]]:
    count = len(wanted)
    return [
        frozenset(range(i, i + count))
        for i in range(len(given) - count + 1)
        if given[i : i + count] == wanted
    ]


def _anywhere(wanted: tuple[str, ...], given: tuple[str, ...]) -> list[frozenset[int]]:
    """Every place of one word; of several words, all their places at once."""
    places = [[i for i, w in enumerate(given) if fnmatchcase(w, word)] for word in wanted]
    if len(wanted) == 1:
        return [frozenset({i}) for i in places[0]]
    at = frozenset(i for place in places for i in place)
    return [at] if all(places) and len(at) >= len(wanted) else []
