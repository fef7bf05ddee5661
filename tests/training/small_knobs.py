"""Knobs that were not searched for, and a report on them."""

import numpy as np

from astrodrum_live.model.config import ModelConfig
from astrodrum_live.model.knobs import KNOBS, Knobs

GRADED = {"rho": 0.97, "right": 1.0, "shown": True, "cross_talk": {"decay": 0.25}}
SMALL_REPORT = {
    "graded_on": 4,
    "classes": {
        "kick": {
            "brightness": GRADED,
            "tuning": {**GRADED, "rho": 0.4, "right": 0.5, "shown": False},
        },
        "hat": {"brightness": {**GRADED, "cross_talk": {}}},
    },
}


def still_knobs(config: ModelConfig) -> Knobs:
    """Knobs that move nothing, all graded well."""
    classes = len(config.classes)
    return Knobs(
        np.zeros((classes, len(KNOBS), 3, config.latent_dim), np.float32),
        np.tile(np.float32([-6, 6]), (classes, len(KNOBS), 1)),
        np.full((classes, len(KNOBS)), 0.97, np.float32),
        np.ones((classes, len(KNOBS)), np.float32),
    )
