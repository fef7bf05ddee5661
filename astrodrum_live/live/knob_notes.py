"""Which knobs of a kit's pads move anything: a turned one that does not is told."""

import math

import numpy as np

from astrodrum_live.control.patch import Patch
from astrodrum_live.live.model_choice import Choice
from astrodrum_live.model.knobs import GRADE, KNOBS, MIDDLE


def knob_grades(choice: Choice, pad: int) -> dict[str, tuple[bool, float]]:
    """Of each knob of a pad: whether it moves anything, and its grade for the pad's heaviest class
    (rho, NaN for none). Empty for a model without knobs."""
    if choice.knobs is None:
        return {}
    mix = _mix(choice, pad)
    acts, grades = choice.knobs.acts(mix), choice.knobs.grades(mix)
    return {name: (acts[name], grades[name]) for name in KNOBS}


def knob_notes(choice: Choice, patch: Patch) -> list[str]:
    """A line for every pad whose patch turns knobs that do nothing, with the reason."""
    model = choice.sounds.model.name
    notes = []
    for index, pad in enumerate(patch.pads):
        turned = [name for name in KNOBS if pad.values[name] != MIDDLE]
        if choice.knobs is None:
            if turned:
                notes.append(
                    f"pad '{pad.name}': {', '.join(turned)} does nothing, the model '{model}' has "
                    f"no knobs; find them with 'astrodrum knobs {model}'"
                )
            continue
        grades = knob_grades(choice, index)
        idle = [f"{name} ({_why(grades[name][1])})" for name in turned if not grades[name][0]]
        if idle:
            notes.append(
                f"pad '{pad.name}': {', '.join(idle)} does nothing, the model '{model}' hides it "
                f"for {pad.main_class}"
            )
    return notes


def _mix(choice: Choice, pad: int) -> np.ndarray:
    return choice.sounds.mixes(choice.classes)[pad]


def _why(grade: float) -> str:
    if math.isnan(grade):
        return "not measurable"
    return f"graded {grade:.2f}" if grade < GRADE else "not heard, or wrong on some drums"
