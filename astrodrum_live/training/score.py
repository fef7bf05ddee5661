"""The scores of a model folder: accuracy beside its floors, novelty, defects, speed."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from astrodrum_live.model.checkpoint import Model
from astrodrum_live.training.data import HitSet
from astrodrum_live.training.evaluate import (
    NearestHit,
    class_scores,
    defects,
    leave_one_drum_out,
)
from astrodrum_live.training.sheet import draw_sheet

SHOWN = 6
TIMED = 60


def make_hits(model: Model, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """``count`` raw hits of every class from the prior: (n, slice_len) and their labels (n,)."""
    classes = len(model.config.classes)
    label = np.repeat(np.arange(classes), count)
    seeds = seed * 1_000_003 + np.arange(len(label))
    z = np.stack([model.prior.sample(int(c), int(s)) for c, s in zip(label, seeds, strict=True)])
    mix = np.eye(classes, dtype=np.float32)[label]
    parts = [
        model.generate(z[i : i + 16], mix[i : i + 16], seeds[i : i + 16].astype(np.uint64))
        for i in range(0, len(label), 16)
    ]
    return np.concatenate(parts), label


def score_model(
    model: Model, hits: HitSet, count: int, seed: int, sheet: Path | None = None
) -> dict[str, Any]:
    """Scores of ``count`` hits per class against the training and the held-out hits.

    ``accuracy``: share of generated hits whose nearest real training hit is of the class asked
    for. ``floors``: the same for real hits: those of the held-out drums, and every hit judged by
    other drums only. ``novelty``: median distance of generated hits to their nearest training hit
    over that of the held-out hits; well under 1 would be copying. ``ms_per_hit``: one thread.
    """
    rate = hits.sample_rate
    train, held = np.flatnonzero(~hits.held_out), np.flatnonzero(hits.held_out)
    nearest = NearestHit.fit(hits.waves(train), hits.label[train], rate)
    waves, label = make_hits(model, count, seed)
    distance = nearest.distances(waves)
    found = nearest.label[distance.argmin(axis=1)] == label
    every = leave_one_drum_out(hits.waves(np.arange(len(hits.label))), hits.label, hits.drums, rate)
    floors = {"other_drums": class_scores(every, hits.label, hits.classes)}
    scores: dict[str, Any] = {
        "accuracy": class_scores(found, label, hits.classes),
        "hits_per_class": count,
        "seed": seed,
        "floors": floors,
    }
    if len(held):
        unseen = nearest.distances(hits.waves(held))
        right = nearest.label[unseen.argmin(axis=1)] == hits.label[held]
        floors["held_out_drums"] = class_scores(right, hits.label[held], hits.classes)
        scores["novelty"] = round(float(np.median(distance.min(1)) / np.median(unseen.min(1))), 3)
    scores["defects"] = defects(waves, rate)
    scores["ms_per_hit"] = time_hits(model)
    if sheet:
        _sheet(sheet, waves, label, hits)
    return scores


def time_hits(model: Model) -> dict[str, float]:
    """Milliseconds for one hit alone on one CPU thread, noise and all: median, 99th percentile."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    config = model.config
    mix = np.eye(len(config.classes), dtype=np.float32)[:1]
    spent = []
    for seed in range(TIMED):
        z = model.prior.sample(0, seed)[None]
        start = time.perf_counter()
        model.generate(z, mix, np.array([seed], dtype=np.uint64))
        spent.append((time.perf_counter() - start) * 1000)
    torch.set_num_threads(threads)
    warm = spent[10:]
    return {
        "p50": round(float(np.median(warm)), 2),
        "p99": round(float(np.percentile(warm, 99)), 2),
    }


def _sheet(path: Path, waves: np.ndarray, label: np.ndarray, hits: HitSet) -> None:
    random = np.random.RandomState(0)
    made, real = [], []
    for i in range(len(hits.classes)):
        made.append(waves[label == i][:SHOWN])
        members = np.flatnonzero(hits.label == i)
        chance = hits.weight[members] / hits.weight[members].sum()
        picked = random.choice(members, min(SHOWN, len(members)), replace=False, p=chance)
        real.append(hits.waves(picked))
    fewest = min(len(one) for one in real)
    draw_sheet(path, made, [one[:fewest] for one in real], hits.classes, hits.sample_rate)
