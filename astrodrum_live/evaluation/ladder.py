"""The sanity ladder: real hits damaged by degrees; a measure worth having worsens at every rung."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy.signal import butter, sosfiltfilt

from astrodrum_live.evaluation.bins import make_bins
from astrodrum_live.evaluation.draws import plan_draws
from astrodrum_live.evaluation.measures import SETS
from astrodrum_live.evaluation.reference import Reference
from astrodrum_live.evaluation.sets import compare, mean_of

MOST = 128  # hits of a class in each half
REPEATS = 4
ORDER = 8  # of the Butterworth low-pass, run both ways
Damage = Callable[[np.ndarray, np.ndarray, np.random.RandomState, int], np.ndarray]


def low_pass(hertz: float) -> Damage:
    """No highs above ``hertz``."""

    def damage(
        waves: np.ndarray, label: np.ndarray, random: np.random.RandomState, rate: int
    ) -> np.ndarray:
        sections = butter(ORDER, hertz / (rate / 2), output="sos")
        return sosfiltfilt(sections, waves, axis=1).astype(np.float32)

    return damage


def bits(count: int) -> Damage:
    """Rounded to ``count`` bits."""

    def damage(
        waves: np.ndarray, label: np.ndarray, random: np.random.RandomState, rate: int
    ) -> np.ndarray:
        steps = 2 ** (count - 1)
        return (np.round(waves * steps) / steps).astype(np.float32)

    return damage


def jitter(ms: float) -> Damage:
    """Each onset late by a random time of up to ``ms``."""

    def damage(
        waves: np.ndarray, label: np.ndarray, random: np.random.RandomState, rate: int
    ) -> np.ndarray:
        late = random.randint(0, int(ms / 1000 * rate) + 1, len(waves))
        moved = np.zeros_like(waves)
        for row, (wave, frames) in enumerate(zip(waves, late, strict=True)):
            moved[row, frames:] = wave[: len(wave) - frames]
        return moved

    return damage


def class_noise(share: float) -> Damage:
    """Mixed with noise under the mean envelope of the hit's class, ``share`` of the energy."""

    def damage(
        waves: np.ndarray, label: np.ndarray, random: np.random.RandomState, rate: int
    ) -> np.ndarray:
        mixed = np.empty_like(waves)
        for c in np.unique(label):
            mine = label == c
            envelope = np.sqrt((waves[mine] ** 2).mean(axis=0))
            noise = random.randn(int(mine.sum()), waves.shape[1]) * envelope
            noise *= np.sqrt((waves[mine] ** 2).sum(1) / (noise**2).sum(1).clip(1e-12))[:, None]
            mixed[mine] = np.sqrt(1 - share) * waves[mine] + np.sqrt(share) * noise
        return mixed

    return damage


FAMILIES: dict[str, tuple[tuple[str, Damage], ...]] = {
    "low-pass": tuple((f"{k} kHz", low_pass(1000.0 * k)) for k in (16, 8, 4)),
    "bits": tuple((f"{n} bits", bits(n)) for n in (8, 6, 4)),
    "onset jitter": tuple((f"{ms} ms", jitter(ms)) for ms in (2, 10, 50)),
    "class noise": tuple((f"{p} %", class_noise(p / 100)) for p in (5, 20, 50)),
}


def climb(
    reference: Reference, seed: int = 0, told: Callable[[str], None] = lambda rung: None
) -> Iterator[dict[str, Any]]:
    """One row per rung: ``family``, ``rung`` and the measures of ``compare``.

    Each family starts, as rung ``undamaged``, from one half of the real training hits against the
    other: the ``iid`` floor. The same halves are damaged at every rung; means over four draws.
    """
    hits, embeddings = reference.hits, reference.embeddings
    labels = tuple(range(len(hits.classes)))
    draws = plan_draws(hits, labels, MOST, REPEATS, seed)
    taught = embeddings.classes
    known = np.array([taught.index(name) for name in hits.classes if name in taught], dtype=int)
    centres = make_bins(reference.seen.e1[~hits.held_out], len(draws.label), seed)
    halves = [
        (reference.seen[draw.real], hits.waves(draw.iid), reference.seen[draw.iid])
        for draw in draws.draws
    ]
    start = mean_of([compare(real, iid, draws.label, known, centres) for real, _, iid in halves])
    for family, rungs in FAMILIES.items():
        yield {"family": family, "rung": "undamaged", **start}
        for rung, damage in rungs:
            told(f"{family}, {rung}")
            found = []
            for k, (real, waves, _) in enumerate(halves):
                random = np.random.RandomState([seed & 0xFFFFFFFF, k])
                damaged = damage(waves, draws.label, random, hits.sample_rate)
                seen = embeddings.see(damaged, hits.sample_rate)
                found.append(compare(real, seen, draws.label, known, centres))
            yield {"family": family, "rung": rung, **mean_of(found)}


def steady(rows: list[dict[str, Any]]) -> dict[str, dict[str, bool]]:
    """measure -> family -> whether it worsened at every rung."""
    up = {measure.name: measure.up for measure in SETS}
    return {
        name: {
            family: _worsens([r[name] for r in rows if r["family"] == family], up[name])
            for family in dict.fromkeys(row["family"] for row in rows)
        }
        for name in rows[0]
        if name in up
    }


def _worsens(values: list[float], up: bool) -> bool:
    steps = np.diff(values)
    return bool((steps < 0).all() if up else (steps > 0).all())
