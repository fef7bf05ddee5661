"""A folder of class folders, read: every usable file becomes one uniform hit."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from astrodrum_live.training.hits import DataError, HitSet, balanced, hold_out
from astrodrum_live.training.manifest import MANIFEST, Row, read_manifest
from astrodrum_live.training.uniform import uniform

SUFFIXES = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3", ".w64", ".caf", ".au")
LONGEST_S = 30.0  # a longer file is a loop or a session; it is named by its header, never read
LARGE_BYTES = 64 * 2**20  # a larger file is told by its size and its first bytes
LAYOUT = 2  # of what is cached; a change makes old caches unreadable

Progress = Callable[[int, int], None]  # done, of how many


def untold(done: int, of: int) -> None:
    """A progress that nobody is told of."""


def class_files(folder: Path) -> dict[str, list[Path]]:
    """Every file under ``folder/CLASS/``, hidden ones left out, by class, both in order; and what
    should hold some and does not: links to nothing, folders that are closed.

    Errors: ``DataError`` for a folder that is missing, unreadable or without classes, and for a
    class without a file.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; give a folder with one folder per class")
    try:
        classes = sorted(
            path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
        )
        files = {
            path.name: sorted(
                file
                for file in path.rglob("*")
                if (os.path.isfile(file) or _is_lost(file))
                and not any(p.startswith(".") for p in file.parts[-2:])
            )
            for path in classes
        }
    except OSError as error:
        raise DataError(
            f"{error.filename or folder}: cannot be read ({error.strerror}); check its permissions"
        ) from error
    if not files:
        raise DataError(
            f"{folder}: no class folders in it; put each class's audio files in a folder named "
            "after the class, as in DATA/kick/*.wav"
        )
    for name, found in files.items():
        if _is_lost(folder / name):
            raise DataError(f"{folder / name}: cannot be read; check its permissions")
        if not found:
            raise DataError(
                f"{folder / name}: class '{name}' is empty; add files to it or remove the folder"
            )
    return files


def _is_lost(path: Path) -> bool:
    """Whether nothing can be had from it: none of ``os.path``'s questions raises."""
    closed = os.path.isdir(path) and not os.access(path, os.R_OK | os.X_OK)
    return closed or not os.path.exists(path)


def folder_hash(
    folder: Path, files: dict[str, list[Path]], slice_len: int, sample_rate: int
) -> str:
    """12 hex digits of the files, the manifest and the settings."""
    digest = hashlib.sha256(json.dumps([LAYOUT, slice_len, sample_rate]).encode())
    for file in [*(file for found in files.values() for file in found), folder / MANIFEST]:
        digest.update(file.relative_to(folder).as_posix().encode())
        try:
            size = file.stat().st_size
            with file.open("rb") as opened:
                if size > LARGE_BYTES:
                    digest.update(f"{size}".encode() + opened.read(2**20))
                else:
                    digest.update(hashlib.sha256(opened.read()).digest())
        except OSError:
            digest.update(b"unreadable")
    return digest.hexdigest()[:12]


def read_folder(
    folder: Path, files: dict[str, list[Path]], key: str, slice_len: int, sample_rate: int,
    progress: Progress = untold,
) -> HitSet:  # fmt: skip
    """The hits of ``files`` with what the manifest tells of them.

    A file without a ``source_drum`` is a drum of its own. Where the manifest's ``split`` keeps no
    file from training, ``hold_out`` chooses. Errors: ``DataError`` where a class has no usable hit.
    """
    names, audio, skipped = _make_uniform(folder, files, slice_len, sample_rate, progress)
    classes = tuple(files)
    label = np.array([classes.index(name.split("/")[0]) for name in names], dtype=np.int64)
    for i, name in enumerate(classes):
        if not (label == i).any():
            reasons = Counter(r for f, r in skipped.items() if f.startswith(name + "/"))
            why = ", ".join(f"{n} {r}" for r, n in reasons.items())
            raise DataError(
                f"{folder / name}: class '{name}' has no usable hit ({why}); "
                "add files to it or remove the folder"
            )
    manifest = read_manifest(folder)
    rows = [manifest.get(name, Row()) for name in names]
    drums = tuple(row.drum or name for row, name in zip(rows, names, strict=True))
    told = {drum for row, drum in zip(rows, drums, strict=True) if row.held_out}
    held = np.array([drum in told for drum in drums]) if told else hold_out(drums, label)
    for i, name in enumerate(classes):
        if held[label == i].all():
            raise DataError(
                f"{folder / MANIFEST}: its split leaves class '{name}' nothing to train on; "
                "mark some of its drums 'train'"
            )
    return HitSet(
        classes, audio, label, balanced(np.array([row.weight for row in rows]), label), held,
        drums, tuple(names), key, sample_rate, slice_len, skipped,
        dict(Counter(row.licence for row in rows if row.licence)),
    )  # fmt: skip


def _make_uniform(
    folder: Path, files: dict[str, list[Path]], slice_len: int, sample_rate: int,
    progress: Progress,
) -> tuple[list[str], np.ndarray, dict[str, str]]:  # fmt: skip
    names, hits, skipped = [], [], {}
    every = [file for found in files.values() for file in found]
    for number, file in enumerate(every):
        progress(number, len(every))
        name = file.relative_to(folder).as_posix()
        hit = _read(file, slice_len, sample_rate)
        if isinstance(hit, str):
            skipped[name] = hit
        else:
            names.append(name)
            hits.append(hit)
    if not hits:
        why = ", ".join(f"{n} {reason}" for reason, n in Counter(skipped.values()).items())
        raise DataError(f"{folder}: no usable audio file ({why}); add WAV, FLAC or AIFF hits")
    return names, np.stack(hits), skipped


def _read(file: Path, slice_len: int, sample_rate: int) -> np.ndarray | str:
    """The file's uniform hit, or why it has none."""
    import soundfile

    if os.path.isdir(file):
        return "unreadable folder"
    if os.path.islink(file) and not os.path.exists(file):
        return "link to nothing"
    if file.suffix.lower() not in SUFFIXES:
        return "not audio"
    try:
        with soundfile.SoundFile(file) as sound:
            if sound.frames > LONGEST_S * sound.samplerate:
                return f"longer than {LONGEST_S:g} s"
            wave, rate = sound.read(dtype="float64"), sound.samplerate
    except (OSError, RuntimeError):
        return "corrupt or unreadable"
    return uniform(wave, rate, slice_len, sample_rate)
