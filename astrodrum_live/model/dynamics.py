"""The law by which a stroke's velocity turns knobs: harder is brighter and punchier.

Velocity also makes a hit louder, which is the engine's business (``velocity.py``); a drum
struck harder changes its spectrum as well (Fletcher and Rossing, "The Physics of Musical
Instruments", ch. 18).
"""

NEUTRAL = 0.75  # the velocity at which a pad sounds as its knobs stand
SLOPES = {"brightness": 1.0, "punch": 0.6}  # knob travel per unit of velocity, at dynamics 1


def struck(knob: str, position: float, velocity: float, dynamics: float) -> float:
    """The position 0..1 a knob takes for a stroke of ``velocity`` 0..1 at ``dynamics`` 0..1.

    Rises with velocity, never falls; a knob without a slope stays where it is.
    """
    slope = SLOPES.get(knob, 0.0)
    return min(max(position + dynamics * (velocity - NEUTRAL) * slope, 0.0), 1.0)
