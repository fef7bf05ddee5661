"""On which line of a TOML file each key stands: parsers forget it, and a player needs it."""

import re

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLES = re.compile(rf"\s*\[\[\s*({_DOTTED})\s*\]\]")
_TABLE = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*|[\[{]|[\]}]')

Path = tuple[str | int, ...]


def key_lines(source: str) -> dict[Path, int]:
    """Every table and key of valid TOML, such as ``("pad", 2, "gain_db")``, to its line (from 1).

    Keys inside inline tables and arrays are not told apart: ask for them with ``line_of``.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    value = _Value()
    for number, text in enumerate(source.splitlines(), start=1):
        if value.open:
            value.read(text)
        elif header := _TABLES.match(text):
            array = _resolve(_parts(header[1]), counts)
            counts[array] = counts.get(array, -1) + 1
            lines.setdefault(array, number)
            table = (*array, counts[array])
            lines[table] = number
        elif header := _TABLE.match(text):
            table = _resolve(_parts(header[1]), counts, whole=True)
            lines[table] = number
        elif key := _KEY.match(text):
            lines[(*table, *_parts(key[1]))] = number
            value.read(text, key.end())
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of ``path``, or of the nearest thing around it that has one; 1 for the file."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


class _Value:
    """Whether a value is still open at the end of a line: in brackets, or in a long string."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""

    @property
    def open(self) -> bool:
        return self.depth > 0 or bool(self.quote)

    def read(self, text: str, at: int = 0) -> None:
        while True:
            if self.quote:
                end = text.find(self.quote, at)
                if end < 0:
                    return
                at, self.quote = end + 3, ""
            token = _TOKEN.search(text, at)
            if token is None:
                return
            at = token.end()
            if token[0] in ('"""', "'''"):
                self.quote = token[0]
            elif token[0] in "[{":
                self.depth += 1
            elif token[0] in "]}":
                self.depth -= 1


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _resolve(parts: tuple[str, ...], counts: dict[Path, int], whole: bool = False) -> Path:
    """``pad.class`` under the third ``[[pad]]`` is ``("pad", 2, "class")``."""
    path: Path = ()
    for place, part in enumerate(parts):
        path = (*path, part)
        if path in counts and (whole or place < len(parts) - 1):
            path = (*path, counts[path])
    return path
