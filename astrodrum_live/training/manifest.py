"""``manifest.csv`` beside the class folders: which drum a file is of, how often it is drawn."""

import csv
from dataclasses import dataclass
from pathlib import Path

from astrodrum_live.training.hits import DataError

MANIFEST = "manifest.csv"
SPLITS = {"": None, "train": False, "valid": True, "test": True}


@dataclass(frozen=True)
class Row:
    """One file's row. ``drum``: empty where the file is a drum of its own. ``held_out``: None
    where the manifest does not say.
    """

    drum: str = ""
    weight: float = 1.0
    licence: str = ""
    held_out: bool | None = None


def read_manifest(folder: Path) -> dict[str, Row]:
    """The rows of ``folder/manifest.csv`` by file; empty where there is none.

    Columns: ``file`` and, if at all, ``source_drum``, ``sampling_weight`` (above 0), ``licence``
    and ``split`` (train, valid or test). Errors: ``DataError``.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            return {row["file"]: _row(row) for row in csv.DictReader(lines)}
    except (KeyError, ValueError, OSError, csv.Error) as error:
        raise DataError(
            f"{path}: cannot be used ({error!r}); it needs a column 'file' and, if at all, "
            "'source_drum', 'sampling_weight' (a number above 0), 'licence' and 'split' "
            "(train, valid or test); correct or remove it"
        ) from error


def _row(row: dict[str, str]) -> Row:
    weight = float(row.get("sampling_weight") or 1.0)
    if not 0 < weight < float("inf"):
        raise ValueError(f"sampling_weight is {weight:g} at {row['file']}")
    return Row(
        row.get("source_drum") or "", weight, row.get("licence") or "",
        SPLITS[(row.get("split") or "").strip().lower()],
    )  # fmt: skip
