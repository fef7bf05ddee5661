"""Knobs: paths through latent space that a hand can follow, found after training and stored with
the model. Pure numpy: the generator needs no torch to know where a knob leads.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from astrodrum_live.model.descriptors import AUDIBLE, DESCRIPTORS
from astrodrum_live.model.latents import Prior, on_grid

KNOBS = DESCRIPTORS  # each knob moves the descriptor it is called after
MIDDLE = 0.5  # where a knob leaves the pad as it is
GRADE = 0.9  # Spearman's rho under which a knob is hidden
RIGHT = 0.95  # share of latents that must go the right way all along; with fewer a knob is hidden


@dataclass(frozen=True)
class Knobs:
    """What the knobs of a model do, class by class.

    ``paths``: float32 (C, J, P, D), the shift of the latent at P (odd) evenly spaced positions of
    knob j from 0 to 1; zero in the middle. ``spans``: float32 (C, J, 2), by how much the
    descriptor, in its unit, was measured to change at 0 and at 1. ``rho``: float32 (C, J),
    Spearman's rank correlation of position and descriptor on latents unseen while the paths were
    found; NaN where the class has no such thing (the pitch of a hat). ``right``: float32 (C, J),
    the share of those latents on which the knob goes the right way all along
    (``training/knobs.py``); 1 in models of before it was measured.
    """

    paths: np.ndarray
    spans: np.ndarray
    rho: np.ndarray
    right: np.ndarray

    @property
    def shown(self) -> np.ndarray:
        """Which knobs act, bool (C, J): those graded 0.9 or better that go the right way on nearly
        all latents, and whose whole way can be heard. The others do nothing."""
        with np.errstate(invalid="ignore"):
            travel = self.spans[..., 1] - self.spans[..., 0]
            passed = (self.rho >= np.float32(GRADE)) & (self.right >= np.float32(RIGHT))
            return passed & (travel >= AUDIBLE)

    def shift(self, mix: np.ndarray, positions: np.ndarray) -> np.ndarray:
        """By how much the latent moves, float64 (D,), for a class mix (C,) and knob positions
        0..1 (J,): the classes' paths, blended by the mix."""
        classes, _, points, dim = self.paths.shape
        total = np.zeros(dim)
        turned = [j for j, position in enumerate(positions) if position != MIDDLE]
        if not turned:
            return total
        shown = self.shown
        for label in np.flatnonzero(mix[:classes]):
            for j in turned:
                if shown[label, j]:
                    place = min(max(float(positions[j]), 0.0), 1.0) * (points - 1)
                    low = min(int(place), points - 2)
                    share = place - low
                    path = self.paths[label, j].astype(np.float64)
                    total += float(mix[label]) * ((1 - share) * path[low] + share * path[low + 1])
        return total

    def acts(self, mix: np.ndarray) -> dict[str, bool]:
        """For a class mix (C,): which knobs move anything, by name."""
        held = np.asarray(mix) > 0
        return {name: bool(self.shown[held, j].any()) for j, name in enumerate(KNOBS)}

    def grades(self, mix: np.ndarray) -> dict[str, float]:
        """Rho of each knob for the heaviest class of a mix (C,); NaN where it has none."""
        label = int(np.argmax(mix))
        return {name: float(self.rho[label, j]) for j, name in enumerate(KNOBS)}

    def arrays(self) -> dict[str, np.ndarray]:
        """What a checkpoint stores of them: four arrays for every knob, by its name."""
        return {
            f"{name}.{part}": np.ascontiguousarray(getattr(self, part)[:, j], dtype=np.float32)
            for j, name in enumerate(KNOBS)
            for part in ("paths", "spans", "rho", "right")
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], classes: int, dim: int) -> "Knobs":
        """The inverse of ``arrays``. Errors: ``ValueError`` naming what is missing or misshapen."""
        parts: dict[str, np.ndarray] = {}
        shapes = {"paths": (classes, -1, dim), "spans": (classes, 2), "rho": (classes,)}
        shapes["right"] = (classes,)
        unmeasured = {f"{name}.right": np.ones(classes, np.float32) for name in KNOBS}
        for part, shape in shapes.items():
            columns = []
            for name in KNOBS:
                array = arrays.get(f"{name}.{part}", unmeasured.get(f"{name}.{part}"))
                if array is None:
                    raise ValueError(f"knob array '{name}.{part}' is missing")
                if len(array.shape) != len(shape) or any(
                    want not in (-1, got) for want, got in zip(shape, array.shape, strict=True)
                ):
                    raise ValueError(f"knob array '{name}.{part}' has shape {array.shape}")
                columns.append(array)
            try:
                parts[part] = np.stack(columns, axis=1)
            except ValueError as error:
                raise ValueError(f"the knobs' {part} differ in length") from error
        points = parts["paths"].shape[2]
        if points < 3 or points % 2 == 0:
            raise ValueError(f"the knobs' paths have {points} points; they need a middle one")
        if not np.isfinite(parts["paths"]).all():
            raise ValueError("the knobs' paths hold values that are not finite")
        return cls(**parts)


def moved(prior: Prior, z: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """``z`` (D,) shifted, float32, and no further out than the prior's support or than z itself."""
    if not shift.any():
        return z
    low, high = prior.support()
    wide = np.asarray(z, dtype=np.float64)
    return on_grid(np.clip(wide + shift, np.minimum(low, wide), np.maximum(high, wide)))
