"""The prior: where latents come from. Every hit has a 64-bit seed and is the same on every machine.

Draws come from numpy's legacy ``RandomState``, whose stream is frozen for good (NEP 19), seeded
with the seed's two 32-bit words and a number for the purpose, and are then laid on a grid of
2^-12, so that a last bit that another machine's logarithm rounds elsewhere makes no difference.
"""

import threading
from dataclasses import dataclass
from typing import Protocol

import numpy as np

GRID = 4096.0
CENTRE, NEAR, NOISE = 1, 2, 3  # purposes: each has a stream of its own
REACH = 2.5  # standard deviations: no draw of a mixture goes further
NORMAL_REACH = 4.0
CHAOS = 2.0  # deviations of all hits, at radius 2
UNIFORM_STEP = 0.2  # of the box's half width, the deviation at radius 1
NORMAL_STEP = 0.35  # share of fresh noise at radius 1
ARC = 1e-3  # radians: between latents in line there is no arc


_LENT = threading.local()


class Prior(Protocol):
    """What every kind of prior does. Latents are float32 and lie in the prior's support.

    Seeds are whole numbers, taken modulo 2^64. ``ValueError`` for a class mix of the wrong
    length, not finite, negative or all zero, and for a negative radius.
    """

    @property
    def kind(self) -> str:
        """uniform, normal or mixture."""

    @property
    def dim(self) -> int:
        """Length of a latent."""

    @property
    def classes(self) -> int:
        """Length of a class mix."""

    def centre(self, label_mix: np.ndarray, seed: int) -> np.ndarray:
        """The latent (D,) a pad stands on, for a class mix (C,) that need not sum to 1."""

    def near(self, centre: np.ndarray, radius: float, seed: int) -> np.ndarray:
        """A latent (D,) about ``centre``: radius 0 is the centre itself, 1 a drummer's natural
        variation from stroke to stroke, 2 anything the prior holds."""

    def sample(self, label: int, seed: int) -> np.ndarray:
        """A latent (D,) of class ``label``."""

    def support(self) -> tuple[np.ndarray, np.ndarray]:
        """The lowest and the highest latent, float32 (D,) each: no draw lies beyond."""

    def spread(self) -> np.ndarray:
        """Deviation over all hits, float32 (D,): how far a step in each direction counts."""


def stream(seed: int, purpose: int, part: int = 0) -> "np.random.RandomState":
    """The frozen generator of a 64-bit seed, for one purpose and part.

    It is lent: it goes on until this thread asks for another. (To make one takes ten times as long
    as to seed one, for it then asks the system for entropy that nobody wants.)
    """
    seed = int(seed) % (1 << 64)
    words = [seed & 0xFFFFFFFF, seed >> 32, purpose, part]
    random: np.random.RandomState | None = getattr(_LENT, "random", None)
    if random is None:
        random = _LENT.random = np.random.RandomState(words)
    else:
        random.seed(words)
    return random


def white_noise(seed: int, frames: int) -> np.ndarray:
    """White noise of unit variance, float32 (frames,), uniform within +-sqrt(3).

    Uniform, because its bits are exact everywhere and it is drawn three times as fast; a short-time
    spectrum of it is as good as Gaussian.
    """
    draws = stream(seed, NOISE).random_sample(frames)
    draws -= 0.5  # in place: half the time
    draws *= np.sqrt(12.0)
    return draws.astype(np.float32)


@dataclass(frozen=True)
class UniformPrior:
    """WaveGAN's own: independent, uniform in [-1, 1], the same for every class."""

    dim: int
    classes: int
    kind: str = "uniform"

    def centre(self, label_mix: np.ndarray, seed: int) -> np.ndarray:
        _mix(label_mix, self.classes)
        return on_grid(stream(seed, CENTRE).uniform(-1.0, 1.0, self.dim))

    def near(self, centre: np.ndarray, radius: float, seed: int) -> np.ndarray:
        radius = _radius(radius)
        if radius == 0:
            return np.array(centre, dtype=np.float32)
        step = stream(seed, NEAR).standard_normal(self.dim) * UNIFORM_STEP * radius**2
        folded = np.mod(np.asarray(centre, dtype=np.float64) + step + 1.0, 4.0)  # reflect
        return on_grid(1.0 - np.abs(folded - 2.0))

    def sample(self, label: int, seed: int) -> np.ndarray:
        return self.centre(_one(label, self.classes), seed)

    def support(self) -> tuple[np.ndarray, np.ndarray]:
        return np.full(self.dim, -1.0, np.float32), np.full(self.dim, 1.0, np.float32)

    def spread(self) -> np.ndarray:
        return np.full(self.dim, 3**-0.5, np.float32)


@dataclass(frozen=True)
class NormalPrior:
    """Independent standard normals, cut at 4 deviations, the same for every class."""

    dim: int
    classes: int
    kind: str = "normal"

    def centre(self, label_mix: np.ndarray, seed: int) -> np.ndarray:
        _mix(label_mix, self.classes)
        draw = stream(seed, CENTRE).standard_normal(self.dim)
        return on_grid(np.clip(draw, -NORMAL_REACH, NORMAL_REACH))

    def near(self, centre: np.ndarray, radius: float, seed: int) -> np.ndarray:
        radius = _radius(radius)
        if radius == 0:
            return np.array(centre, dtype=np.float32)
        share = min(1.0, NORMAL_STEP * radius**1.5)
        draw = stream(seed, NEAR).standard_normal(self.dim)
        moved = np.sqrt(1 - share**2) * np.asarray(centre, dtype=np.float64) + share * draw
        return on_grid(np.clip(moved, -NORMAL_REACH, NORMAL_REACH))

    def sample(self, label: int, seed: int) -> np.ndarray:
        return self.centre(_one(label, self.classes), seed)

    def support(self) -> tuple[np.ndarray, np.ndarray]:
        reach = np.float32(NORMAL_REACH)
        return np.full(self.dim, -reach), np.full(self.dim, reach)

    def spread(self) -> np.ndarray:
        return np.ones(self.dim, np.float32)


