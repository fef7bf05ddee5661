"""Finding the knobs of a trained model: sample, regress, take apart, calibrate, grade, store."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.descriptors import DESCRIPTORS, UNITS, describe
from astrodrum_live.model.knobs import GRADE, KNOBS, Knobs
from astrodrum_live.model.latents import Prior, on_grid
from astrodrum_live.training.directions import CLOUD, Cloud, Evidence
from astrodrum_live.training.sweeps import POINTS, calibrate, cross_talk, grade, middle_of

REACH = 3.0  # deviations of the class a knob may go to each side
APART = (1.0, 0.7, 0.3)  # how strictly the others are held; the stillest that works is taken
FIRST_APART = 0.7
WORKS = 0.95  # rank correlation at which a direction works
SCOUTED = (-1.0, -0.5, 0.0, 0.5, 1.0)  # of the reach
MIDDLE_SCOUT = 2
FEWEST_HITS, FEWEST_SWEEPS = 20, 2
AT_ONCE = 32  # hits between two tellings of progress
EYE = np.eye(len(KNOBS), dtype=bool)

Describe = Callable[[np.ndarray, int], np.ndarray]


class Playable(Protocol):
    """What is needed of a model: ``model.player.Model`` has it."""

    @property
    def config(self) -> ModelConfig: ...

    @property
    def prior(self) -> Prior: ...

    def generate(self, z: np.ndarray, mix: np.ndarray, noise_seeds: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class Search:
    """How thorough a search is, per class: ``hits`` to regress on, ``sweeps``: latents to calibrate
    on and as many others to grade on. ``seed``: of the latents."""

    hits: int = 600
    sweeps: int = 16
    seed: int = 0

    @property
    def scouts(self) -> int:
        """Latents on which directions are compared."""
        return max(2, self.sweeps // 2)

    def count(self, classes: int) -> int:
        """The most hits a search makes: fewer where a class lacks a descriptor."""
        swept = len(KNOBS) * (POINTS - 1) + 1
        scouted = self.scouts * (2 + len(KNOBS) * (len(APART) + 1) * (len(SCOUTED) - 1))
        return classes * (self.hits + scouted + 2 * self.sweeps * swept)


def find_knobs(
    model: Playable,
    search: Search,
    advance: Callable[[int], None] = lambda hits: None,
    measure: Describe = lambda hits, rate: describe(hits, rate).values,
) -> tuple[Knobs, dict[str, Any]]:
    """The knobs of a model, and what was measured of them, JSON-ready.

    ``advance`` is told the hits made so far, of ``search.count``. ``measure`` gives the descriptors
    (n, J) of hits. Latents of the regression, the calibration and the grades are different ones.
    Errors: ``ValueError`` for a search of too few hits.
    """
    if search.hits < FEWEST_HITS or search.sweeps < FEWEST_SWEEPS:
        raise ValueError(
            f"a search for knobs needs {FEWEST_HITS} hits and {FEWEST_SWEEPS} sweeps of each class "
            f"at least, not {search.hits} and {search.sweeps}"
        )
    began = time.monotonic()
    studio = _Studio(model, search, advance, measure)
    classes = model.config.classes
    found = [_class_knobs(studio, label) for label in range(len(classes))]
    knobs = Knobs(*(np.stack(parts).astype(np.float32) for parts in zip(*found, strict=True)))
    report = {
        "hits_per_class": search.hits,
        "sweeps": search.sweeps,
        "seed": search.seed,
        "hits": studio.made,
        "seconds": round(time.monotonic() - began, 1),
        "shown_from": GRADE,
        "units": dict(zip(DESCRIPTORS, UNITS, strict=True)),
        "classes": {name: studio.told[label] for label, name in enumerate(classes)},
    }
    return knobs, report


class _Studio:
    """Makes hits of a model and measures them."""

    def __init__(
        self, model: Playable, search: Search, advance: Callable[[int], None], measure: Describe
    ) -> None:
        self.model, self.search, self.measure = model, search, measure
        self.low, self.high = model.prior.support()
        self.made = 0
        self.told: dict[int, dict[str, Any]] = {}
        self._advance = advance

    def latents(self, label: int, purpose: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """``count`` latents of a class, and a noise seed for each; other ones for each purpose."""
        first = ((self.search.seed * 64 + label) * 8 + purpose) << 20
        seeds = np.arange(first, first + count, dtype=np.uint64)
        return np.stack([self.model.prior.sample(label, int(s)) for s in seeds]), seeds

    def hear(self, label: int, z: np.ndarray, seeds: np.ndarray) -> np.ndarray:
        """Descriptors (n, J) of the hits of latents (n, D)."""
        mix = np.eye(len(self.model.config.classes), dtype=np.float32)[[label]]
        parts = []
        for i in range(0, len(z), AT_ONCE):
            part = z[i : i + AT_ONCE]
            waves = self.model.generate(
                part.astype(np.float32), mix.repeat(len(part), axis=0), seeds[i : i + AT_ONCE]
            )
            parts.append(self.measure(waves, self.model.config.sample_rate))
            self.made += len(part)
            self._advance(self.made)
        return np.concatenate(parts)

    def sweep(self, label: int, z: np.ndarray, seeds: np.ndarray, shifts: np.ndarray) -> np.ndarray:
        """Descriptors (latents, J knobs, T, J) along ``shifts`` (J, T, D), each latent with one
        noise throughout."""
        knobs, steps = shifts.shape[:2]
        still = np.all(shifts == 0.0, axis=2)
        places = z[:, None, None] + shifts[None]
        places = on_grid(np.clip(places, self.low, self.high))
        wanted = np.broadcast_to(np.logical_not(still)[None], places.shape[:3])
        heard = np.empty((len(z), knobs, steps, len(KNOBS)))
        heard[:] = self.hear(label, z, seeds)[:, None, None]
        own_noise = np.broadcast_to(seeds[:, None, None], wanted.shape)
        heard[wanted] = self.hear(label, places[wanted], own_noise[wanted])
        return heard


def _class_knobs(studio: _Studio, label: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Paths (J, P, D), spans (J, 2) and rho (J,) of a class; what was measured is left behind."""
    search = studio.search
    cloud = Cloud.of(studio.latents(label, 0, CLOUD)[0].astype(np.float64))
    z, seeds = studio.latents(label, 1, search.hits)
    evidence = Evidence.of(cloud.white(z.astype(np.float64)), studio.hear(label, z, seeds))
    # A regression over a class tells drums apart; how one drum changes along it, steps must tell.
    steps, heard = _scout(studio, label, cloud, evidence.take_apart(FIRST_APART)[None])
    changes = heard - heard[..., MIDDLE_SCOUT : MIDDLE_SCOUT + 1, :]
    evidence = evidence.more(
        np.broadcast_to(steps, (*changes.shape[:-1], steps.shape[-1])).reshape(-1, steps.shape[-1]),
        changes.reshape(-1, len(KNOBS)),
    )
    options = np.stack([evidence.take_apart(apart) for apart in APART])
    unit = _best(options, _scout(studio, label, cloud, options)[1], evidence.scale)
    paths = _paths(studio, label, cloud, unit)
    return _graded(studio, label, paths, evidence)


