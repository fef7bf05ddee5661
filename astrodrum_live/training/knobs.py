"""Finding the knobs of a trained model: gradients, directions, calibration, grades on unseen hits.

A knob must do what its name says to every drum, not on the whole. So what is graded is, beside the
mean rank correlation, the share of latents on which it goes the right way all along; and the pads
of the kits that play the model are among the latents, as they stand there.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.descriptors import DESCRIPTORS, UNITS, describe
from astrodrum_live.model.dynamics import struck
from astrodrum_live.model.knobs import GRADE, KNOBS, MIDDLE, RIGHT, Knobs
from astrodrum_live.model.latents import Prior, on_grid
from astrodrum_live.training.directions import CLOUD, HOLDS, Cloud, Slopes
from astrodrum_live.training.slopes import AT_ONCE, Sense
from astrodrum_live.training.sweeps import (
    POINTS,
    Grade,
    calibrate,
    cross_talk,
    goes_right,
    grade,
    measured,
    middle_of,
)

REACH = 3.0  # deviations of the class a knob may go to each side
MORE = 1  # times as many hits again, for a class that they leave too few sure directions
SURE_OF, SURE = 4, 0.96  # directions that are wanted, and the share of unseen hits that rise
STEPS = np.array(
    [-3.0, -2.0, -1.2, -0.5, 0.0, 0.5, 1.2, 2.0, 3.0]
)  # where a direction is heard before it is calibrated
GRADED = np.arange(0, POINTS, 2)  # points of a path at which a knob is graded
POSITIONS = GRADED / (POINTS - 1)
UNSEEN = 4  # latents to grade on for each to calibrate on
FIRST = 16  # latents after which a knob that cannot pass any more is not heard further
HOPELESS = 0.8  # share of those that must go the right way
STRUCK, DYNAMICS = (0.1, 1.0), 0.5  # strokes and setting at which the law of velocity is held to
DULLER = 1 / 16  # octaves of brightness that a harder stroke may lose unheard
FEWEST_HITS, FEWEST_SWEEPS = 20, 2
TELL_EVERY = 32  # hits between two tellings of progress
BRIGHTNESS, PUNCH = KNOBS.index("brightness"), KNOBS.index("punch")

Describe = Callable[[np.ndarray, int], np.ndarray]


class Playable(Protocol):
    """What is needed of a model: ``model.player.Model`` has it."""

    @property
    def config(self) -> ModelConfig: ...

    @property
    def prior(self) -> Prior: ...

    def generate(self, z: np.ndarray, mix: np.ndarray, noise_seeds: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class Stand:
    """A hit of a kit's pad. ``mix``: classes (C,), adding up to 1. ``z``: (D,), no knob turned.
    ``seed``: of its noise."""

    mix: np.ndarray
    z: np.ndarray
    seed: int


@dataclass(frozen=True)
class Search:
    """How thorough a search is, per class: ``hits`` whose gradients are taken, ``sweeps``: latents
    to calibrate on; four times as many others to grade on. ``seed``: of the latents."""

    hits: int = 128
    sweeps: int = 16
    seed: int = 0

    def count(self, classes: int) -> int:
        """The most hits a search makes, but for those of the kits: fewer where a class lacks a
        descriptor or a knob fails soon."""
        heard = len(KNOBS) * (len(STEPS) - 1) + 1
        graded = len(KNOBS) * (len(GRADED) - 1) + 1 + len(STRUCK)
        return classes * ((1 + MORE) * self.hits + self.sweeps * (heard + UNSEEN * graded))


def find_knobs(
    model: Playable,
    search: Search,
    sense: Sense,
    advance: Callable[[int], None] = lambda hits: None,
    measure: Describe = lambda hits, rate: describe(hits, rate).values,
    stands: Sequence[Stand] = (),
) -> tuple[Knobs, dict[str, Any]]:
    """The knobs of a model, and what was measured of them, JSON-ready.

    ``sense`` gives gradients. ``advance`` is told the hits made so far, of ``search.count``.
    ``measure`` gives the descriptors (n, J) of hits. ``stands``: of the kits that play the model.
    Latents of the gradients, the calibration and the grades are different ones.
    Errors: ``ValueError`` for a search of too few hits.
    """
    if search.hits < FEWEST_HITS or search.sweeps < FEWEST_SWEEPS:
        raise ValueError(
            f"a search for knobs needs {FEWEST_HITS} hits and {FEWEST_SWEEPS} sweeps of each class "
            f"at least, not {search.hits} and {search.sweeps}"
        )
    began = time.monotonic()
    studio = _Studio(model, search, sense, advance, measure)
    classes = model.config.classes
    found = [_class_paths(studio, label) for label in range(len(classes))]
    paths, has = (np.stack(part) for part in zip(*found, strict=True))
    graded = [_graded(studio, label, paths, has[label], stands) for label in range(len(classes))]
    spans, rho, right = (np.stack(part) for part in zip(*(g[:3] for g in graded), strict=True))
    knobs = Knobs(*(part.astype(np.float32) for part in (paths, spans, rho, right)))
    report = {
        "hits_per_class": search.hits,
        "sweeps": search.sweeps,
        "graded_on": UNSEEN * search.sweeps,
        "stands": len(stands),
        "seed": search.seed,
        "hits": studio.made,
        "seconds": round(time.monotonic() - began, 1),
        "shown_from": GRADE,
        "right_from": RIGHT,
        "units": dict(zip(DESCRIPTORS, UNITS, strict=True)),
        "classes": {
            name: _told(graded[label][3], graded[label][4], knobs.shown[label], right[label])
            for label, name in enumerate(classes)
        },
    }
    return knobs, report


class _Studio:
    """Makes hits of a model and measures them."""

    def __init__(
        self, model: Playable, search: Search, sense: Sense, advance: Callable[[int], None],
        measure: Describe,
    ) -> None:  # fmt: skip
        self.model, self.search, self.measure = model, search, measure
        self.low, self.high = model.prior.support()
        self.made = 0
        self._sense, self._advance = sense, advance

    def latents(self, label: int, purpose: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """``count`` latents of a class, and a noise seed for each; other ones for each purpose."""
        first = ((self.search.seed * 64 + label) * 8 + purpose) << 20
        seeds = np.arange(first, first + count, dtype=np.uint64)
        return np.stack([self.model.prior.sample(label, int(s)) for s in seeds]), seeds

    def mixes(self, label: int, count: int) -> np.ndarray:
        """``count`` times all of one class, (count, C)."""
        return np.eye(len(self.model.config.classes), dtype=np.float32)[[label] * count]

    def feel(self, label: int, z: np.ndarray, seeds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Descriptors (n, J) of a class's hits, and their gradients by z (n, J, D)."""
        parts = []
        for i in range(0, len(z), AT_ONCE):
            part = on_grid(np.clip(z[i : i + AT_ONCE], self.low, self.high))
            parts.append(self._sense(part, self.mixes(label, len(part)), seeds[i : i + AT_ONCE]))
            self._count(len(part))
        values, gradients = (np.concatenate(column) for column in zip(*parts, strict=True))
        return values, gradients

    def hear(self, mix: np.ndarray, z: np.ndarray, seeds: np.ndarray) -> np.ndarray:
        """Descriptors (n, J) of the hits of latents (n, D) and class mixes (n, C)."""
        parts = [np.zeros((0, len(KNOBS)))]
        for i in range(0, len(z), TELL_EVERY):
            rows = slice(i, i + TELL_EVERY)
            waves = self.model.generate(
                on_grid(np.clip(z[rows], self.low, self.high)), mix[rows], seeds[rows]
            )
            parts.append(self.measure(waves, self.model.config.sample_rate))
            self._count(len(waves))
        return np.concatenate(parts)

    def sweep(
        self, mix: np.ndarray, z: np.ndarray, seeds: np.ndarray, shifts: np.ndarray
    ) -> np.ndarray:
        """Descriptors (n, K knobs, T, J) along each latent's own ``shifts`` (n, K, T, D), each with
        one noise throughout. The middle of every way is heard once."""
        count, knobs, steps = shifts.shape[:3]
        moving = np.arange(steps) != steps // 2
        places = (z[:, None, None] + shifts)[:, :, moving]
        each = knobs * (steps - 1)
        heard = np.empty((count, knobs, steps, len(KNOBS)))
        heard[:, :, ~moving] = self.hear(mix, z, seeds)[:, None, None]
        heard[:, :, moving] = self.hear(
            mix.repeat(each, axis=0), places.reshape(count * each, z.shape[1]), seeds.repeat(each)
        ).reshape(count, knobs, steps - 1, len(KNOBS))
        return heard

    def _count(self, hits: int) -> None:
        self.made += hits
        self._advance(self.made)


