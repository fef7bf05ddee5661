"""The real hits a model is held against, embedded once and kept in the cache."""

import os
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from astrodrum_live.evaluation.embeddings import Embeddings, Seen
from astrodrum_live.evaluation.features import FRAMES
from astrodrum_live.training.data import load_hits
from astrodrum_live.training.folder import Progress, untold
from astrodrum_live.training.hit_cache import cache_folder, read_hits
from astrodrum_live.training.hits import HitSet

CHUNK = 512


@dataclass(frozen=True)
class Reference:
    """Real hits and what the embeddings see in them."""

    hits: HitSet
    seen: Seen
    embeddings: Embeddings


def read_reference(sources: Sequence[Path], embeddings: Embeddings) -> Reference:
    """The hits of class folders or cache files, embedded. Errors: ``DataError``.

    Folders are read at 0.74 s, whatever the model's length; a cache file has the length it has.
    """
    hits = reference_hits(sources)
    return Reference(hits, embed_hits(hits, embeddings), embeddings)


def reference_hits(sources: Sequence[Path], progress: Progress = untold) -> HitSet:
    """The hits of ``read_reference``. Errors: ``DataError``."""
    caches = [path for path in sources if path.suffix == ".npz" and not path.is_dir()]
    frames = read_hits(caches[0]).slice_len if caches else FRAMES
    return load_hits(sources, frames, progress=progress)


def embed_hits(hits: HitSet, embeddings: Embeddings, progress: Progress = untold) -> Seen:
    """What the embeddings see in all of the hits."""
    path = cache_folder() / f"seen-{hits.hash}-{embeddings.hash}.npz"
    stored = _read(path, len(hits.label))
    if stored:
        return stored
    parts, count = [], len(hits.label)
    for i in range(0, count, CHUNK):
        some = np.arange(i, min(i + CHUNK, count))
        parts.append(embeddings.see(hits.waves(some), hits.sample_rate))
        progress(i + len(some), count)
    names = ("e1", "e2", "scores")
    seen = Seen(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    _write(path, seen)
    return seen


def _read(path: Path, count: int) -> Seen | None:
    try:
        with np.load(path, allow_pickle=False) as stored:
            seen = Seen(stored["e1"], stored["e2"], stored["scores"])
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None  # absent or half written: made again
    return seen if len(seen.e1) == count else None


def _write(path: Path, seen: Seen) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with suppress(OSError):  # a cache that cannot be kept only costs time
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as out:
            np.savez(out, e1=seen.e1, e2=seen.e2, scores=seen.scores)
        os.replace(part, path)
