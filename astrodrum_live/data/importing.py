"""Any folders of samples become one set to train on."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from astrodrum_live.data.classes import Classes
from astrodrum_live.data.drums import drum_of, sides, weights
from astrodrum_live.data.duplicates import duplicates_of
from astrodrum_live.data.like import learn
from astrodrum_live.data.manifest import merged, write_manifest, write_rejected
from astrodrum_live.data.placing import Places
from astrodrum_live.data.reading import read_recording
from astrodrum_live.data.rejection import (
    CLIPPED,
    DUPLICATE,
    REMOVED,
    Rejection,
    Unusable,
)
from astrodrum_live.data.report import Report, make_report
from astrodrum_live.data.rules import load_rules
from astrodrum_live.data.settings import Settings
from astrodrum_live.data.sources import Found, find_files
from astrodrum_live.data.splicing import spliced_rows
from astrodrum_live.data.staging import Staging, facts_of
from astrodrum_live.data.stroke import cut_stroke
from astrodrum_live.data.words import shown
from astrodrum_live.training.manifest import SPLITS

CLIPPED_S = 0.003  # a longer run of full-scale samples: the longest in drums_v1 is 2.5 ms

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


class Stopped(Exception):
    """The import was asked to stop; what is done is kept, and the same command goes on."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"stopped after {done} of {total} files; the same command goes on")


@dataclass
class _Run:
    """What a run has at hand. ``rows``: of the strokes that may go into the set."""

    settings: Settings
    staging: Staging
    classes: Classes
    rejected: list[Rejection] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def import_samples(settings: Settings, progress: Progress, stopped: Callable[[], bool]) -> Report:
    """Make or go on with the set at ``settings.data``, and write its manifest and reports.

    ``progress``: what is done and how many steps -> a context that takes the step. ``stopped``:
    asked between files. Errors: ``ValueError`` naming thing, place and remedy; ``Stopped``.
    """
    files, rejected = find_files(settings.sources, settings.data)
    likeness = learn(settings.like) if settings.like else None
    classes = Classes(settings, load_rules(settings.rules), likeness)
    with Staging(settings.data, settings) as staging:
        run = _Run(settings, staging, classes, rejected)
        earlier = _still_there(run)
        _read_all(run, files, {row["key"] for row in earlier}, progress, stopped)
        rows = _without_duplicates(run, earlier, progress, stopped)
        if not rows:
            reasons = make_report(settings.data, [], run.rejected, 0, None).rejected
            why = ", ".join(f"{count} {reason}" for reason, count in reasons.items()) or "no files"
            where = ", ".join(str(source) for source in settings.sources)
            raise ValueError(f"{where}: no usable hit ({why}); add WAV, FLAC or AIFF hits")
        _finish_rows(rows)
        rows += spliced_rows(settings, staging, rows)
        staging.place(rows)
    summary = likeness.summary() if likeness else None
    run.rejected.sort(key=lambda one: (one.source, one.path))
    report = make_report(settings.data, rows, run.rejected, len(run.rows), summary)
    write_manifest(settings.data, rows)
    write_rejected(settings.data, run.rejected)
    (settings.data / "report.md").write_text(report.markdown(), encoding="utf-8")
    return report


def _still_there(run: _Run) -> list[dict[str, Any]]:
    """The rows of earlier runs, less those whose file a person has since removed."""
    found = []
    for row in run.staging.placed:
        if run.staging.has(row) and not row.get("attack_of"):
            found.append(row)
        elif not row.get("attack_of"):
            run.staging.refuse(row["key"], Unusable(REMOVED))
    return found


def _read_all(
    run: _Run, files: list[Found], placed: set[str], progress: Progress,
    stopped: Callable[[], bool],
) -> None:  # fmt: skip
    """Read every file that has no place yet; each becomes a row or a rejection."""
    splitting = {file.source for file in files if SPLITS[file.row.get("split", "").strip().lower()]}
    with progress("reading samples", len(files)) as advance:
        for done, file in enumerate(files):
            if stopped():
                raise Stopped(done, len(files))
            if file.key not in placed:
                try:
                    row = _row(run, file)
                    if file.source not in splitting:
                        row["given"]["split"] = ""
                    run.rows.append(row)
                except Unusable as why:
                    run.rejected.append(file.rejected(why.reason, why.detail))
            advance(done + 1)


