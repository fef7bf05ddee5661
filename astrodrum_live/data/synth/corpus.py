"""A corpus on disk: FLAC files in class folders and the manifest that training reads."""

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astrodrum_live.data.synth.drum import CIRCUITS, Drum, draw_drum, render
from astrodrum_live.training.manifest import MANIFEST

STROKES = 3
LICENCE = "CC0-1.0 (synthesised by astrodrum)"
COLUMNS = (
    "file", "class", "source_drum", "circuit", "stroke", "seed", "rate", "duration_s", "licence",
    "sampling_weight", "sha1_pcm", "parameters",
)  # fmt: skip

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


@dataclass(frozen=True)
class Plan:
    """What to make. Errors: ``ValueError`` for a class that no circuit makes."""

    folder: Path
    per_class: int
    seed: int = 0
    classes: tuple[str, ...] = tuple(CIRCUITS)
    rate: int = 44100
    prefix: str = "e_"

    def __post_init__(self) -> None:
        for name in self.classes:
            if name not in CIRCUITS:
                raise ValueError(f"no class '{name}'; there are: {', '.join(CIRCUITS)}")
        if not self.classes:
            raise ValueError(f"no class is named; there are: {', '.join(CIRCUITS)}")
        if set(self.prefix) & set("/\\") or self.prefix.startswith("."):
            raise ValueError(f"the prefix '{self.prefix}' is not the beginning of a folder's name")


@dataclass
class Report:
    """What was done; ``stopped`` if it was asked to end before all files were made."""

    written: int = 0
    kept: int = 0
    stopped: bool = False


def make_corpus(plan: Plan, progress: Progress, stopped: Callable[[], bool]) -> Report:
    """Render the plan's drums, ``STROKES`` files each, and write the manifest.

    Files that are there already with the same samples are left alone, and drums of an earlier,
    larger plan stay. Errors: ``ValueError`` for a folder that holds something else, ``OSError``
    where it cannot be written.
    """
    rows = _earlier(plan)
    _write_manifest(plan.folder, rows)  # first, so that an interrupted corpus is known as ours
    report = Report()
    drums = [(name, number) for name in plan.classes for number in range(1, plan.per_class + 1)]
    try:
        with progress("drums", len(drums)) as advance:
            for done, (name, number) in enumerate(drums, 1):
                if stopped():
                    report.stopped = True
                    break
                for row, was_there in _make(plan, draw_drum(name, number, plan.seed)):
                    rows[row["file"]] = row
                    report.kept += was_there
                    report.written += not was_there
                advance(done)
    finally:
        _write_manifest(plan.folder, rows)
    return report


def _make(plan: Plan, drum: Drum) -> list[tuple[dict[str, str], bool]]:
    """Write the strokes of a drum: their rows, and whether the same file was there."""
    folder = plan.prefix + drum.name
    made = []
    (plan.folder / folder).mkdir(exist_ok=True)
    for stroke in range(1, STROKES + 1):
        pcm = np.round(render(drum, stroke, plan.rate) * 32767).astype("<i2")
        stem = f"{folder}_{drum.number:04d}"
        path = plan.folder / folder / f"{stem}_{stroke}.flac"
        was_there = _holds(path, pcm, plan.rate)
        if not was_there:
            _write_flac(path, pcm, plan.rate)
        row = {
            "file": f"{folder}/{path.name}", "class": folder, "source_drum": f"synth/{stem}",
            "circuit": drum.circuit, "stroke": str(stroke), "seed": str(plan.seed),
            "rate": str(plan.rate), "duration_s": f"{len(pcm) / plan.rate:.4f}",
            "licence": LICENCE, "sampling_weight": "1.0",
            "sha1_pcm": hashlib.sha1(pcm.tobytes()).hexdigest()[:16],
            "parameters": json.dumps(drum.parameters),
        }  # fmt: skip
        made.append((row, was_there))
    return made


def _holds(path: Path, pcm: np.ndarray, rate: int) -> bool:
    import soundfile

    if not path.exists():
        return False
    try:
        there, its_rate = soundfile.read(path, dtype="int16")
    except RuntimeError:  # half written, or no audio
        return False
    return its_rate == rate and np.array_equal(there, pcm)


def _write_flac(path: Path, pcm: np.ndarray, rate: int) -> None:
    import soundfile

    packed = io.BytesIO()  # the library prints a traceback where a file cannot take more
    soundfile.write(packed, pcm, rate, "PCM_16", format="FLAC")
    part = path.with_suffix(".part")
    try:
        part.write_bytes(packed.getvalue())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _earlier(plan: Plan) -> dict[str, dict[str, str]]:
    """The rows of the corpus that is there, by file; makes the folder if there is none."""
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        there = any(plan.folder.iterdir())
    except FileExistsError:
        raise ValueError(f"{plan.folder} is not a folder; a corpus is one") from None
    if not there:
        return {}
    manifest = plan.folder / MANIFEST
    if not manifest.is_file():
        raise ValueError(
            f"{plan.folder} is not empty and holds no corpus of ours; give an empty or new folder"
        )
    with manifest.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{manifest} is not of a corpus of ours; give an empty or new folder")
        rows = {row["file"]: row for row in reader}
    for row in rows.values():
        for what, wanted in (("seed", plan.seed), ("rate", plan.rate)):
            if row[what] != str(wanted):
                raise ValueError(
                    f"{plan.folder} holds a corpus of {what} {row[what]}, not {wanted}; "
                    f"give --{what} {row[what]} or another folder"
                )
    return rows


def _write_manifest(folder: Path, rows: dict[str, dict[str, str]]) -> None:
    part = folder / f"{MANIFEST}.part"
    with part.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[file] for file in sorted(rows))
    os.replace(part, folder / MANIFEST)


def summary(plan: Plan, report: Report) -> dict[str, object]:
    """The report as ``--json`` prints it."""
    return {
        "out": str(plan.folder), "classes": [plan.prefix + name for name in plan.classes],
        "drums_per_class": plan.per_class, "strokes": STROKES, "seed": plan.seed,
        "rate": plan.rate, "written": report.written, "kept": report.kept,
        "stopped": report.stopped,
    }  # fmt: skip


def names(text: str) -> Sequence[str]:
    """The classes of a list with commas; all of them for an empty one."""
    return tuple(CIRCUITS) if not text else tuple(one.strip() for one in text.split(","))
