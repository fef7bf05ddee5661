"""The files of the folders given, in order, with what a folder's own manifest tells of them."""

import csv
import hashlib
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from astrodrum_live.data.rejection import (
    EMPTY_FOLDER,
    LINK_LOOP,
    MISSING,
    UNREADABLE,
    Rejection,
)
from astrodrum_live.data.words import shown
from astrodrum_live.training.manifest import MANIFEST, SPLITS

OURS = (MANIFEST, "report.md", "rejected.csv")  # at the top of a set; no samples


@dataclass(frozen=True)
class Found:
    """A file. ``key``: 16 hex digits of where it lies, its size and time. ``row``: of its source's
    manifest, empty where there is none.
    """

    path: Path
    source: str
    relative: Path
    key: str
    row: dict[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[str, ...]:
        """The source's name, the folders in it and the file's stem."""
        return (self.source, *map(shown, self.relative.parent.parts), shown(self.relative.stem))

    def rejected(self, reason: str, detail: str = "") -> Rejection:
        """This file, with why it is not used."""
        return Rejection(self.source, shown(self.relative), reason, shown(detail))


def find_files(sources: tuple[Path, ...], data: Path) -> tuple[list[Found], list[Rejection]]:
    """Every file once, though it be reached twice, hidden ones left out; and what cannot be.

    Errors: ``ValueError`` for a source that is missing, lies in ``data``, or whose manifest
    cannot be used.
    """
    found: dict[str, Found] = {}
    rejected: list[Rejection] = []
    for source in sources:
        check_source(source, data)
        rows = source_rows(source)
        name = shown(source.resolve().name) or "samples"
        seen = set()
        for item in walk(source, data.resolve()):
            if isinstance(item, tuple):
                path, reason, detail = item
                within = shown(path.relative_to(source))
                rejected.append(Rejection(name, within, reason, detail))
                continue
            relative = item.relative_to(source)
            seen.add(shown(relative.as_posix()))
            if rows and relative.parent == Path(".") and relative.name in OURS:
                continue
            row = rows.get(relative.as_posix(), {})
            key = _key(item)
            if key not in found or (row and not found[key].row):
                found[key] = Found(item, name, relative, key, row)
        rejected += [
            Rejection(name, file, MISSING, f"named in {MANIFEST}") for file in rows.keys() - seen
        ]
    return list(found.values()), sorted(rejected, key=lambda r: (r.source, r.path))


def check_source(source: Path, data: Path) -> None:
    """Errors: ``ValueError`` for a source that is no folder, or that lies in ``data``."""
    if not source.is_dir():
        what = "is not a folder" if source.exists() else "does not exist"
        raise ValueError(f"{shown(source)} {what}; give a folder of samples")
    if source.resolve().is_relative_to(data.resolve()):
        raise ValueError(
            f"{shown(source)} lies in {shown(data)}, which is to be written; give another -o"
        )


def walk(folder: Path, apart: Path) -> Iterator[Path | tuple[Path, str, str]]:
    """Files under ``folder`` in the order of their names, or (folder, reason, detail).

    Links are followed, each folder once. ``apart`` and hidden names are left out.
    """
    entered: set[tuple[int, int]] = set()
    todo = [folder]
    while todo:
        path = todo.pop()
        try:
            if not path.is_dir():
                yield path
                continue
            status = path.stat()
            if path != folder and Path(os.path.realpath(path)) == apart:
                continue
            if (status.st_dev, status.st_ino) in entered:
                yield path, LINK_LOOP, "a link"
                continue
            entered.add((status.st_dev, status.st_ino))
            names = sorted(name for name in os.listdir(path) if _is_shown(name))
        except OSError as error:
            yield path, UNREADABLE, error.strerror or str(error)
            continue
        if not names and path != folder:
            yield path, EMPTY_FOLDER, ""
        todo += [path / name for name in reversed(names)]


def source_rows(source: Path) -> dict[str, dict[str, str]]:
    """The rows of a source's ``manifest.csv`` by file, each with its ``class``.

    Errors: ``ValueError`` naming file, line and remedy.
    """
    path = source / MANIFEST
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            rows = {}
            for row in reader:
                rows[row["file"]] = _checked(row)
            return rows
    except (KeyError, ValueError, OSError, csv.Error) as error:
        raise ValueError(
            f"{shown(path)}: cannot be used ({error!r}); it needs a column 'file' and, if at all, "
            "'class', 'source_drum', 'sampling_weight' (above 0), 'licence' and 'split' (train, "
            "valid or test); correct or remove it"
        ) from None


def _checked(row: dict[str, str]) -> dict[str, str]:
    told = {key: value for key, value in row.items() if key and value}
    weight = float(told.get("sampling_weight", 1))
    if not 0 < weight < math.inf:
        raise ValueError(f"sampling_weight is {weight:g} at {told['file']}")
    if told.get("split", "").strip().lower() not in SPLITS:
        raise ValueError(f"split is {told['split']} at {told['file']}")
    folder = Path(told["file"]).parts[0] if len(Path(told["file"]).parts) > 1 else ""
    return {"class": folder, **told}


def _is_shown(name: str) -> bool:
    """Not hidden, and not what a Mac's archive leaves beside every file."""
    return not name.startswith(".") and name != "__MACOSX"


def _key(path: Path) -> str:
    try:
        status = path.stat()
        stamp = f"{status.st_size} {status.st_mtime_ns}"
    except OSError:
        stamp = "no status"
    text = os.fsencode(os.path.realpath(path)) + b"\0" + stamp.encode()
    return hashlib.sha1(text).hexdigest()[:16]