def _row(run: _Run, file: Found) -> dict[str, Any]:
    """The row of a file, its stroke staged. Errors: ``Unusable``."""
    before = run.staging.journal.get(file.key, {})
    if "reason" in before:
        raise Unusable(before["reason"], before["detail"])
    told = run.classes.told(file)
    staged_once = run.staging.path(file.key).exists() and before.get("facts")
    facts = staged_once or _cut(run, file)
    staged = {"key": file.key}
    name, why = run.classes.heard(told, facts["t20_s"], lambda: run.staging.audio(staged))
    measured = {
        "key": file.key,
        "given": {key: file.row.get(key, "") for key in ("sampling_weight", "split", "file")},
        "class": name,
        "source_drum": drum_of(file.parts, run.settings.numbers),
        "licence": run.settings.licence,
        "from_source": file.source,
        "from_path": shown(file.relative.as_posix()),
        "class_by": why,
        **facts,
    }
    return merged(measured, file.row)


def _cut(run: _Run, file: Found) -> dict[str, Any]:
    """Read a file, stage its stroke; what is known of it. Errors: ``Unusable``, which is noted."""
    settings = run.settings
    try:
        recording = read_recording(file.path, settings.too_long_s)
        run_s = recording.clip_run / recording.rate
        if run_s > CLIPPED_S and not settings.keep_clipped:
            raise Unusable(CLIPPED, f"{1000 * run_s:.1f} ms at full scale")
        stroke = cut_stroke(recording, settings.longest_s, settings.normalise)
    except Unusable as why:
        run.staging.refuse(file.key, why)
        raise
    facts = {
        **facts_of(stroke),
        "original_rate": recording.rate,
        "original_bits": recording.bits,
        "original_channels": recording.channels,
        "channel_used": recording.used,
        "clip_run": recording.clip_run,
    }
    run.staging.keep(file.key, stroke, facts)
    return facts


def _without_duplicates(
    run: _Run, earlier: list[dict[str, Any]], progress: Progress, stopped: Callable[[], bool]
) -> list[dict[str, Any]]:
    """The rows of earlier runs and those of the new that repeat none, each with its file."""
    rows = earlier + run.rows
    found = {}
    if run.rows and not run.settings.keep_duplicates:
        with progress("looking for duplicates", len(rows)) as advance:

            def step(done: int) -> None:
                if stopped():
                    raise Stopped(done, len(rows))
                advance(done)

            found = duplicates_of(
                len(rows), lambda i: run.staging.audio(rows[i]),
                [row["source_drum"] for row in rows], step, fixed=len(earlier),
            )  # fmt: skip
    for late, (first, value) in found.items():
        of = f"of {rows[first]['from_source']}/{rows[first]['from_path']}, {value:.3f}"
        run.staging.refuse(rows[late]["key"], Unusable(DUPLICATE, of))
        source, path = rows[late]["from_source"], rows[late]["from_path"]
        run.rejected.append(Rejection(source, path, DUPLICATE, of))
    run.rows = [row for i, row in enumerate(rows) if i >= len(earlier) and i not in found]
    places = Places(run.settings.data, [row["file"] for row in earlier])
    for row in run.rows:
        parts = (row["from_source"], *Path(row["from_path"]).with_suffix("").parts)
        row["file"] = places.give(row["class"], parts, folder=not row["given"]["file"])
    return earlier + run.rows


def _finish_rows(rows: list[dict[str, Any]]) -> None:
    """Weights and sides, which depend on all the set's rows."""
    drums = [row["source_drum"] for row in rows]
    label = [row["class"] for row in rows]
    given = [row["given"]["sampling_weight"] for row in rows]
    side = sides(drums, label, [row["given"]["split"] for row in rows])
    for row, weight, where in zip(rows, weights(drums, label, given), side, strict=True):
        row["sampling_weight"], row["split"] = weight, where