def _class_paths(studio: _Studio, label: int) -> tuple[np.ndarray, np.ndarray]:
    """Shifts of z at the knobs' positions, (J, P, D), even in what is heard; and which descriptors
    the class has, (J,)."""
    cloud = Cloud.of(studio.latents(label, 0, CLOUD)[0].astype(np.float64))
    hits = studio.search.hits
    z, seeds = studio.latents(label, 1, (1 + MORE) * hits)
    slopes = Slopes.of(*studio.feel(label, z[: hits // 2], seeds[: hits // 2]), cloud)
    own = np.flatnonzero(slopes.has)
    white, rises = slopes.directions(holds=HOLDS[1:2])
    random = np.random.RandomState([label, studio.search.seed])
    # The others lie anywhere on the way of some knob: there a direction has to hold as well.
    for begin, end in (
        (hits // 2, hits),
        *((k * hits, (k + 1) * hits) for k in range(1, 1 + MORE)),
    ):
        if not len(own) or (begin >= hits and np.sum(rises[own] >= SURE) >= SURE_OF):
            break
        knob = own[np.arange(end - begin) % len(own)]
        steps = REACH * random.uniform(-1, 1, len(knob))[:, None] * white[knob]
        moved = z[begin:end] + steps @ cloud.root.T
        slopes = slopes.more(*studio.feel(label, moved, seeds[begin:end]), cloud)
        white, rises = slopes.directions()
    unit = white @ cloud.root.T  # (J, D), in z

    z, seeds = studio.latents(label, 2, studio.search.sweeps)
    ways = np.multiply.outer(unit[own], STEPS).swapaxes(1, 2)
    heard = studio.sweep(
        studio.mixes(label, len(z)), z, seeds, np.broadcast_to(ways, (len(z), *ways.shape))
    )
    paths = np.zeros((len(KNOBS), POINTS, z.shape[1]))
    for i, j in enumerate(own):
        curve = heard[:, i, :, j]
        changes = curve - curve[:, len(STEPS) // 2 : len(STEPS) // 2 + 1]
        paths[j] = np.outer(calibrate(STEPS, changes), unit[j])
    return paths, slopes.has


@dataclass(frozen=True)
class _Unseen:
    """Hits of a class that its knobs are graded on, those of kits first: ``kits`` of them. Class
    mixes (n, C), latents (n, D), noise seeds (n,), and the knobs' ``paths`` for each (n, J, P, D).
    """

    mix: np.ndarray
    z: np.ndarray
    seeds: np.ndarray
    paths: np.ndarray
    kits: int

    @classmethod
    def of(
        cls, studio: _Studio, label: int, paths: np.ndarray, stands: Sequence[Stand]
    ) -> "_Unseen":
        """By the paths (C, J, P, D) of all classes: a pad may mix them."""
        z, seeds = studio.latents(label, 3, UNSEEN * studio.search.sweeps)
        mix = studio.mixes(label, len(z))
        own = [stand for stand in stands if int(np.argmax(stand.mix)) == label]
        if own:
            z = np.concatenate([np.stack([stand.z for stand in own]), z])
            mix = np.concatenate([np.stack([stand.mix for stand in own]), mix])
            seeds = np.concatenate([np.array([stand.seed for stand in own], np.uint64), seeds])
        return cls(mix, z, seeds, np.einsum("nc,cjpd->njpd", mix, paths), len(own))

    def swept(self, studio: _Studio, rows: slice, knobs: list[int]) -> np.ndarray:
        """Descriptors (n, K, G, J) of some hits along some knobs, at the positions of a grade."""
        ways = self.paths[rows][:, knobs][:, :, GRADED]
        return studio.sweep(self.mix[rows], self.z[rows], self.seeds[rows], ways)

    def struck(self, studio: _Studio, knobs: list[int]) -> np.ndarray:
        """Brightness (n, strokes) of all hits, struck softly and hard, as these knobs follow."""
        heard = []
        for velocity in STRUCK:
            shift = np.zeros_like(self.z, dtype=np.float64)
            for j in knobs:
                place = struck(KNOBS[j], MIDDLE, velocity, DYNAMICS) * (POINTS - 1)
                low = min(int(place), POINTS - 2)
                near, far = self.paths[:, j, low], self.paths[:, j, low + 1]
                shift += near + (place - low) * (far - near)
            heard.append(studio.hear(self.mix, self.z + shift, self.seeds)[:, BRIGHTNESS])
        return np.stack(heard, axis=1)

    def least(self, right: np.ndarray) -> float:
        """The share of what is right (n,), over all hits and over those of kits: the lower."""
        of_kits = right[: self.kits]
        return min(float(np.mean(right)), float(np.mean(of_kits)) if self.kits else 1.0)


def _graded(
    studio: _Studio, label: int, paths: np.ndarray, has: np.ndarray, stands: Sequence[Stand]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[int, Grade], np.ndarray]:
    """Spans (J, 2), rho and right (J,) of a class by the paths of all, the whole grades, and how
    far each knob moves each descriptor (J, J)."""
    unseen, own = _Unseen.of(studio, label, paths, stands), [int(j) for j in np.flatnonzero(has)]
    first = min(unseen.kits + FIRST, len(unseen.z))
    heard = np.full((len(unseen.z), len(KNOBS), len(GRADED), len(KNOBS)), np.nan)
    heard[:first, own] = unseen.swept(studio, slice(0, first), own)
    begun = {j: grade(POSITIONS, heard[:first, j, :, j]).right for j in own}
    hopeful = [j for j in own if begun[j] >= HOPELESS]
    heard[first:, hopeful] = unseen.swept(studio, slice(first, None), hopeful)

    spans, rho, right = (np.full((len(KNOBS), *rest), np.nan) for rest in ((2,), (), ()))
    grades = {}
    for j in own:
        rows = heard[: None if j in hopeful else first, j, :, j]
        grades[j] = grade(POSITIONS, rows)
        spans[j], rho[j] = grades[j].span, grades[j].rho
        right[j] = grades[j].right
        of_kits = rows[: unseen.kits]
        of_kits = of_kits[measured(of_kits)]
        if len(of_kits):
            right[j] = min(right[j], float(np.mean(goes_right(of_kits))))
    passed = Knobs(paths[label][None], spans[None], rho[None], right[None]).shown[0]
    if passed[PUNCH]:  # harder is never duller: punch may not take back what brightness gives
        soft, hard = unseen.struck(studio, [j for j in (BRIGHTNESS, PUNCH) if passed[j]]).T
        right[PUNCH] = min(right[PUNCH], unseen.least(hard >= soft - DULLER))
    middle = len(GRADED) // 2
    changes = middle_of(heard - heard[:, :, middle : middle + 1])  # (J, G, J)
    return spans, rho, right, grades, cross_talk(changes.transpose(0, 2, 1))


def _told(
    grades: dict[int, Grade], talk: np.ndarray, shown: np.ndarray, right: np.ndarray
) -> dict[str, Any]:
    """A class's part of the report."""
    return {
        KNOBS[j]: graded.to_dict()
        | {
            "right": round(float(right[j]), 3),
            "shown": bool(shown[j]),
            "cross_talk": {
                other: round(float(talk[j, i]), 3)
                for i, other in enumerate(KNOBS)
                if i != j and shown[i]
            },
        }
        for j, graded in grades.items()
    }
