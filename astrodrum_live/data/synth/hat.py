"""Hi-hats: metal or noise, high-passed, through one VCA; open and closed differ in its decay."""

from collections.abc import Callable

import numpy as np

from astrodrum_live.data.synth.circuit import Circuit, Draw, Sound
from astrodrum_live.data.synth.draws import Draws, Parameters, Values
from astrodrum_live.data.synth.metal import cluster, draw_cluster, draw_fm, fm, rung
from astrodrum_live.data.synth.signals import (
    bandpass,
    crush,
    drive,
    highpass,
    lowpass,
    noise,
    normal,
    two_slopes,
)

Decay = Callable[[Draws], Parameters]


def _draw_closed(d: Draws) -> Parameters:
    return {"decay_s": d.ratio(0.05, 0.2), "late": d.even(0, 0.1), "late_s": d.ratio(0.15, 0.28)}


def _draw_open(d: Draws) -> Parameters:
    return {"decay_s": d.ratio(0.4, 1.4), "late": d.even(0, 0.3), "late_s": d.ratio(0.7, 1.3)}


def _vca(p: Values, t: np.ndarray) -> np.ndarray:
    return two_slopes(t, p["decay_s"], p["late_s"], max(p["late"], 0.0))


def _draw_corner(d: Draws) -> Parameters:
    return {"low_cut_hz": d.ratio(4500, 9000), "drive": d.ratio(0.5, 2)}


def _draw_squares(d: Draws) -> Parameters:
    band = {"band_hz": d.ratio(6500, 11000), "band_q": d.ratio(0.8, 2.5)}
    return draw_cluster(d) | band | _draw_corner(d) | {"hiss": d.even(0, 0.12)}


def _squares(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Six squares through a band-pass, a VCA, and a high-pass behind it."""
    metal = bandpass(cluster(p, random, len(t), rate), p["band_hz"], p["band_q"], rate)
    mixed = normal(metal) + p["hiss"] * noise(random, len(t))
    return highpass(drive(0.8 * mixed * _vca(p, t), p["drive"]), p["low_cut_hz"], rate, 3)


def _draw_fm(d: Draws) -> Parameters:
    return draw_fm(d) | _draw_corner(d) | {"hiss": d.even(0.02, 0.3)}


def _fm(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Metal by frequency modulation, with some noise."""
    metal = normal(highpass(fm(p, random, len(t), rate), 0.7 * p["low_cut_hz"], rate))
    mixed = metal + 0.4 * p["hiss"] * noise(random, len(t))
    return highpass(drive(0.8 * mixed * _vca(p, t), p["drive"]), p["low_cut_hz"], rate, 3)


def _draw_hybrid(d: Draws) -> Parameters:
    return (
        draw_cluster(d, 1.2, 3.0)
        | _draw_corner(d)
        | {"metal": d.even(0.15, 0.6), "bits": d.whole(7, 12), "held_hz": d.ratio(24000, 40000)}
    )


def _hybrid(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Ring-modulated squares in noise, in the manner of a sampled cymbal of few bits."""
    share = min(p["metal"], 1.0)
    metal = normal(highpass(rung(p, random, len(t), rate), p["low_cut_hz"], rate))
    hiss = normal(highpass(noise(random, len(t)), p["low_cut_hz"], rate))
    stored = crush(share * metal + (1 - share) * hiss, p["bits"], p["held_hz"], rate)
    shaped = drive(stored * _vca(p, t), p["drive"])
    return highpass(lowpass(shaped, 17000, rate), 0.8 * p["low_cut_hz"], rate)


def _draw_hiss(d: Draws) -> Parameters:
    return _draw_corner(d) | {"peak_hz": d.ratio(6000, 12000), "peak_q": d.ratio(1, 5)}


def _hiss(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """White noise with one resonance: the cheapest hat there is."""
    white = noise(random, len(t))
    shaped = (0.35 * white + bandpass(white, p["peak_hz"], p["peak_q"], rate)) * _vca(p, t)
    return highpass(drive(0.5 * shaped, p["drive"]), p["low_cut_hz"], rate, 3)


def _with(draw: Draw, decay: Decay) -> Draw:
    return lambda d: draw(d) | decay(d)


def _family(decay: Decay) -> tuple[Circuit, ...]:
    circuits: tuple[tuple[str, Draw, Sound], ...] = (
        ("six_squares", _draw_squares, _squares), ("fm", _draw_fm, _fm),
        ("hybrid", _draw_hybrid, _hybrid), ("hiss", _draw_hiss, _hiss),
    )  # fmt: skip
    return tuple(Circuit(name, _with(draw, decay), sound) for name, draw, sound in circuits)


CLOSED_HATS = _family(_draw_closed)
OPEN_HATS = _family(_draw_open)
