"""A few hits of a pad, kept on disk, so that a kit sounds like itself from its first moment.

Looked for in the user's cache, where the generator leaves them for every kit that was played, and
beside the model, where those of the shipped kits lie. Needs numpy only.
"""

import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from astrodrum_live.params import PAD_PARAMS
from astrodrum_live.places import cache_folder

FOLDER = "pads"
KEPT = 200  # files in the cache, at most 0.3 MB each for hits of 0.4 s
HITS = 5  # per pad

_HIT_ROWS = [(index, row) for index, row in enumerate(PAD_PARAMS) if row.stage == "hit"]


@dataclass(frozen=True, slots=True)
class FrozenPad:
    """``audio`` int16 (n, frames), ready to play at ``rate`` Hz. ``seeds`` uint64 (n,)."""

    audio: np.ndarray
    seeds: np.ndarray
    rate: int


def pad_key(
    model_hash: str, mix: Mapping[str, float], row: np.ndarray, latent: Sequence[float] = ()
) -> str:
    """The name of all that a pad's hits are made from: 16 hex digits.

    ``latent``: the pad's own centre; empty where its seed names one.
    Only rows off their defaults are told, by name: a row that is added later renames no pad.
    """
    turned = {one.name: float(row[i]) for i, one in _HIT_ROWS if row[i] != one.default}
    told: list[object] = [model_hash, sorted(mix.items()), turned]
    told += [list(latent)] if latent else []
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def load_pad(model: Path, key: str) -> FrozenPad | None:
    """The frozen hits of a pad, or None where there are none (or they cannot be read)."""
    for folder in (cache_folder() / FOLDER, model / FOLDER):
        try:
            with (
                (folder / f"{key}.npz").open("rb") as file,
                np.load(file, allow_pickle=False) as stored,
            ):
                pad = FrozenPad(stored["audio"], stored["seeds"], int(stored["rate"]))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            continue
        if pad.audio.dtype == np.int16 and pad.audio.ndim == 2 and len(pad.audio):
            return pad
    return None


def save_pad(folder: Path, key: str, pad: FrozenPad) -> None:
    """Write ``folder/KEY.npz`` in one step, and let the oldest of too many go."""
    folder.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    np.savez(out, audio=pad.audio, seeds=pad.seeds, rate=np.int64(pad.rate))
    half_written = folder / f".{key}.{os.getpid()}"
    half_written.write_bytes(out.getvalue())
    half_written.replace(folder / f"{key}.npz")
    kept = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-KEPT]:
        path.unlink(missing_ok=True)
