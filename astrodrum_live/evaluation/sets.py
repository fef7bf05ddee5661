"""Every measure that holds one set of embedded hits against another of the same class mix."""

import numpy as np

from astrodrum_live.evaluation.bins import different_bins, make_bins
from astrodrum_live.evaluation.classify import inception_score, probabilities
from astrodrum_live.evaluation.comparison import Comparison
from astrodrum_live.evaluation.diversity import mean_distance
from astrodrum_live.evaluation.embeddings import Seen
from astrodrum_live.evaluation.frechet import frechet_distance, frechet_infinite
from astrodrum_live.evaluation.kernel import kernel_distance
from astrodrum_live.evaluation.measures import SETS
from astrodrum_live.evaluation.neighbours import manifold, two_sample
from astrodrum_live.evaluation.scores import Scores

FEWEST = 32  # hits a side: below, distances between sets say nothing


def compare(
    real: Seen, made: Seen, label: np.ndarray, known: np.ndarray, centres: np.ndarray
) -> dict[str, float]:
    """``measures.SETS`` by name for two sets of N hits whose classes are both ``label`` (N,).

    ``known``: the CNN's columns of the classes compared; with fewer than two there is no
    inception score. ``centres``: of ``bins.make_bins`` on training hits.
    """
    found = {
        "fd_e1": frechet_distance(real.e1, made.e1),
        "fd_e2": frechet_distance(real.e2, made.e2),
        "kid_e2": 1000 * kernel_distance(real.e2, made.e2),
        "ndb_e1": different_bins(centres, real.e1, made.e1),
        "two_sample_e1": two_sample(real.e1, made.e1),
        "two_sample_e2": two_sample(real.e2, made.e2),
        "diversity_e1": spread(made, label) / spread(real, label),
    }
    for name, a, b in (("e1", real.e1, made.e1), ("e2", real.e2, made.e2)):
        unbiased = frechet_infinite(a, b)
        if unbiased is not None:
            found[f"fd_inf_{name}"] = unbiased
        found |= {f"{key}_{name}": value for key, value in manifold(a, b).items()}
    if len(known) > 1:
        scores = [inception_score(probabilities(seen.scores, known)) for seen in (made, real)]
        found["is_ratio"] = scores[0] / scores[1]
    return found


def spread(seen: Seen, label: np.ndarray) -> float:
    """Mean over classes of the mean distance (E1) between two hits of the class."""
    return float(np.nanmean([mean_distance(seen.e1[label == c]) for c in np.unique(label)]))


def measure_sets(comparison: Comparison, scores: Scores, seed: int) -> None:
    """Put every measure of two sets: generated against training hits, and the two floors."""
    draws, seen, known = comparison.draws, comparison.reference.seen, comparison.known
    count = len(draws.label)
    if count < FEWEST:
        why = f"the reference gives sets of {count} hits; {FEWEST} are the fewest: add recordings"
        scores.missing |= {measure.name: why for measure in SETS}
        return
    if len(known) < 2:
        scores.missing["is_ratio"] = "the CNN knows fewer than two of the shared classes"
    hits = comparison.reference.hits
    training = np.isin(hits.label, list(draws.counts)) & ~hits.held_out
    centres = make_bins(seen.e1[training], count, seed)
    made, iid, kit = [], [], []
    for draw, pick in zip(draws.draws, comparison.picks, strict=True):
        real = seen[draw.real]
        made.append(compare(real, comparison.seen[pick], draws.label, known, centres))
        iid.append(compare(real, seen[draw.iid], draws.label, known, centres))
        if draw.kit_a is not None and draw.kit_b is not None:
            sides = seen[draw.kit_a], seen[draw.kit_b]
            kit.append(compare(*sides, draws.label, known, centres))
    value, own, other = mean_of(made), mean_of(iid), mean_of(kit)
    for name in (measure.name for measure in SETS):
        if name in value:
            scores.put(name, value[name], own[name], other.get(name))
        elif name.startswith("fd_inf"):
            scores.missing[name] = f"sets of {count} hits are too few to divide"
    for label in draws.counts:
        scores.put_class(comparison.name(label), **_spreads(comparison, label))


def mean_of(rows: list[dict[str, float]]) -> dict[str, float]:
    """The mean of each measure over several draws."""
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]} if rows else {}


def _spreads(comparison: Comparison, label: int) -> dict[str, float]:
    """Mean distance (E1) between two generated and two real hits of a class."""
    mine = comparison.draws.label == label
    pairs = zip(comparison.draws.draws, comparison.picks, strict=True)
    both = [
        (mean_distance(comparison.seen.e1[pick[mine]]),
         mean_distance(comparison.reference.seen.e1[draw.real[mine]]))
        for draw, pick in pairs
    ]  # fmt: skip
    made, real = np.mean(both, axis=0)
    return {"spread": float(made), "spread_real": float(real)}
