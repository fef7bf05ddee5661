"""Where a place of the grid lies in time: swing moves every second step, and all between."""

import math


def swung(place: float, swing: float) -> float:
    """The place, in straight steps, at which grid place ``place`` sounds; rising, and exact at
    every pair. ``swing``: where in its pair the second step begins, 0.5..0.75.

    Formula: that of the MPC, https://en.wikipedia.org/wiki/Swing_(jazz_performance_style): a pair
    is divided as swing : 1 - swing.
    """
    pair = math.floor(place / 2.0)
    within = place - 2.0 * pair
    if within < 1.0:
        return 2.0 * pair + 2.0 * swing * within
    return 2.0 * pair + 2.0 * swing + 2.0 * (1.0 - swing) * (within - 1.0)


def straight(sounds: float, swing: float) -> float:
    """The grid place that sounds at ``sounds``: what ``swung`` does, undone."""
    pair = math.floor(sounds / 2.0)
    within = sounds - 2.0 * pair
    first = 2.0 * swing
    if within < first:
        return 2.0 * pair + within / first
    return 2.0 * pair + 1.0 + (within - first) / (2.0 - first)
