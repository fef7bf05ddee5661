"""From how hard a pad was struck to how loud it sounds, and in which layer."""


def pad_velocity(velocity: float, floor: float, ceiling: float, fixed: float = 0.0) -> float:
    """A stroke's velocity (0..1, NaN is 0) spread over floor..ceiling, 0..1: what the pad makes of
    it. It chooses the layer of velocity, hence the timbre, and sets the gain. ``fixed`` above 0
    takes the place of all that.

    Thread: any. Realtime-safe: no.
    """
    if fixed > 0.0:
        return fixed
    struck = min(max(0.0, velocity), 1.0)  # in this order NaN becomes 0
    return max(floor + (ceiling - floor) * struck, 0.0)


def velocity_gain(velocity: float, curve: float) -> float:
    """Linear gain of a hit: ``pad_velocity ** curve``.

    A power law, as samplers have. Thread: any. Realtime-safe: no.
    """
    return velocity**curve
