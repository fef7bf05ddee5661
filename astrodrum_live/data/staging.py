"""What an import has done so far, kept in ``DATA/.import``: so that it can be gone on with."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from astrodrum_live.data.rejection import Unusable
from astrodrum_live.data.settings import Settings
from astrodrum_live.data.stroke import RATE, Stroke
from astrodrum_live.data.words import shown

FOLDER = ".import"  # hidden, so that training never takes it for a class
LAYOUT = 1


class Staging:
    """Cut strokes that have no place in the set yet, and the journal of every file read.

    ``placed``: the rows of the files in the set, each with ``key``. ``journal``: key -> facts of
    the stroke, or ``{"reason", "detail"}``.
    """

    def __init__(self, data: Path, settings: Settings) -> None:
        """Make or find ``data``. Errors: ``ValueError`` if it is not to be written to."""
        self.data, self.folder = data, data / FOLDER
        if data.exists() and not data.is_dir():
            raise ValueError(f"{shown(data)} is not a folder; a set is one")
        if data.is_dir() and not (self.folder / "settings.json").is_file() and any(data.iterdir()):
            raise ValueError(
                f"{shown(data)} is not empty and was not made by 'data import'; nothing in it is "
                "touched: give -o a new folder"
            )
        try:
            (self.folder / "hits").mkdir(parents=True, exist_ok=True)
            self._same_settings(settings)
            self.placed: list[dict[str, Any]] = self._read("placed.json", [])
            self.journal = self._read_journal()
            self._lines = (self.folder / "journal.jsonl").open("a", encoding="utf-8")
            self._lines.write("\n")  # the line of a run that was killed may have no end
        except OSError as error:
            raise ValueError(
                f"{shown(data)} cannot be written ({error.strerror}); give -o a folder that can"
            ) from None

    def __enter__(self) -> "Staging":
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def keep(self, key: str, stroke: Stroke, facts: dict[str, Any]) -> None:
        """Store a stroke and note it; ``facts`` go into its row of the manifest."""
        self.stage(key, stroke.audio)
        self._note({"key": key, "facts": facts})

    def stage(self, key: str, audio: np.ndarray) -> None:
        """Store audio, int16 (frames,) at 44.1 kHz, as FLAC: whole or not at all."""
        import soundfile

        path = self.path(key)
        part = path.with_suffix(".part")
        try:
            soundfile.write(part, audio, RATE, "PCM_16", format="FLAC")
        except RuntimeError as error:  # soundfile's own
            part.unlink(missing_ok=True)
            raise ValueError(
                f"{shown(part)} cannot be written ({error}); is the disk full? Make room, and the "
                "same command goes on"
            ) from None
        os.replace(part, path)

    def audio(self, row: dict[str, Any]) -> np.ndarray:
        """The audio of a row, in its place or staged: int16 (frames,)."""
        import soundfile

        staged = self.path(row["key"])
        path = staged if staged.exists() else self.data / row["file"]
        try:
            return soundfile.read(path, dtype="int16")[0]
        except RuntimeError as error:  # soundfile's own
            raise ValueError(
                f"{shown(path)} cannot be read again ({error}); restore or remove it, and run the "
                "same command"
            ) from None

    def has(self, row: dict[str, Any]) -> bool:
        """Whether a placed row's file is there, or waits to be moved there."""
        return (self.data / row["file"]).exists() or self.path(row["key"]).exists()

    def refuse(self, key: str, why: Unusable) -> None:
        """Note why a file gives no stroke."""
        self.path(key).unlink(missing_ok=True)
        self._note({"key": key, "reason": why.reason, "detail": why.detail})

    def path(self, key: str) -> Path:
        """Where a stroke lies until it has its place."""
        return self.folder / "hits" / f"{key}.flac"

    def place(self, rows: list[dict[str, Any]]) -> None:
        """Make ``rows`` the set: write them down, then move each stroke where its row says.

        Splices of an earlier run that are no longer asked for are removed.
        """
        kept = {row["file"] for row in rows}
        for row in self.placed:
            if row.get("attack_of") and row["file"] not in kept:
                (self.data / row["file"]).unlink(missing_ok=True)
        self.placed = rows
        self.write("placed.json", rows)
        for row in rows:
            if self.path(row["key"]).exists():
                to = self.data / row["file"]
                to.parent.mkdir(exist_ok=True)
                os.replace(self.path(row["key"]), to)

    def write(self, name: str, value: Any) -> None:
        """One JSON file of the staging folder, whole or not at all."""
        part = self.folder / f"{name}.part"
        part.write_text(json.dumps(value), encoding="utf-8")
        os.replace(part, self.folder / name)

    def _note(self, line: dict[str, Any]) -> None:
        self.journal[line["key"]] = line
        self._lines.write(json.dumps(line) + "\n")
        self._lines.flush()

    def _read(self, name: str, default: Any) -> Any:
        path = self.folder / name
        try:
            value = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else default
            if type(value) is not type(default):
                raise ValueError("is not what was written")
            for row in value if isinstance(value, list) else ():
                if not {"key", "file", "source_drum", "given", "class"} <= set(row):
                    raise ValueError("a row is not whole")
            return value
        except (ValueError, TypeError) as error:
            raise ValueError(f"{shown(path)} is damaged ({error}); give -o a new folder") from None

    def _read_journal(self) -> dict[str, dict[str, Any]]:
        path, found = self.folder / "journal.jsonl", {}
        for line in _lines(path) if path.is_file() else ():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the last line of a run that was killed; the file is read again
            if isinstance(entry, dict) and ("facts" in entry or {"reason", "detail"} <= set(entry)):
                found[entry.get("key", "")] = entry
        return found

    def _same_settings(self, settings: Settings) -> None:
        wanted = {"layout": LAYOUT, **settings.of_set()}
        before = self._read("settings.json", wanted)
        for name, value in wanted.items():
            if before.get(name) != value:
                raise ValueError(
                    f"{shown(self.data)} was imported with --{name} {before.get(name)}, not "
                    f"{value}; use the same, or give -o a new folder"
                )
        self.write("settings.json", wanted)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def facts_of(stroke: Stroke) -> dict[str, Any]:
    """A stroke's columns of the manifest."""
    facts = {key: value for key, value in asdict(stroke).items() if key != "audio"}
    return {**facts, "duration_s": round(stroke.duration_s, 4), "cut": int(stroke.cut)}
