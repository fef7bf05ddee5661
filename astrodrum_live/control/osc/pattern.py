"""OSC address patterns: ``* ? [a-z] [!x] {a,b}`` in a part, ``//`` for any number of parts.

Matched by the set of places that a prefix can reach, never by trying again: the cost is bounded by
pattern length times name length, whatever arrives.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

_SPECIAL = frozenset("*?[{")

# part -> Tree, or what stands there; "" -> what stands at the branch itself
Tree = Mapping[str, Any]


def is_pattern(address: str) -> bool:
    """Whether an address may stand for several."""
    return not _SPECIAL.isdisjoint(address) or "//" in address


@lru_cache(maxsize=4096)  # a fader on /p/*/gain asks the same again and again
def matches(pattern: str, name: str) -> bool:
    """Whether one part of an address pattern matches one name; broken brackets match themselves."""
    places = {0}
    at = 0
    while at < len(pattern) and places:
        mark = pattern[at]
        if mark == "*":
            places = set(range(min(places), len(name) + 1))
            at += 1
        elif mark == "?":
            places = {place + 1 for place in places if place < len(name)}
            at += 1
        elif mark == "[" and (end := pattern.find("]", at + 1)) > 0:
            places = _one_of(pattern[at + 1 : end], name, places)
            at = end + 1
        elif mark == "{" and (end := pattern.find("}", at + 1)) > 0:
            places = _words(pattern[at + 1 : end].split(","), name, places)
            at = end + 1
        else:
            places = {place + 1 for place in places if name[place : place + 1] == mark}
            at += 1
    return len(name) in places


def walk(tree: Tree, pattern: str) -> list[tuple[str, Any]]:
    """The full addresses of ``tree`` that match a pattern, with what stands there, each once."""
    parts = pattern.removeprefix("/").split("/")
    once = [part for at, part in enumerate(parts) if part or at == 0 or parts[at - 1]]
    found: dict[str, Any] = {}
    _walk(tree, once, "", found)
    return list(found.items())


def _walk(below: Any, parts: list[str], prefix: str, found: dict[str, Any]) -> None:
    branch = below if isinstance(below, Mapping) else {"": below}
    if not parts:
        if "" in branch:
            found[prefix] = branch[""]
        return
    part, rest = parts[0], parts[1:]
    if part == "" and rest:  # "//": here, or anywhere below
        _walk(branch, rest, prefix, found)
    for name, under in branch.items():
        if name == "":
            continue
        if part == "" and rest:
            _walk(under, parts, f"{prefix}/{name}", found)
        elif matches(part, name):
            _walk(under, rest, f"{prefix}/{name}", found)


def _one_of(inside: str, name: str, places: Iterable[int]) -> set[int]:
    negated = inside.startswith("!")
    wanted = _expand(inside[1:] if negated else inside)
    return {p + 1 for p in places if p < len(name) and (name[p] in wanted) != negated}


def _expand(inside: str) -> str:
    out = ""
    at = 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            first, last = ord(inside[at]), ord(inside[at + 2])
            out += "".join(map(chr, range(first, min(last, first + 255) + 1)))
            at += 3
        else:
            out += inside[at]
            at += 1
    return out


def _words(words: list[str], name: str, places: Iterable[int]) -> set[int]:
    return {p + len(word) for p in places for word in words if name.startswith(word, p)}
