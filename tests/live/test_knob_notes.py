"""A turned knob that moves nothing is told, and why."""

import math
from pathlib import Path

import numpy as np

from astrodrum_live.control.patch_schema import parse_patch
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.live.knob_notes import knob_grades, knob_notes
from astrodrum_live.live.model_choice import Choice
from astrodrum_live.model.knobs import KNOBS, Knobs

TEXT = (
    'format = "astrodrum-kit"\nversion = 1\n'
    '[[pad]]\nname = "low"\nclass = "kick"\nbrightness = 0.9\n'
    '[[pad]]\nname = "hat"\nclass = "hat"\nbrightness = 0.9\ntuning = 0.1\ndecay = 0.5\n'
)


def choice(knobs: Knobs | None) -> Choice:
    patch = parse_patch(TEXT)
    sounds = Sounds(Path("models/mine"), tuple(pad.classes for pad in patch.pads))
    return Choice(sounds, 0.4, ("kick", "hat"), knobs, patch)


def graded(hat_brightness: float, hat_tuning: float) -> Knobs:
    rho = np.full((2, len(KNOBS)), 0.95, np.float32)
    rho[1, KNOBS.index("brightness")], rho[1, KNOBS.index("tuning")] = hat_brightness, hat_tuning
    spans = np.tile(np.float32([-6, 6]), (2, len(KNOBS), 1))
    return Knobs(np.zeros((2, len(KNOBS), 3, 4), np.float32), spans, rho, np.ones_like(rho))


def test_a_knob_that_is_hidden_for_the_pads_class_is_told_with_its_grade():
    chosen = choice(graded(0.42, math.nan))
    (note,) = knob_notes(chosen, chosen.patch)
    assert "pad 'hat'" in note
    assert "brightness (graded 0.42), tuning (not measurable) does nothing" in note
    assert "'mine' hides it for hat" in note
    assert knob_grades(chosen, 0)["brightness"][0]
    assert not knob_grades(chosen, 1)["brightness"][0]


def test_where_all_turned_knobs_act_nothing_is_told():
    chosen = choice(graded(0.95, 0.95))
    assert knob_notes(chosen, chosen.patch) == []


def test_a_model_without_knobs_is_told_with_the_remedy():
    chosen = choice(None)
    notes = knob_notes(chosen, chosen.patch)
    assert len(notes) == 2
    assert "brightness does nothing, the model 'mine' has no knobs" in notes[0]
    assert "astrodrum knobs mine" in notes[0]
    assert knob_grades(chosen, 0) == {}
