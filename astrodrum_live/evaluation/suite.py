"""The whole evaluation of a model, and what of it is kept in the model's config."""

import platform
from collections.abc import Callable
from typing import Any

from astrodrum_live.evaluation.classify import measure_accuracy
from astrodrum_live.evaluation.comparison import Comparison, compare_with
from astrodrum_live.evaluation.copying import measure_copying
from astrodrum_live.evaluation.defects import measure_defects
from astrodrum_live.evaluation.reference import Reference
from astrodrum_live.evaluation.scores import Scores
from astrodrum_live.evaluation.sets import measure_sets
from astrodrum_live.evaluation.speed import measure_speed
from astrodrum_live.evaluation.texture import measure_texture
from astrodrum_live.model.player import Model

DEFAULT_HITS = 1024


def evaluate(
    model: Model, reference: Reference, count: int = DEFAULT_HITS, seed: int = 0,
    done: Callable[[int], None] = lambda count: None,
) -> tuple[dict[str, Any], Comparison]:  # fmt: skip
    """The scores, JSON-ready, of about ``count`` hits, and the hits themselves.

    A pure function of model, reference, embeddings, ``count`` and ``seed``, but for the speeds.
    ``scores["measures"]``: name -> value, floors ``iid`` and ``kit``, target, met (or None).
    What cannot be had stands in ``scores["missing"]`` with its reason. ``done`` is told how many
    hits are made. Errors: ``EvaluationError`` where model and reference share no class.
    """
    comparison = compare_with(model, reference, count, seed, done)
    hits, draws = reference.hits, comparison.draws
    scores = Scores(missing=dict(draws.missing))
    own, real = model.config.classes, hits.classes
    for name in sorted(set(own) ^ set(real)):
        side = "model" if name in own else "reference"
        scores.missing[f"class {name}"] = f"only the {side} has it"
    measure_sets(comparison, scores, seed)
    measure_accuracy(comparison, scores)
    measure_copying(comparison, scores)
    measure_texture(comparison, scores)
    measure_defects(comparison, scores)
    for name, value in measure_speed(model).items():
        scores.put(name, value)
    return {
        "hash": model.hash,
        "reference": hits.hash,
        "embeddings": reference.embeddings.hash,
        "seed": seed,
        "hits": len(comparison.label),
        "seconds": round(model.config.slice_len / model.config.sample_rate, 3),
        "seconds_real": round(hits.slice_len / hits.sample_rate, 3),
        "compared": len(draws.label),
        "draws": len(draws.draws),
        "machine": f"{platform.machine()}, {platform.system()}, {model.device}",
        "measures": scores.measures,
        "classes": scores.classes,
        "missing": scores.missing,
    }, comparison
