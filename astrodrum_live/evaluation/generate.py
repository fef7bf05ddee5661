"""The hits that are judged: raw from the network, as many of every class, each of its own seed."""

from collections.abc import Callable

import numpy as np

from astrodrum_live.model.player import Model

BATCH = 16


def make_hits(
    model: Model,
    labels: list[int],
    per_class: int,
    seed: int,
    done: Callable[[int], None] = lambda count: None,
) -> np.ndarray:
    """``per_class`` hits of every class in ``labels``, class after class: float32 (n, slice_len).

    ``done`` is told how many there are.
    """
    label = np.repeat(labels, per_class)
    seeds = seed * 1_000_003 + np.arange(len(label))
    waves = np.empty((len(label), model.config.slice_len), dtype=np.float32)
    columns = np.eye(len(model.config.classes), dtype=np.float32)
    for i in range(0, len(label), BATCH):
        rows = slice(i, min(i + BATCH, len(label)))
        pairs = zip(label[rows], seeds[rows], strict=True)
        z = np.stack([model.prior.sample(int(c), int(s)) for c, s in pairs])
        waves[rows] = model.generate(z, columns[label[rows]], seeds[rows].astype(np.uint64))
        done(rows.stop)
    return waves
