"""The table beside a set: a row per file, and the rows of what was left out."""

import csv
import os
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from astrodrum_live.data.rejection import Rejection
from astrodrum_live.training.manifest import MANIFEST

COLUMNS = (
    "file", "class", "source_drum", "sampling_weight", "licence", "split", "from_source",
    "from_path", "class_by", "duration_s", "peak_db", "gain_db", "cut", "t20_s", "original_rate",
    "original_bits", "original_channels", "channel_used", "original_peak_db", "clip_run",
    "attack_of", "body_of",
)  # fmt: skip
MEASURED = ("file", "class", "split", "from_source", "from_path", "class_by", "duration_s",
            "peak_db", "cut", "t20_s")  # fmt: skip
REJECTED = "rejected.csv"


def merged(measured: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
    """A row of what was measured here and of what the source's own manifest tells.

    The source knows its drums, licences and originals better; the gains of both add up.
    """
    row = {**measured, **{k: v for k, v in told.items() if k not in MEASURED and k != "key"}}
    if "gain_db" in told:
        try:
            row["gain_db"] = round(float(told["gain_db"]) + measured["gain_db"], 2)
        except ValueError:
            row["gain_db"] = measured["gain_db"]
    return row


def write_manifest(data: Path, rows: Sequence[dict[str, Any]]) -> None:
    """``manifest.csv``: our columns, then those of the sources' manifests."""
    extra = dict.fromkeys(name for row in rows for name in row if name not in COLUMNS)
    names = [*COLUMNS, *(name for name in extra if name not in ("key", "given"))]
    _write(data / MANIFEST, [names, *([row.get(name, "") for name in names] for row in rows)])


def write_rejected(data: Path, rejected: Sequence[Rejection]) -> None:
    """``rejected.csv``: source, path, reason and detail of every file left out."""
    head = ("source", "path", "reason", "detail")
    _write(data / REJECTED, [head, *map(astuple, rejected)])


def _write(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)
    os.replace(part, path)