def _scout(
    studio: _Studio, label: int, cloud: Cloud, options: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Short sweeps along directions (A, J, D): the steps in white latents (A, J, T, D), and the
    descriptors (latents, A, J, T, J)."""
    z, seeds = studio.latents(label, 2, studio.search.scouts)
    steps = np.multiply.outer(options, REACH * np.array(SCOUTED)).swapaxes(2, 3)
    flat = steps.reshape(-1, *steps.shape[2:])
    heard = studio.sweep(label, z, seeds, flat @ cloud.root.T)
    return steps, heard.reshape(len(z), *steps.shape[:3], len(KNOBS))


def _best(options: np.ndarray, heard: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """For each knob the direction that keeps the others stillest of those that work, or the one
    that works best: (J, D) of ``options`` (A, J, D), by their sweeps."""
    positions = np.array(SCOUTED)
    chosen = []
    for j in range(len(KNOBS)):
        rho = np.array([grade(positions, heard[:, a, j, :, j]).rho for a in range(len(options))])
        rho = np.where(np.isfinite(rho), rho, -1.0)
        changes = heard[:, :, j] - heard[:, :, j, MIDDLE_SCOUT : MIDDLE_SCOUT + 1]
        travel = np.ptp(middle_of(changes), axis=1) / scale  # (A, J)
        spilt = np.nanmax(np.where(EYE[j], 0.0, travel), axis=1) / np.maximum(travel[:, j], 1e-6)
        working = np.flatnonzero(rho >= WORKS)
        best = working[np.argmin(spilt[working])] if len(working) else int(np.argmax(rho))
        chosen.append(options[best, j])
    return np.stack(chosen)


def _paths(studio: _Studio, label: int, cloud: Cloud, unit: np.ndarray) -> np.ndarray:
    """Shifts of z at the knobs' positions, (J, P, D), even in what is heard."""
    z, seeds = studio.latents(label, 3, studio.search.sweeps)
    steps = np.linspace(-REACH, REACH, POINTS)
    heard = studio.sweep(
        label, z, seeds, np.multiply.outer(unit, steps).swapaxes(1, 2) @ cloud.root.T
    )
    paths = []
    for j, direction in enumerate(unit):
        own = heard[:, j, :, j]
        places = calibrate(steps, own - own[:, POINTS // 2 : POINTS // 2 + 1])
        paths.append(np.outer(places, cloud.root @ direction))
    return np.stack(paths)


def _graded(
    studio: _Studio, label: int, paths: np.ndarray, evidence: Evidence
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    z, seeds = studio.latents(label, 4, studio.search.sweeps)
    heard = studio.sweep(label, z, seeds, paths)  # (latents, J, P, J)
    positions = np.linspace(0, 1, POINTS)
    grades = [grade(positions, heard[:, j, :, j]) for j in range(len(KNOBS))]
    rho, spans = np.array([g.rho for g in grades]), np.array([g.span for g in grades])
    rho[~evidence.has] = np.nan
    shown = Knobs(paths[None], spans[None], rho[None].astype(np.float32)).shown[0]
    changes = middle_of(heard - heard[:, :, POINTS // 2 : POINTS // 2 + 1])  # (J, P, J)
    talk = cross_talk(changes.transpose(0, 2, 1))
    foretold = evidence.foretold()
    studio.told[label] = {
        name: grades[j].to_dict()
        | {
            "shown": bool(shown[j]),
            "foretold": round(float(foretold[j]), 3),
            "cross_talk": {
                other: round(float(talk[j, i]), 3)
                for i, other in enumerate(KNOBS)
                if i != j and shown[i]
            },
        }
        for j, name in enumerate(KNOBS)
        if evidence.has[j]
    }
    return paths, spans, rho
