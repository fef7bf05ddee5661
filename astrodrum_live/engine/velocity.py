"""From how hard a pad was struck to how loud it sounds."""


def velocity_gain(velocity: float, curve: float, floor: float, ceiling: float) -> float:
    """Linear gain of a hit: the velocity (0..1) spread over floor..ceiling, then ``** curve``.

    A power law, as LMMS users asked for and samplers have (MIDI.md 4, need 13).
    """
    spread = floor + (ceiling - floor) * min(max(velocity, 0.0), 1.0)
    return max(spread, 0.0) ** curve
