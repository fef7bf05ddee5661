"""What may stand behind a drum machine: an overdriven desk, an early sampler, a filter."""

import numpy as np

from astrodrum_live.data.synth.draws import Draws, Parameters, Values
from astrodrum_live.data.synth.signals import crush, drive, normal, resonant_lowpass

SHARE = 0.4  # of the drums that are coloured at all


def draw_colour(d: Draws, brightest_hz: float) -> Parameters:
    """No parameters for most drums; for the others a ``colour`` and its own, named ``colour_``.

    ``brightest_hz``: the lowest corner of the filter that leaves the class what it is.
    """
    if not d.chance(SHARE):
        return {}
    colour = d.one_of(["desk", "sampler", "filter"])
    if colour == "desk":
        return {"colour": colour, "colour_gain": d.ratio(1.5, 4), "colour_bias": d.even(0, 0.3)}
    if colour == "sampler":
        held = d.ratio(max(14000, 1.5 * brightest_hz), 36000)
        return {"colour": colour, "colour_bits": d.whole(8, 12), "colour_held_hz": held}
    corner = d.ratio(brightest_hz, 16000)
    return {"colour": colour, "colour_corner_hz": corner, "colour_q": d.ratio(0.7, 3)}


def coloured(p: Values, x: np.ndarray, rate: int) -> np.ndarray:
    """The signal through the drum's colour, if it has one; the peak is 1 before it."""
    match p.get("colour"):
        case "desk":
            return drive(normal(x), p["colour_gain"], p["colour_bias"])
        case "sampler":
            return crush(normal(x), p["colour_bits"], p["colour_held_hz"], rate)
        case "filter":
            return resonant_lowpass(x, p["colour_corner_hz"], p["colour_q"], rate)
    return x
