"""Cymbals: a metal cluster in two bands that decay apart, and noise at the strike."""

import numpy as np

from astrodrum_live.data.synth.circuit import Circuit
from astrodrum_live.data.synth.draws import Draws, Parameters, Values
from astrodrum_live.data.synth.metal import cluster, draw_cluster, draw_fm, fm, rung
from astrodrum_live.data.synth.signals import (
    bandpass,
    crush,
    decaying,
    drive,
    highpass,
    lowpass,
    noise,
    normal,
    sine,
    turns,
)


def _draw_bands(d: Draws) -> Parameters:
    return {
        "low_hz": d.ratio(2600, 4200), "high_hz": d.ratio(6500, 9500), "low_s": d.ratio(0.4, 1.3),
        "high_s": d.ratio(1.0, 3.0), "low": d.ratio(0.3, 1), "strike": d.ratio(0.1, 0.8),
        "strike_s": d.ratio(0.05, 0.3), "hiss": d.ratio(0.02, 0.3), "drive": d.ratio(0.5, 1.6),
    }  # fmt: skip


def _in_bands(
    p: Values, metal: np.ndarray, random: np.random.Generator, t: np.ndarray, rate: int
) -> np.ndarray:
    """The low band decays before the high one; noise sounds at the strike and under the ring."""
    white = noise(random, len(t))
    low = normal(bandpass(metal, p["low_hz"], 1.2, rate)) * decaying(t, p["low_s"])
    high = normal(highpass(metal, p["high_hz"], rate, 3)) * decaying(t, p["high_s"])
    air = 0.25 * highpass(white, 5000, rate)
    air = air * (p["strike"] * decaying(t, p["strike_s"]) + p["hiss"] * decaying(t, p["high_s"]))
    mixed = p["low"] * low + 0.8 * high + air
    return highpass(drive(0.5 * mixed, p["drive"]), 1500, rate)


def _draw_squares(d: Draws) -> Parameters:
    return draw_cluster(d) | _draw_bands(d)


def _squares(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Six squares."""
    return _in_bands(p, cluster(p, random, len(t), rate), random, t, rate)


def _draw_fm(d: Draws) -> Parameters:
    return draw_fm(d) | _draw_bands(d)


def _fm(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Three operators at odd ratios."""
    return _in_bands(p, fm(p, random, len(t), rate), random, t, rate)


def _draw_crash(d: Draws) -> Parameters:
    return draw_cluster(d, 1.5, 4.0) | _draw_bands(d) | {
        "metal": d.even(0.1, 0.5), "bits": d.whole(8, 12), "held_hz": d.ratio(24000, 40000),
    }  # fmt: skip


def _crash(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Mostly noise, with rung squares in it, from a memory of few bits."""
    share = min(p["metal"], 1.0)
    mixed = share * normal(rung(p, random, len(t), rate))
    mixed = mixed + (1 - share) * normal(noise(random, len(t)))
    stored = crush(normal(highpass(mixed, 1500, rate)), p["bits"], p["held_hz"], rate)
    return lowpass(_in_bands(p, stored, random, t, rate), 17000, rate)


def _draw_ride(d: Draws) -> Parameters:
    return _draw_squares(d) | {
        "ping_hz": d.ratio(1800, 4800), "ping": d.ratio(0.15, 0.6), "ping_s": d.ratio(0.15, 0.6),
    }  # fmt: skip


def _ride(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Six squares under the ping of a bow: two close tones."""
    hz = p["ping_hz"]
    ping = sine(turns(hz, len(t), rate)) + 0.6 * sine(turns(1.47 * hz, len(t), rate))
    return normal(_squares(p, random, t, rate)) + p["ping"] * ping * decaying(t, p["ping_s"])


CYMBALS = (
    Circuit("six_squares", _draw_squares, _squares),
    Circuit("fm", _draw_fm, _fm),
    Circuit("crash", _draw_crash, _crash),
    Circuit("ride", _draw_ride, _ride),
)
