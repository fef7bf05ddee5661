"""The rule table: classes and the words by which a name tells them. Read from TOML."""

import itertools
import math
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from astrodrum_live.data.words import folded

LONGEST_RING_S = 300  # as long as the longest file that is read
MOST_ENTRIES = 10_000  # of one list; the shipped table has some hundreds
CLASS_NAME = re.compile(r"\w[\w-]*")
KEYS = {"format", "version", "ignore", "loops", "groups", "rule"}
RULE_KEYS = {"class", "words", "weak", "ring_s", "ringing"}


@dataclass(frozen=True)
class Rule:
    """One class. ``words``, ``weak``: entries, each the words that must all be there.

    ``ring_s``: seconds to -20 dB above which a hit is of class ``ringing`` instead; 0 for never.
    """

    name: str
    words: tuple[tuple[str, ...], ...]
    weak: tuple[tuple[str, ...], ...] = ()
    ring_s: float = 0.0
    ringing: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of the table. ``rule``: None for words that are to be ignored."""

    words: tuple[str, ...]
    rule: Rule | None
    weak: bool = False


@dataclass(frozen=True)
class Rules:
    """The table. ``ignore``: entries that are no class. ``loops``: words of what is no hit."""

    rules: tuple[Rule, ...]
    ignore: tuple[tuple[str, ...], ...] = ()
    loops: frozenset[str] = frozenset()

    @cached_property
    def by_word(self) -> dict[str, list[Entry]]:
        """Entries under one of their words that has no ``*``, or under ``"*"``."""
        entries = [Entry(words, None) for words in self.ignore]
        for rule in self.rules:
            entries += [Entry(words, rule) for words in rule.words]
            entries += [Entry(words, rule, weak=True) for words in rule.weak]
        index: dict[str, list[Entry]] = {}
        for entry in entries:
            key = next((word for word in entry.words if "*" not in word), "*")
            index.setdefault(key, []).append(entry)
        return index


def rules_text(path: Path | None = None) -> str:
    """The TOML of a table, the shipped one without ``path``. Errors: ``ValueError``."""
    if path is None:
        folder = resources.files("astrodrum_live.data")
        return folder.joinpath("rules.toml").read_text(encoding="utf-8")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: no table of rules can be read from it ({error})") from None


def load_rules(path: Path | None = None) -> Rules:
    """The table at ``path``, or the shipped one. Errors: ``ValueError`` naming file and rule."""
    where = str(path or "rules.toml")
    try:
        table = tomllib.loads(rules_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{where}: {error}") from None
    if table.get("format") != "astrodrum-rules" or table.get("version") != 1:
        raise ValueError(f'{where}: needs format = "astrodrum-rules" and version = 1')
    _known(table, KEYS, where)
    groups = table.get("groups", {})
    if not isinstance(groups, dict):
        raise ValueError(f"{where}: 'groups' must be a table of lists of words")
    groups = {name: _strings(value, f"{where}: group '{name}'") for name, value in groups.items()}
    rows = table.get("rule", [])
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{where}: has no [[rule]]")
    return Rules(
        tuple(_rule(row, groups, f"{where}: rule {i}") for i, row in enumerate(rows, 1)),
        _entries(table.get("ignore", []), groups, f"{where}: ignore"),
        frozenset(folded(word) for word in _strings(table.get("loops", []), f"{where}: loops")),
    )


def _rule(row: dict[str, Any], groups: dict[str, list[str]], where: str) -> Rule:
    _known(row, RULE_KEYS, where)
    name, ringing, ring_s = row.get("class"), row.get("ringing", ""), row.get("ring_s", 0.0)
    for value in (name, ringing or name):
        if not isinstance(value, str) or not CLASS_NAME.fullmatch(value):
            raise ValueError(f"{where}: {value!r} is no name of a class; use letters, digits, _")
    if not isinstance(ring_s, int | float) or not 0 <= ring_s <= LONGEST_RING_S:
        raise ValueError(
            f"{where}: 'ring_s' is {ring_s!r}; it is from 0 to {LONGEST_RING_S} seconds"
        )
    if bool(ring_s) != bool(ringing):
        raise ValueError(f"{where}: 'ring_s', in seconds, and 'ringing', a class, go together")
    entries = [_entries(row.get(key, []), groups, where) for key in ("words", "weak")]
    if not any(entries):
        raise ValueError(f"{where}: class '{name}' has neither 'words' nor 'weak' ones")
    return Rule(str(name), entries[0], entries[1], float(ring_s), ringing)


def _entries(value: Any, groups: dict[str, list[str]], where: str) -> tuple[tuple[str, ...], ...]:
    """Entries with every group written out."""
    found: list[tuple[str, ...]] = []
    for entry in _strings(value, where):
        choices = []
        for word in entry.split():
            if not word.startswith("{"):
                choices.append([word])
            elif word.strip("{}") in groups:
                choices.append(groups[word.strip("{}")])
            else:
                raise ValueError(f"{where}: no group {word}; there are: {', '.join(groups)}")
        count = math.prod(map(len, choices))
        if len(found) + count > MOST_ENTRIES:
            raise ValueError(
                f"{where}: '{entry}' brings it to {len(found) + count} entries with its groups"
                f" written out; {MOST_ENTRIES} at most: use fewer groups in one entry"
            )
        for chosen in itertools.product(*choices):
            found.append(tuple(folded(" ".join(chosen)).split()))
    return tuple(dict.fromkeys(entry for entry in found if entry))


def _strings(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValueError(f"{where}: must be a list of words in quotes")
    return value


def _known(table: dict[str, Any], keys: set[str], where: str) -> None:
    if wrong := sorted(set(table) - keys):
        raise ValueError(f"{where}: unknown key '{wrong[0]}'; there are: {', '.join(sorted(keys))}")
