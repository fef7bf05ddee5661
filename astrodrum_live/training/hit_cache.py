"""Uniform hits in one file, so that a run needs neither the recordings nor a reader for them.

An ``.npz`` of int16 audio and one JSON text; nothing in it is pickled. Left in the user's cache it
spares reading a folder again; written compressed it goes to a machine with numpy alone.
"""

import json
import os
import zipfile
from pathlib import Path

import numpy as np

from astrodrum_live.training.hits import DataError, HitSet

FORMAT = 1
ARRAYS = ("audio", "label", "weight", "held_out")
TOLD = ("classes", "drums", "files", "hash", "sample_rate", "slice_len", "skipped", "licences")


def cache_folder() -> Path:
    """Where caches lie: ``$ASTRODRUM_CACHE``, or else ``$XDG_CACHE_HOME/astrodrum``."""
    if override := os.environ.get("ASTRODRUM_CACHE"):
        return Path(override)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "astrodrum"


def save_hits(path: Path, hits: HitSet, compact: bool = False) -> None:
    """Write ``hits`` to ``path`` in one step; ``compact`` packs them. Errors: ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    told = {"format": FORMAT} | {name: getattr(hits, name) for name in TOLD}
    arrays = {name: getattr(hits, name) for name in ARRAYS}
    write = np.savez_compressed if compact else np.savez
    try:
        with part.open("wb") as out:
            write(out, told=json.dumps(told), **arrays)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read_hits(path: Path) -> HitSet:
    """The hits in ``path``. Errors: ``DataError`` where it is missing, cut or another file."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            told = json.loads(str(stored["told"]))
            arrays = {name: stored[name] for name in ARRAYS}
        if told["format"] != FORMAT:
            raise ValueError(f"format {told['format']!r}, this program reads {FORMAT}")
        values = {name: told[name] for name in TOLD} | arrays
        for name in ("classes", "drums", "files"):
            values[name] = tuple(values[name])
        hits = HitSet(**values)
        if {len(getattr(hits, name)) for name in (*ARRAYS, "drums", "files")} != {len(hits.label)}:
            raise ValueError("its tables differ in length")
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: is no whole cache of hits ({error}); make it again with "
            "'astrodrum train DATA --only-cache FILE.npz'"
        ) from error
    return hits
