"""Is a hit a copy? Distances to the nearest training hit, small shifts in time forgiven."""

import numpy as np

from astrodrum_live.evaluation.comparison import Comparison
from astrodrum_live.evaluation.features import RATE, clips, mel_shapes
from astrodrum_live.evaluation.scores import Scores
from astrodrum_live.training.hits import HitSet

REACH_MS = 10.0
STEP_MS = 2.5
CHUNK = 256


def nearest(
    queries: np.ndarray, known: np.ndarray, forbidden: np.ndarray | None = None
) -> np.ndarray:
    """Distance (n,) in dB of clips to the nearest of ``known``, the least over shifts of +-10 ms.

    ``queries``: clips (n, 32768) of features.py. ``known``: ``mel_shapes`` (m, F), unshifted.
    ``forbidden``: bool (n, m), pairs that do not count. The distance is that of WaveGAN's
    ``eval/similarity``: Euclidean on log-mel, here a root mean square over bands and frames.
    """
    best = np.full(len(queries), np.inf)
    squares = (known**2).sum(axis=1)
    steps = int(REACH_MS / STEP_MS)
    for step in range(-steps, steps + 1):
        shape = mel_shapes(queries, round(step * STEP_MS / 1000 * RATE))
        distance = (shape**2).sum(axis=1)[:, None] + squares[None] - 2 * shape @ known.T
        if forbidden is not None:
            distance[forbidden] = np.inf
        best = np.minimum(best, np.sqrt(np.maximum(distance, 0)).min(axis=1))
    return best


def shapes_of(hits: HitSet, index: np.ndarray) -> np.ndarray:
    """``mel_shapes`` (n, F) of the hits at ``index``, a few at a time: sound is large."""
    parts = [
        mel_shapes(clips(hits.waves(index[i : i + CHUNK]), hits.sample_rate))
        for i in range(0, len(index), CHUNK)
    ]
    return np.concatenate(parts)


def measure_copying(comparison: Comparison, scores: Scores) -> None:
    """Put ``novelty`` and ``near_copies``: distances to the nearest training hit of any class.

    ``novelty``: the generated hits' median over that of training hits to those of *other* drums,
    each the mean over classes; its ``kit`` floor is that of held-out drums. ``near_copies``: the
    share nearer than 1 % of those training hits are.
    """
    hits, draws = comparison.reference.hits, comparison.draws
    if not draws.counts:
        scores.missing |= dict.fromkeys(("novelty", "near_copies"), "too few training hits")
        return
    drums = np.unique(hits.drums, return_inverse=True)[1]
    shared = np.isin(hits.label, list(draws.counts))
    train, held = np.flatnonzero(shared & ~hits.held_out), np.flatnonzero(shared & hits.held_out)
    known = shapes_of(hits, train)
    pick, real = comparison.picks[0], draws.draws[0].real
    made_far = nearest(clips(comparison.waves[pick], comparison.rate), known)
    same_drum = drums[real][:, None] == drums[train][None]
    real_far = nearest(clips(hits.waves(real), hits.sample_rate), known, same_drum)
    held_far = nearest(clips(hits.waves(held), hits.sample_rate), known)
    made, own = _medians(made_far, draws.label), _medians(real_far, draws.label)
    for label, far in made.items():
        scores.put_class(comparison.name(label), novelty=far / own[label])
    unseen = _medians(held_far, hits.label[held])
    kit = None
    if unseen:
        kit = _mean(unseen) / _mean({label: own[label] for label in unseen})
    scores.put("novelty", _mean(made) / _mean(own), 1.0, kit)
    near = np.percentile(real_far, 1)
    kit_near = float((held_far < near).mean()) if len(held) else None
    scores.put("near_copies", float((made_far < near).mean()), 0.01, kit_near)


def _medians(far: np.ndarray, label: np.ndarray) -> dict[int, float]:
    return {int(c): float(np.median(far[label == c])) for c in np.unique(label)}


def _mean(medians: dict[int, float]) -> float:
    return float(np.mean(list(medians.values())))
