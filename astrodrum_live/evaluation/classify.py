"""What the CNN calls a hit: accuracy under the class asked for, and the inception score."""

import numpy as np

from astrodrum_live.evaluation.comparison import Comparison
from astrodrum_live.evaluation.scores import Scores


def probabilities(scores: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Softmax (n, len(known)) over the columns ``known`` of class scores (n, C)."""
    chosen = scores[:, known]
    share = np.exp(chosen - chosen.max(axis=1, keepdims=True))
    return share / share.sum(axis=1, keepdims=True)


def inception_score(share: np.ndarray) -> float:
    """exp of the mean divergence of p(class | hit) from p(class) (Salimans et al. 2016)."""
    logs = np.log(share + 1e-12) - np.log(share.mean(axis=0) + 1e-12)
    return float(np.exp((share * logs).sum(axis=1).mean()))


def measure_accuracy(comparison: Comparison, scores: Scores) -> None:
    """Put the share of hits the CNN calls their class, the mean over classes, and per class.

    Floors: ``iid``, training hits, which the CNN was taught as well; ``kit``, hits of drums held
    out from it. A class the CNN was not taught has none.
    """
    reference, known = comparison.reference, comparison.known
    hits, taught = reference.hits, reference.embeddings.classes
    labels = [i for i in comparison.shared if comparison.name(i) in taught]
    unknown = [comparison.name(i) for i in comparison.shared if i not in labels]
    if unknown:
        scores.missing["accuracy of " + ", ".join(unknown)] = "the CNN was not taught the class"
    if len(known) < 2:
        scores.missing["accuracy"] = "the CNN knows fewer than two of the shared classes"
        return
    order = np.array(labels)
    made = order[probabilities(comparison.seen.scores, known).argmax(axis=1)] == comparison.label
    real = order[probabilities(reference.seen.scores, known).argmax(axis=1)] == hits.label
    share: dict[str, list[float]] = {"made": [], "train": [], "held": []}
    for label in labels:
        mine, held = hits.label == label, hits.held_out
        figures = {
            "accuracy": _mean(made[comparison.label == label]),
            "accuracy_unseen": _mean(real[mine & held]),
            "unseen_hits": float((mine & held).sum()),
        }
        scores.put_class(comparison.name(label), **figures)
        share["made"].append(figures["accuracy"])
        share["held"].append(figures["accuracy_unseen"])
        share["train"].append(_mean(real[mine & ~held]))
    unseen = np.array(share["held"])
    kit = float(np.nanmean(unseen)) if np.isfinite(unseen).any() else None
    scores.put("accuracy", _mean(np.array(share["made"])), _mean(np.array(share["train"])), kit)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")
