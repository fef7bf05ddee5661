"""Reading one table of a patch: every value is checked, and every complaint knows its line."""

import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.toml_lines import Path as KeyPath
from astrodrum_live.control.toml_lines import key_lines, line_of
from astrodrum_live.params import Param, nearest

MOST_CHARACTERS = 1 << 18  # the longest kit that ships has 7446
_DEEPEST = 8  # a kit's own values lie four deep
_INT64 = range(-(1 << 63), 1 << 63)
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
# tomllib takes the square of a dotted key's parts: 60 KB of them a minute
_LONG_KEY = re.compile(rf"(?m)(?:^|[\[{{,])[ \t]*(?:{_PART}[ \t]*\.[ \t]*){{{_DEEPEST}}}")
_AT = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
_TOO_DEEP = f"lists and tables lie deeper than {_DEEPEST} in each other; a kit needs 4"
_TOO_LONG = "a whole number has more than 64 bits"


class PatchSource:
    """The text of a patch and where it came from. Errors: ``PatchError`` if it is not TOML."""

    def __init__(self, text: str, path: Path | str) -> None:
        self.text, self.path = text, path
        if len(text) > MOST_CHARACTERS:
            most = f"a kit has at most {MOST_CHARACTERS}"
            raise PatchError(path, None, f"it has {len(text)} characters; {most}")
        if long := _LONG_KEY.search(text):
            line = text.count("\n", 0, long.end()) + 1
            raise PatchError(path, line, f"a key has more than {_DEEPEST} parts")
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            at = _AT.search(str(error))
            line = int(at[1]) if at and at[1] else len(text.splitlines())
            reason = _AT.sub("", str(error)).strip()
            raise PatchError(path, line, f"this is not TOML: {reason}") from None
        except RecursionError:
            raise PatchError(path, None, _TOO_DEEP) from None
        except ValueError:  # Python's own limit, of 4300 digits
            raise PatchError(path, None, _TOO_LONG) from None
        _check_sizes(self.data, path)
        self.lines = key_lines(text)

    def error(self, key: KeyPath, text: str) -> PatchError:
        """A ``PatchError`` at the line of ``key``."""
        return PatchError(self.path, line_of(self.lines, key), text, ".".join(map(str, key)))


class Section:
    """One table. ``known``: all keys it may have; another is an error that names its neighbour."""

    def __init__(
        self, source: PatchSource, at: KeyPath, table: object, known: Iterable[str], title: str = ""
    ) -> None:
        self.source, self.at = source, at
        self.title = title or (f"[{at[-1]}]" if at else "the patch")
        if not isinstance(table, dict):
            raise source.error(at, f"{self.title} must be a table of keys, not {show(table)}")
        self.table = table
        allowed = list(known)
        for key in table:
            if key not in allowed:
                raise self.error(key, f"unknown key '{key}' in {self.title}{suggest(key, allowed)}")

    def error(self, key: str, text: str) -> PatchError:
        """A ``PatchError`` at the line of ``key`` in this table."""
        return self.source.error((*self.at, key), text)

    def text(self, key: str, default: str = "") -> str:
        """A string."""
        value = self.table.get(key, default)
        if not isinstance(value, str):
            raise self.error(key, f"{key} must be text in quotes, not {show(value)}")
        return value

    def choice(self, key: str, options: Sequence[str], default: str) -> str:
        """One of ``options``."""
        value = self.table.get(key, default)
        if value not in options:
            hint = nearest(value, list(options)) if isinstance(value, str) else ""
            raise self.error(key, f"{key} is {show(value)}{hint}; it can be {_either(options)}")
        return str(value)

    def whole(self, key: str, low: int, high: int, default: int) -> int:
        """A whole number in ``low..high``."""
        value = self.table.get(key, default)
        if type(value) is not int or not low <= value <= high:
            text = f"{key} is {show(value)}; it must be a whole number from {low} to {high}"
            raise self.error(key, text)
        return value

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self.table.get(key, default)
        if type(value) is not bool:
            raise self.error(key, f"{key} is {show(value)}; it must be true or false")
        return value

    def items(self, key: str) -> list[object]:
        """An array, empty if absent."""
        value = self.table.get(key, [])
        if not isinstance(value, list):
            text = f"{key} is {show(value)}; it must be a list, as in {key} = [ ... ]"
            raise self.error(key, text)
        return value

    def values(self, rows: Sequence[Param]) -> dict[str, float]:
        """A float for every row, its default where the key is absent, by row name."""
        return {row.name: self.row(row) for row in rows}

    def row(self, row: Param) -> float:
        """The value of one parameter row, in its unit, refused when out of range.

        The default, where the patch names a class instead: its number is not known here.
        """
        value = self.table.get(row.key, row.default)
        if row.of == "class" and isinstance(value, str):
            return row.default
        span = f"{row.low:g} to {row.high:.10g} {row.unit}".rstrip()
        if type(value) not in (int, float) or not math.isfinite(value):
            named = " or a class in quotes" if row.of == "class" else ""
            text = f"{row.key} is {show(value)}; it must be a number from {span}{named}"
        elif not row.low <= value <= row.high:
            close = row.low if value < row.low else row.high
            text = f"{row.key} = {value:g} is out of range, {span}; nearest is {close:.10g}"
        elif row.integer and value != int(value):
            text = f"{row.key} = {value:g} must be a whole number from {span}"
        else:
            return float(value)
        raise self.error(row.key, text)


def _check_sizes(data: object, path: Path | str) -> None:
    """What the rest can count on: whole numbers of 64 bits, as TOML has them, and no depths."""
    level = [data]
    for _ in range(_DEEPEST):
        inner = [list(one.values()) if isinstance(one, dict) else one for one in level]
        level = [value for one in inner if isinstance(one, list) for value in one]
        if any(isinstance(value, int) and value not in _INT64 for value in level):
            raise PatchError(path, None, _TOO_LONG)
    if any(isinstance(value, list | dict) for value in level):
        raise PatchError(path, None, _TOO_DEEP)


def show(value: object) -> str:
    """A TOML value as the player wrote it, shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else text[:37] + "..."


def suggest(word: str, known: Sequence[str]) -> str:
    """The nearest of ``known``; ``gain`` finds ``gain_db``. Without one, all that is known."""
    with_unit = [key for key in known if key.startswith(word + "_")]
    close = with_unit or difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if close:
        return f" (did you mean '{close[0]}'?)"
    return f"; it may have {', '.join(known)}"


def _either(options: Sequence[str]) -> str:
    return " or ".join(f"'{option}'" for option in options)
