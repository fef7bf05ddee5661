"""A folder of class folders, made uniform: one rate, mono, aligned, one level, one length."""

import csv
import hashlib
import json
import os
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from astrodrum_live.model.edges import ONSET_DB, ONSET_FRAMES, PEAK, slice_edges

SUFFIXES = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3", ".w64", ".caf", ".au")
SILENT_DB = -60.0  # a file whose peak lies below is no hit
SHORTEST_S = 0.01
SPARE = 9 / 8  # kept beyond the slice, so that a hit can be pitched up without running out
HELD_OUT = 0.15  # of the drums of a class
LARGEST_HELD_OUT = 0.12  # a drum with a larger share of its class's files stays in training
LAYOUT = 1  # of the cache; a change makes old caches unreadable


class DataError(Exception):
    """The folder cannot be trained on; the message says why and what would help."""


@dataclass(frozen=True)
class HitSet:
    """Uniform hits.

    ``audio``: int16 (n, slice_len * 9 / 8), onset at frame 16, peak -1 dBFS within the slice.
    ``label``: int (n,), index into ``classes``. ``weight``: float (n,), mean 1 in each class.
    ``held_out``: bool (n,), True for the drums kept for validation. ``drums``: name per hit.
    ``skipped``: file -> reason. ``hash``: 12 hex digits of the files and the settings.
    ``licences``: licence -> number of files, where the manifest tells.
    """

    classes: tuple[str, ...]
    audio: np.ndarray
    label: np.ndarray
    weight: np.ndarray
    held_out: np.ndarray
    drums: tuple[str, ...]
    files: tuple[str, ...]
    hash: str
    sample_rate: int
    slice_len: int
    skipped: dict[str, str] = field(default_factory=dict)
    licences: dict[str, int] = field(default_factory=dict)

    def waves(self, index: np.ndarray) -> np.ndarray:
        """The hits at ``index`` as float32 (len(index), slice_len), with the slice's edges."""
        audio = self.audio[index, : self.slice_len].astype(np.float32) / 32767
        return audio * slice_edges(self.slice_len)

    def summary(self) -> dict:
        """Counts a log or a card can print."""
        return {
            "hash": self.hash,
            "hits": len(self.label),
            "held_out": int(self.held_out.sum()),
            "drums": len(set(self.drums)),
            "per_class": {
                name: int((self.label == i).sum()) for i, name in enumerate(self.classes)
            },
            "skipped": dict(Counter(self.skipped.values())),
        }


def load_hits(
    folder: Path, slice_len: int, sample_rate: int = 44100, cache_dir: Path | None = None
) -> HitSet:
    """Read, make uniform and cache the hits under ``folder/CLASS/...``.

    ``cache_dir``: where the int16 cache is kept; default ``$ASTRODRUM_CACHE``, or else
    ``$XDG_CACHE_HOME/astrodrum``.
    A ``manifest.csv`` beside the class folders may give ``file``, ``source_drum`` and
    ``sampling_weight``; without one every file is a drum of its own.
    Errors: ``DataError`` for a folder that is missing, empty, or has a class without a hit.
    """
    folder = Path(folder)
    files = _class_files(folder)
    manifest = _manifest(folder)
    key = _hash(folder, files, slice_len, sample_rate)
    cache = (cache_dir or _default_cache()) / f"hits-{key}.npz"
    found = _read_cache(cache) or _make_uniform(folder, files, slice_len, sample_rate)
    names, audio, skipped = found
    if not cache.exists():
        _write_cache(cache, *found)
    classes = tuple(files)
    label = np.array([classes.index(name.split("/")[0]) for name in names], dtype=np.int64)
    for i, name in enumerate(classes):
        if not (label == i).any():
            reasons = Counter(r for f, r in skipped.items() if f.startswith(name + "/"))
            why = ", ".join(f"{n} {r}" for r, n in reasons.items()) or "no audio files"
            raise DataError(
                f"{folder / name}: class '{name}' has no usable hit ({why}); "
                "add files to it or remove the folder"
            )
    rows = [manifest.get(name, (name, 1.0, "")) for name in names]
    drums = tuple(drum for drum, _, _ in rows)
    weight = np.array([weight for _, weight, _ in rows])
    licences = Counter(licence for _, _, licence in rows if licence)
    for i in range(len(classes)):
        weight[label == i] /= weight[label == i].mean()
    return HitSet(
        classes, audio, label, weight, hold_out(drums, label), drums, tuple(names), key,
        sample_rate, slice_len, skipped, dict(licences),
    )  # fmt: skip


def hold_out(drums: tuple[str, ...], label: np.ndarray) -> np.ndarray:
    """Which hits are kept for validation: whole drums, about 15 % of each class's drums.

    The order of the drums is that of their SHA-1, so the choice depends on names alone. A drum
    that is a large part of a class stays in training; a class of under four drums gives none.
    """
    names = np.array(drums)
    chosen: set[str] = set()
    for i in np.unique(label):
        counts = Counter(names[label == i].tolist())
        total = sum(counts.values())
        if len(counts) < 4:
            continue
        order = sorted(counts, key=lambda name: hashlib.sha1(name.encode()).hexdigest())
        small = [name for name in order if counts[name] <= max(1, LARGEST_HELD_OUT * total)]
        chosen.update(small[: max(1, round(HELD_OUT * len(counts)))])
    held = np.array([name in chosen for name in drums])
    for i in np.unique(label):
        if held[label == i].all():
            held[label == i] = False
    return held