@dataclass(frozen=True)
class MixturePrior:
    """Components fitted to the encoded training hits of each class.

    ``means``, ``scales``: (K, D) of the components. ``chances``: (K,), summing to 1 in each
    class. ``label``: int (K,), the class of each. ``within``: (D,) deviation between strokes of
    one drum. ``across``: (D,) deviation over all hits. ``low``, ``high``: (D,) the support.
    """

    means: np.ndarray
    scales: np.ndarray
    chances: np.ndarray
    label: np.ndarray
    within: np.ndarray
    across: np.ndarray
    low: np.ndarray
    high: np.ndarray
    classes: int
    kind: str = "mixture"

    @property
    def dim(self) -> int:
        """Length of a latent."""
        return self.means.shape[1]

    def centre(self, label_mix: np.ndarray, seed: int) -> np.ndarray:
        mix = _mix(label_mix, self.classes)
        total = np.zeros(self.dim)
        for label in np.flatnonzero(mix):
            total += mix[label] * self._draw(int(label), seed)
        return self._inside(total)

    def near(self, centre: np.ndarray, radius: float, seed: int) -> np.ndarray:
        radius = _radius(radius)
        if radius == 0:
            return np.array(centre, dtype=np.float32)
        wide = max(0.0, radius - 1.0)
        scale = min(radius, 1.0) * self.within + wide * (CHAOS * self.across - self.within)
        draw = np.clip(stream(seed, NEAR).standard_normal(self.dim), -REACH, REACH)
        return self._inside(np.asarray(centre, dtype=np.float64) + scale * draw)

    def sample(self, label: int, seed: int) -> np.ndarray:
        return self.centre(_one(label, self.classes), seed)

    def support(self) -> tuple[np.ndarray, np.ndarray]:
        return self.low, self.high

    def spread(self) -> np.ndarray:
        return self.across

    def _draw(self, label: int, seed: int) -> np.ndarray:
        random = stream(seed, CENTRE, label)
        members = np.flatnonzero(self.label == label)
        edges = np.cumsum(self.chances[members].astype(np.float64))
        place = int(np.searchsorted(edges, random.random_sample()))
        pick = members[min(place, len(members) - 1)]
        draw = np.clip(random.standard_normal(self.dim), -REACH, REACH)
        return self.means[pick].astype(np.float64) + self.scales[pick].astype(np.float64) * draw

    def _inside(self, z: np.ndarray) -> np.ndarray:
        return on_grid(np.clip(z, self.low, self.high))

    def arrays(self) -> dict[str, np.ndarray]:
        """What a checkpoint stores of it, by name."""
        names = ("means", "scales", "chances", "label", "within", "across", "low", "high")
        return {name: getattr(self, name) for name in names}


def between(prior: Prior, start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
    """The latent (D,) at ``share`` 0..1 of the way from ``start`` to ``end``, the ends exactly.

    Along the arc where latents are normal: they lie about a sphere, and halfway along the chord
    would be a place where none is (Shoemake 1985, slerp). Else along the line.
    """
    if share <= 0.0 or share >= 1.0:
        return np.array(start if share <= 0.0 else end, dtype=np.float32)
    first, last = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    near, far = 1.0 - share, share
    if prior.kind == "normal":
        sizes = float(np.linalg.norm(first) * np.linalg.norm(last))
        angle = float(np.arccos(np.clip(first @ last / sizes, -1.0, 1.0))) if sizes else 0.0
        if ARC < angle < np.pi - ARC:
            near, far = np.sin(near * angle) / np.sin(angle), np.sin(far * angle) / np.sin(angle)
    low, high = (np.asarray(edge, dtype=np.float64) for edge in prior.support())
    low, high = np.minimum(low, np.minimum(first, last)), np.maximum(high, np.maximum(first, last))
    return on_grid(np.clip(near * first + far * last, low, high))


def on_grid(z: np.ndarray) -> np.ndarray:
    """The nearest multiples of 2^-12, float32."""
    return (np.round(np.asarray(z, dtype=np.float64) * GRID) / GRID).astype(np.float32)


def _radius(radius: float) -> float:
    if not radius >= 0:
        raise ValueError(f"radius is {radius}; it must be 0 or more (2 is chaos)")
    return min(float(radius), 2.0)


def _mix(label_mix: np.ndarray, classes: int) -> np.ndarray:
    mix = np.asarray(label_mix, dtype=np.float64)
    if mix.shape != (classes,):
        raise ValueError(f"a class mix has {classes} values here, not {mix.shape}")
    if not np.isfinite(mix).all() or (mix < 0).any() or not mix.any():
        raise ValueError("a class mix needs values of 0 or more, one of them above 0")
    return mix / mix.sum()


def _one(label: int, classes: int) -> np.ndarray:
    if not 0 <= label < classes:
        raise ValueError(f"class {label} is not one of 0 to {classes - 1}")
    return np.eye(classes)[label]
