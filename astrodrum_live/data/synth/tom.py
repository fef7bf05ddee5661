"""Toms: a tuned, damped oscillator with a slight fall in pitch, and a breath of noise."""

import numpy as np

from astrodrum_live.data.synth.circuit import Circuit
from astrodrum_live.data.synth.draws import Draws, Parameters, Values
from astrodrum_live.data.synth.signals import (
    crush,
    decaying,
    drive,
    lowpass,
    noise,
    pulse,
    sine,
    swept,
    triangle,
    turns,
)


def _draw_body(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(78, 240), "decay_s": d.ratio(0.3, 1.1), "sweep_ratio": d.ratio(1.12, 1.6),
        "sweep_s": d.ratio(0.03, 0.12), "drive": d.ratio(0.5, 2.5),
    }  # fmt: skip


def _draw_bridged(d: Draws) -> Parameters:
    return _draw_body(d) | {
        "breath": d.ratio(0.02, 0.25), "breath_s": d.ratio(0.08, 0.4),
        "breath_hz": d.ratio(500, 2500), "click": d.even(0.02, 0.3),
    }  # fmt: skip


def _bridged(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """A bridged-T network, and low-passed noise for the skin."""
    hz = swept(t, p["hz"], p["sweep_ratio"], p["sweep_s"])
    body = sine(turns(hz, len(t), rate)) * decaying(t, p["decay_s"])
    breath = lowpass(noise(random, len(t)), p["breath_hz"], rate) * decaying(t, p["breath_s"])
    click = lowpass(pulse(t, 0.001), 4000, rate, 1)
    return drive(0.8 * body + p["breath"] * breath + p["click"] * click, p["drive"])


def _draw_vco(d: Draws) -> Parameters:
    return _draw_body(d) | {
        "second": d.ratio(1.4, 1.7), "third": d.ratio(2.2, 2.9), "upper": d.ratio(0.1, 0.5),
        "click": d.ratio(0.05, 0.4), "click_s": d.ratio(0.01, 0.04),
    }  # fmt: skip


def _vco(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Three swept oscillators at the ratios of a skin's modes, the upper ones shorter."""
    phase = turns(swept(t, p["hz"], 1.25 * p["sweep_ratio"], p["sweep_s"]), len(t), rate)
    body = triangle(phase) * decaying(t, p["decay_s"])
    body = body + p["upper"] * sine(p["second"] * phase) * decaying(t, 0.6 * p["decay_s"])
    body = body + 0.6 * p["upper"] * sine(p["third"] * phase) * decaying(t, 0.35 * p["decay_s"])
    click = lowpass(noise(random, len(t)), 5000, rate) * decaying(t, p["click_s"])
    return drive(0.6 * body + 0.5 * p["click"] * click, p["drive"])


def _draw_space(d: Draws) -> Parameters:
    return _draw_body(d) | {
        "hz": d.ratio(75, 190), "sweep_ratio": d.ratio(1.6, 3.2), "sweep_s": d.ratio(0.05, 0.16),
        "breath": d.ratio(0.05, 0.35), "breath_s": d.ratio(0.03, 0.15),
    }  # fmt: skip


def _space(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """The pad kits of the eighties: a triangle that falls by an octave or more, noise in front."""
    phase = turns(swept(t, p["hz"], p["sweep_ratio"], p["sweep_s"]), len(t), rate)
    body = lowpass(triangle(phase), 8 * p["hz"], rate) * decaying(t, p["decay_s"])
    breath = lowpass(noise(random, len(t)), 3500, rate) * decaying(t, p["breath_s"])
    return drive(0.8 * body + 0.7 * p["breath"] * breath, p["drive"])


def _draw_sampled(d: Draws) -> Parameters:
    return _draw_vco(d) | {"bits": d.whole(8, 12), "held_hz": d.ratio(16000, 28000)}


def _sampled(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """The three oscillators from a memory of few bits."""
    return lowpass(crush(_vco(p, random, t, rate), p["bits"], p["held_hz"], rate), 9000, rate)


TOMS = (
    Circuit("bridged_t", _draw_bridged, _bridged),
    Circuit("vco", _draw_vco, _vco),
    Circuit("space", _draw_space, _space),
    Circuit("sampled", _draw_sampled, _sampled),
)
