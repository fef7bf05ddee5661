"""A model's hits beside real ones, drawn so that every set has the same size and class mix."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from astrodrum_live.evaluation.draws import Draws, plan_draws
from astrodrum_live.evaluation.embeddings import Seen
from astrodrum_live.evaluation.generate import make_hits
from astrodrum_live.evaluation.reference import Reference
from astrodrum_live.model.player import Model

REPEATS = 5  # random draws; every distance is the mean over them


class EvaluationError(Exception):
    """Model and reference cannot be compared; the message says why and what would help."""


@dataclass(frozen=True)
class Comparison:
    """``waves`` (n, slice_len): raw generated hits at ``rate``, ``label`` (n,) their classes as the
    reference counts them, ``seen`` their embeddings. ``shared``: the classes both sides have.
    ``picks``: for each of ``draws`` the generated hits (N,) of the same class mix.
    """

    reference: Reference
    waves: np.ndarray
    rate: int
    label: np.ndarray
    seen: Seen
    shared: tuple[int, ...]
    draws: Draws
    picks: tuple[np.ndarray, ...]

    @property
    def known(self) -> np.ndarray:
        """The CNN's columns of the shared classes it was taught."""
        taught = self.reference.embeddings.classes
        names = [self.reference.hits.classes[i] for i in self.shared]
        return np.array([taught.index(name) for name in names if name in taught], dtype=np.int64)

    def name(self, label: int) -> str:
        """A class's name."""
        return self.reference.hits.classes[label]


def compare_with(
    model: Model, reference: Reference, count: int, seed: int, done: Callable[[int], None]
) -> Comparison:
    """``count`` hits of ``model`` (as many of every class) and the real sets they are held against.

    Errors: ``EvaluationError`` where the model has none of the reference's classes.
    """
    hits, own = reference.hits, model.config.classes
    shared = tuple(i for i, name in enumerate(hits.classes) if name in own)
    if not shared:
        raise EvaluationError(
            f"{model.card.folder}: its classes ({', '.join(own)}) are none of the reference's "
            f"({', '.join(hits.classes)}); give --reference a set with folders of the same names"
        )
    per_class = max(1, count // len(shared))
    draws = plan_draws(hits, shared, per_class, REPEATS, seed)
    waves = make_hits(model, [own.index(hits.classes[i]) for i in shared], per_class, seed, done)
    label = np.repeat(shared, per_class)
    rate = model.config.sample_rate
    seen = reference.embeddings.see(waves, rate)
    random = np.random.RandomState([seed & 0xFFFFFFFF, 0x9A0E])
    picks = tuple(
        np.concatenate(
            [np.zeros(0, dtype=np.int64)]
            + [
                random.choice(np.flatnonzero(label == c), n, replace=False)
                for c, n in draws.counts.items()
            ]
        )
        for _ in draws.draws
    )
    return Comparison(reference, waves, rate, label, seen, shared, draws, picks)