def uniform(wave: np.ndarray, rate: int, slice_len: int, sample_rate: int) -> np.ndarray | str:
    """One file's hit as int16 (slice_len * 9 / 8,), or the reason why there is none.

    ``wave``: float (frames,) or (frames, channels) in [-1, 1] at ``rate``.
    """
    mono = wave.mean(axis=1) if wave.ndim == 2 else wave
    if not np.isfinite(mono).all():
        return "not finite"
    if len(mono) < SHORTEST_S * rate:
        return "too short"
    if rate != sample_rate:
        common = int(np.gcd(rate, sample_rate))
        mono = resample_poly(mono, sample_rate // common, rate // common)
    peak = np.abs(mono).max()
    if peak < 10 ** (SILENT_DB / 20):
        return "silent"
    onset = int(np.argmax(np.abs(mono) > peak * 10 ** (ONSET_DB / 20)))
    frames = int(slice_len * SPARE)
    hit = np.zeros(frames)
    pre = min(onset, ONSET_FRAMES)
    part = mono[onset - pre : onset - pre + frames - (ONSET_FRAMES - pre)]
    hit[ONSET_FRAMES - pre : ONSET_FRAMES - pre + len(part)] = part
    inside = hit[:slice_len] * slice_edges(slice_len)
    peak = np.abs(inside).max()
    if peak < 10 ** (SILENT_DB / 20):
        return "silent"
    return np.round(np.clip(hit * (PEAK / peak), -1, 1) * 32767).astype(np.int16)


def _class_files(folder: Path) -> dict[str, list[Path]]:
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
                if file.is_file() and not any(p.startswith(".") for p in file.parts[-2:])
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
        if not found:
            raise DataError(
                f"{folder / name}: class '{name}' is empty; add files to it or remove the folder"
            )
    return files


def _manifest(folder: Path) -> dict[str, tuple[str, float, str]]:
    path = folder / "manifest.csv"
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    try:
        return {
            row["file"]: (
                row.get("source_drum") or row["file"],
                float(row.get("sampling_weight") or 1.0),
                row.get("licence") or "",
            )
            for row in rows
        }
    except (KeyError, ValueError) as error:
        raise DataError(
            f"{path}: cannot be used ({error!r}); it needs a column 'file' and, if at all, "
            "'source_drum' and a numeric 'sampling_weight'; correct or remove it"
        ) from error


def _hash(folder: Path, files: dict[str, list[Path]], slice_len: int, sample_rate: int) -> str:
    digest = hashlib.sha256(json.dumps([LAYOUT, slice_len, sample_rate]).encode())
    for file in (file for found in files.values() for file in found):
        digest.update(str(file.relative_to(folder).as_posix()).encode())
        try:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        except OSError:
            digest.update(b"unreadable")
    return digest.hexdigest()[:12]


def _make_uniform(
    folder: Path, files: dict[str, list[Path]], slice_len: int, sample_rate: int
) -> tuple[list[str], np.ndarray, dict[str, str]]:
    import soundfile

    names, hits, skipped = [], [], {}
    for file in (file for found in files.values() for file in found):
        name = file.relative_to(folder).as_posix()
        if file.suffix.lower() not in SUFFIXES:
            skipped[name] = "not audio"
            continue
        try:
            wave, rate = soundfile.read(file, dtype="float64")
        except (OSError, RuntimeError):
            skipped[name] = "corrupt or unreadable"
            continue
        hit = uniform(wave, rate, slice_len, sample_rate)
        if isinstance(hit, str):
            skipped[name] = hit
            continue
        names.append(name)
        hits.append(hit)
    if not hits:
        why = ", ".join(f"{n} {reason}" for reason, n in Counter(skipped.values()).items())
        raise DataError(f"{folder}: no usable audio file ({why}); add WAV, FLAC or AIFF hits")
    return names, np.stack(hits), skipped


def _default_cache() -> Path:
    if override := os.environ.get("ASTRODRUM_CACHE"):
        return Path(override)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "astrodrum"


def _read_cache(path: Path) -> tuple[list[str], np.ndarray, dict[str, str]] | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return (
                json.loads(str(stored["names"])),
                stored["audio"],
                json.loads(str(stored["skipped"])),
            )
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None  # absent, half written or of another layout: made again


def _write_cache(path: Path, names: list[str], audio: np.ndarray, skipped: dict[str, str]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        with part.open("wb") as out:
            np.savez(out, names=json.dumps(names), audio=audio, skipped=json.dumps(skipped))
        os.replace(part, path)
    except OSError:
        return  # a cache that cannot be kept only costs time
