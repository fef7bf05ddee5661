"""From how hard a pad was struck to how loud it sounds."""


def velocity_gain(velocity: float, curve: float, floor: float, ceiling: float) -> float:
    """Linear gain of a hit: velocity (0..1, NaN is 0) spread over floor..ceiling, ``** curve``.

    A power law, as LMMS users asked for and samplers have (MIDI.md 4, need 13). Thread: any.
    Realtime-safe: no.
    """
    struck = min(max(0.0, velocity), 1.0)  # in this order NaN becomes 0
    spread = floor + (ceiling - floor) * struck
    return max(spread, 0.0) ** curve
