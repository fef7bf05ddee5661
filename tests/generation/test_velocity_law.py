"""Harder is never duller: measured on the shipped model, wherever its brightness knob is shown."""

import numpy as np
import pytest

from astrodrum_live.generation.makers import ModelMaker, Request
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.live.model_choice import DEFAULT_MODEL
from astrodrum_live.model.checkpoint import read_card
from astrodrum_live.model.descriptors import DESCRIPTORS, describe
from astrodrum_live.model.knobs import KNOBS
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS
from astrodrum_live.places import shipped_folder

SEEDS = tuple(range(1, 10))
VELOCITIES = (0.1, 0.4, 0.75, 1.0)
BRIGHTNESS = DESCRIPTORS.index("brightness")
UNHEARD = 1 / 16  # of an octave: by as much as the punch knob may take back at a soft stroke


def test_the_median_brightness_of_a_class_never_falls_as_velocity_rises():
    card = read_card(shipped_folder("models") / DEFAULT_MODEL)
    if card.knobs is None:
        pytest.skip(f"no knobs were looked for in '{DEFAULT_MODEL}'")
    bright = np.flatnonzero(card.knobs.shown[:, KNOBS.index("brightness")])
    pads = [card.config.classes[label] for label in bright for _ in SEEDS]
    values = np.tile([row.default for row in PAD_PARAMS], (len(pads), 1))
    values[:, PAD_INDEX["seed"]] = np.tile(SEEDS, len(bright))
    values[:, PAD_INDEX["radius"]] = 0.0  # the same noise at every velocity
    maker = ModelMaker(Sounds(card.folder, tuple({name: 1.0} for name in pads)), 44100, session=0)
    heard = [
        describe(
            maker.raw([Request(pad, 0, velocity) for pad in range(len(pads))], values)[0],
            card.config.sample_rate,
        ).values[:, BRIGHTNESS]
        for velocity in VELOCITIES
    ]
    medians = np.nanmedian(np.reshape(heard, (len(VELOCITIES), len(bright), len(SEEDS))), axis=2)
    for label, rising in zip(bright, medians.T, strict=True):
        assert rising[-1] > rising[0] + UNHEARD
        assert (np.diff(rising) > -UNHEARD).all(), f"{card.config.classes[label]}: {rising}"
