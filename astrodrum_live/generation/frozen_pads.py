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

import numpy as np

from astrodrum_live.layers import NEAREST, layer_of
from astrodrum_live.model.bank import Bank
from astrodrum_live.model.dynamics import NEUTRAL
from astrodrum_live.model.npz import read_npz
from astrodrum_live.params import PAD_PARAMS
from astrodrum_live.places import cache_folder

FOLDER = "pads"
KEPT = 200  # files in the cache, at most 0.4 MB each for hits of 0.74 s
MOST_BYTES = 16 << 20
HITS = 2  # per layer of a pad

_HIT_ROWS = [
    (index, row)
    for index, row in enumerate(PAD_PARAMS)
    if row.stage == "hit" and row.name not in ("drift", "wander")  # frozen hits are of its home
]


@dataclass(frozen=True, slots=True)
class FrozenPad:
    """``audio``: n hits, int16 (frames,), ready to play at ``rate`` Hz. ``seeds``: uint64 (n,).
    ``velocities``: float (n,), 0..1, what strokes they were made for."""

    audio: Sequence[np.ndarray]
    seeds: np.ndarray
    velocities: np.ndarray
    rate: int

    def of(self, layer: int) -> list[int]:
        """Which hits a layer plays: its own, or the nearest layer's that has some."""
        layers = [layer_of(float(velocity)) for velocity in self.velocities]
        nearest = next(other for other in NEAREST[layer] if other in layers)
        return [index for index, own in enumerate(layers) if own == nearest]


def pad_key(
    model_hash: str,
    mix: Mapping[str, float],
    row: np.ndarray,
    latent: Sequence[float] = (),
    there: Sequence[object] = (),
) -> str:
    """The name of all that a pad's hits are made from: 16 hex digits.

    ``latent``: the pad's own centre; empty where its seed names one. ``there``: what else tells
    the place that it is on its way to.
    Only rows off their defaults are told, by name: a row that is added later renames no pad.
    """
    turned = {one.name: float(row[i]) for i, one in _HIT_ROWS if row[i] != one.default}
    told: list[object] = [model_hash, sorted(mix.items()), turned]
    told += [list(latent)] if latent or there else []
    told += there
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def class_pad(bank: Bank, label: int) -> FrozenPad:
    """A class's hits of a model's bank, for any stroke."""
    seeds = bank.seeds[label]
    return FrozenPad(bank.audio[label], seeds, np.full(len(seeds), NEUTRAL), bank.sample_rate)


def load_pad(model: Path, key: str) -> FrozenPad | None:
    """The frozen hits of a pad, or None where there are none (or they cannot be read)."""
    for folder in (cache_folder() / FOLDER, model / FOLDER):
        try:
            return _pad_of(read_npz(folder / f"{key}.npz", MOST_BYTES))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def _pad_of(stored: Mapping[str, np.ndarray]) -> FrozenPad:
    """What a file holds. Before there were layers it held hits of one length, for any stroke.

    Errors: ``ValueError``, ``KeyError`` where it is none of ours.
    """
    audio, seeds, rate = stored["audio"], stored["seeds"], int(stored["rate"])
    if audio.dtype != np.int16 or not seeds.size or seeds.ndim != 1 or not 8000 <= rate <= 192000:
        raise ValueError("no hits")
    if audio.ndim == 2:
        return FrozenPad(list(audio), seeds, np.full(len(audio), NEUTRAL), rate)
    frames, velocities = stored["frames"], stored["velocities"]
    if audio.ndim != 1 or frames.dtype.kind != "i" or frames.ndim != 1 or frames.min() < 1:
        raise ValueError("hits have no lengths")
    if velocities.dtype.kind != "f" or not ((velocities >= 0) & (velocities <= 1)).all():
        raise ValueError("strokes have no velocities")
    ends = np.cumsum(frames)
    if len(ends) != len(seeds) or len(velocities) != len(seeds) or ends[-1] != audio.size:
        raise ValueError("hits are missing")
    return FrozenPad(np.split(audio, ends[:-1]), seeds, velocities, rate)


def save_pad(folder: Path, key: str, pad: FrozenPad) -> None:
    """Write ``folder/KEY.npz`` in one step, and let the oldest of too many go."""
    folder.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    np.savez_compressed(
        out,
        audio=np.concatenate(pad.audio),
        frames=np.array([len(hit) for hit in pad.audio], np.int64),
        seeds=pad.seeds,
        velocities=pad.velocities,
        rate=np.int64(pad.rate),
    )
    half_written = folder / f".{key}.{os.getpid()}"
    half_written.write_bytes(out.getvalue())
    half_written.replace(folder / f"{key}.npz")
    kept = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-KEPT]:
        path.unlink(missing_ok=True)
