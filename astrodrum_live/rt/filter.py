"""One filter for low, high and band: a state variable filter that keeps the analogue's topology.

A. Simper, "Solving the continuous SVF equations using trapezoidal integration and equivalent
currents" (Cytomic, 2013). Stable at any cutoff below half the rate and any damping above zero.
"""

import math

import numpy as np

from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.sane import rt_sane

HIGHEST = 0.49  # of the rate: the tangent has its pole at a half


@realtime
def rt_damping(resonance):
    """Resonance 0..1 to 1 / Q, 1..0.001, as SuperDirt: ``linexp(0, 1, 1, 0.001)``.

    Thread: any. Realtime-safe: yes.
    """
    return 10.0 ** (-3.0 * min(max(resonance, 0.0), 1.0))


@realtime
def rt_low_pass(filter_, hertz, damping, rate):
    """Make it a low-pass with gain 1 at 0 Hz, at rest. ``damping``: 1 / Q.

    Thread: callback. Realtime-safe: yes.
    """
    _tune(filter_, hertz, damping, rate)
    filter_.of_input, filter_.of_band, filter_.of_low = 0.0, 0.0, 1.0


@realtime
def rt_high_pass(filter_, hertz, damping, rate):
    """Make it a high-pass with gain 1 at half the rate, at rest.

    Thread: callback. Realtime-safe: yes.
    """
    _tune(filter_, hertz, damping, rate)
    filter_.of_input, filter_.of_band, filter_.of_low = 1.0, -damping, -1.0


@realtime
def rt_band_pass(filter_, hertz, quality, rate):
    """Make it a band-pass with gain ``quality`` (>= 1) at its centre, as SuperDirt, at rest.

    Thread: callback. Realtime-safe: yes.
    """
    _tune(filter_, hertz, 1.0 / quality, rate)
    filter_.of_input, filter_.of_band, filter_.of_low = 0.0, 1.0, 0.0


@realtime
def _tune(filter_, hertz, damping, rate):
    g = math.tan(math.pi * min(hertz / rate, HIGHEST))
    filter_.a1 = 1.0 / (1.0 + g * (g + damping))
    filter_.a2 = g * filter_.a1
    filter_.a3 = g * filter_.a2
    filter_.state_1 = 0.0
    filter_.state_2 = 0.0
    filter_.on = 1


@realtime
def rt_filter(filter_, samples):
    """Filter ``samples`` (n,) float32 in place. Thread: callback. Realtime-safe: yes."""
    a1, a2, a3 = filter_.a1, filter_.a2, filter_.a3
    of_input, of_band, of_low = filter_.of_input, filter_.of_band, filter_.of_low
    state_1, state_2 = filter_.state_1, filter_.state_2
    for i in range(samples.size):
        sample = np.float64(samples[i])
        rest = sample - state_2
        band = a1 * state_1 + a2 * rest
        low = state_2 + a2 * state_1 + a3 * rest
        state_1 = rt_sane(2.0 * band - state_1)
        state_2 = rt_sane(2.0 * low - state_2)
        samples[i] = np.float32(rt_sane(of_input * sample + of_band * band + of_low * low))
    filter_.state_1, filter_.state_2 = state_1, state_2
