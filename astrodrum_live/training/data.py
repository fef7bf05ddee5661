"""Where hits come from: class folders and cache files, alone or several made one."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from astrodrum_live.training.folder import Progress, class_files, folder_hash, read_folder, untold
from astrodrum_live.training.hit_cache import cache_folder, read_hits, save_hits
from astrodrum_live.training.hits import DataError, HitSet, balanced


def load_hits(
    sources: Path | Sequence[Path], slice_len: int, sample_rate: int = 44100,
    cache_dir: Path | None = None, progress: Progress = untold,
) -> HitSet:  # fmt: skip
    """The hits of one or several sources: folders of class folders, or files of ``save_hits``.

    ``progress``: told of the files read of each folder that is not kept yet. ``cache_dir``: where
    folders once read are kept; default ``hit_cache.cache_folder()``.
    ``manifest.py`` says what a folder's ``manifest.csv`` may tell.
    Errors: ``DataError`` for a source that is missing, empty or unreadable, has a class without a
    hit, or was cached with other settings.
    """
    paths = [Path(sources)] if isinstance(sources, str | Path) else [Path(p) for p in sources]
    if not paths:
        raise DataError("no data given; give a folder with one folder per class")
    cache_dir = cache_dir or cache_folder()
    return merge([_load(path, slice_len, sample_rate, cache_dir, progress) for path in paths])


def merge(sets: Sequence[HitSet]) -> HitSet:
    """One set of several: classes united and in order, weights again of mean 1 in each class.

    Each set keeps its own choice of drums for validation, so that a set is held out alike alone
    and among others. Two sets share a drum if their manifests name it alike; it is then held out
    of both if of one. A file that is a drum of its own gets its set's number before its name.
    """
    if len(sets) == 1:
        return sets[0]
    classes = tuple(sorted({name for hits in sets for name in hits.classes}))
    place = [np.array([classes.index(name) for name in hits.classes]) for hits in sets]
    label = np.concatenate([to[hits.label] for to, hits in zip(place, sets, strict=True)])
    drums = tuple(
        f"{i}/{drum}" if drum == file else drum
        for i, hits in enumerate(sets)
        for drum, file in zip(hits.drums, hits.files, strict=True)
    )
    held = np.concatenate([hits.held_out for hits in sets])
    chosen = {drum for drum, out in zip(drums, held, strict=True) if out}
    held = np.array([drum in chosen for drum in drums])
    for i, name in enumerate(classes):
        if held[label == i].all():
            raise DataError(f"class '{name}': the sources keep all its drums for validation")
    licences: Counter[str] = Counter()
    for hits in sets:
        licences.update(hits.licences)
    return HitSet(
        classes,
        np.concatenate([hits.audio for hits in sets]),
        label,
        balanced(np.concatenate([hits.weight for hits in sets]), label),
        held,
        drums,
        tuple(f"{i}/{file}" for i, hits in enumerate(sets) for file in hits.files),
        hashlib.sha256(" ".join(hits.hash for hits in sets).encode()).hexdigest()[:12],
        sets[0].sample_rate,
        sets[0].slice_len,
        {f"{i}/{file}": why for i, hits in enumerate(sets) for file, why in hits.skipped.items()},
        dict(licences),
    )


def _load(
    path: Path, slice_len: int, sample_rate: int, cache_dir: Path, progress: Progress
) -> HitSet:
    if path.suffix == ".npz" and not path.is_dir():
        hits = read_hits(path)
        if (hits.slice_len, hits.sample_rate) != (slice_len, sample_rate):
            raise DataError(
                f"{path}: holds hits of {hits.slice_len} frames at {hits.sample_rate} Hz, asked "
                f"for are {slice_len} at {sample_rate}; use --slice {hits.slice_len}, or cache the "
                "folder again"
            )
        return hits
    files = class_files(path)
    key = folder_hash(path, files, slice_len, sample_rate)
    cache = cache_dir / f"hits-{key}.npz"
    try:
        return read_hits(cache)
    except DataError:  # absent, half written or of another layout: made again
        hits = read_folder(path, files, key, slice_len, sample_rate, progress)
    with suppress(OSError):  # a cache that cannot be kept only costs time
        save_hits(cache, hits)
    return hits
