"""Why a file is not in the set: each is named in ``rejected.csv`` and counted in the report."""

from dataclasses import dataclass

ZERO_BYTES = "zero bytes"
NOT_AUDIO = "not audio"
CORRUPT = "corrupt"
UNREADABLE = "unreadable"
MISSING = "missing"
LINK_LOOP = "folder seen already"
EMPTY_FOLDER = "empty folder"
NO_CLASS = "unresolved class"
LOOP = "multi-hit or loop"
TOO_LONG = "too long"
TOO_SHORT = "too short"
SILENT = "silent"
CLIPPED = "clipped"
ABSURD = "absurd level"
DUPLICATE = "duplicate"
REMOVED = "removed by hand"


class Unusable(Exception):
    """A file that gives no hit: one of the reasons above, and what it shows in."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Rejection:
    """``source``: the name of the folder given. ``path``: the file within it."""

    source: str
    path: str
    reason: str
    detail: str = ""
