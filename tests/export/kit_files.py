"""What an export left on disk."""

import csv
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "astrodrum_live.cli"]


def bytes_of(folder: Path) -> dict[str, bytes]:
    """What every file within holds, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def provenance(folder: Path) -> list[dict[str, str]]:
    """The rows of ``kit.csv``."""
    with (folder / "kit.csv").open(newline="") as file:
        return list(csv.DictReader(file))
