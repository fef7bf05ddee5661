"""Bass drums: a damped oscillator whose pitch falls, a click, and saturation."""

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


def _draw_bridged(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(38, 64), "decay_s": d.ratio(0.35, 1.2),
        "strike_ratio": d.ratio(1.6, 3.2), "strike_s": d.ratio(0.003, 0.010),
        "sigh_ratio": d.ratio(1.01, 1.15), "sigh_s": d.ratio(0.05, 0.2),
        "click": d.even(0.02, 0.5), "click_hz": d.ratio(900, 5000), "drive": d.ratio(0.6, 2.5),
    }  # fmt: skip


def _bridged(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """A bridged-T network struck by a pulse: its pitch is high at the strike, then sighs."""
    hz = swept(t, p["hz"], p["strike_ratio"], p["strike_s"])
    hz = hz * swept(t, 1.0, p["sigh_ratio"], p["sigh_s"])
    body = sine(turns(hz, len(t), rate)) * decaying(t, p["decay_s"])
    click = lowpass(pulse(t, 0.001), p["click_hz"], rate, 1)
    return drive(0.9 * body + p["click"] * click, p["drive"])


def _draw_vco(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(42, 70), "decay_s": d.ratio(0.2, 0.65), "sweep_ratio": d.ratio(3, 7),
        "sweep_s": d.ratio(0.010, 0.035), "round": d.even(0, 1), "click": d.ratio(0.05, 0.6),
        "click_s": d.ratio(0.008, 0.03), "click_hz": d.ratio(1500, 8000), "drive": d.ratio(1, 3.5),
    }  # fmt: skip


def _vco(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """A triangle oscillator, shaped towards a sine, with a long sweep; noise makes the attack."""
    phase = turns(swept(t, p["hz"], p["sweep_ratio"], p["sweep_s"]), len(t), rate)
    shape = min(p["round"], 1.0)
    wave = shape * sine(phase) + (1 - shape) * triangle(phase)
    click = lowpass(noise(random, len(t)), p["click_hz"], rate) * decaying(t, p["click_s"])
    thump = lowpass(pulse(t, 0.0015), p["click_hz"], rate, 1)
    body = 0.9 * wave * decaying(t, p["decay_s"])
    return drive(body + p["click"] * (0.25 * click + 0.6 * thump), p["drive"])


def _draw_sampled(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(50, 75), "decay_s": d.ratio(0.12, 0.35), "sweep_ratio": d.ratio(1.8, 3.5),
        "sweep_s": d.ratio(0.006, 0.02), "knock": d.even(0.05, 0.5), "knock_hz": d.ratio(160, 420),
        "knock_s": d.ratio(0.03, 0.1), "click": d.even(0.05, 0.3), "drive": d.ratio(0.8, 2),
        "bits": d.whole(8, 12), "held_hz": d.ratio(18000, 32000),
    }  # fmt: skip


def _sampled(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """A short, dry drum with a knock above its pitch, from a memory of few bits."""
    hz = swept(t, p["hz"], p["sweep_ratio"], p["sweep_s"])
    body = sine(turns(hz, len(t), rate)) * decaying(t, p["decay_s"])
    knock = sine(turns(p["knock_hz"], len(t), rate)) * decaying(t, p["knock_s"])
    click = lowpass(noise(random, len(t)), 6000, rate) * decaying(t, 0.012)
    mixed = 0.7 * body + 0.4 * p["knock"] * knock + 0.3 * p["click"] * click
    return lowpass(crush(drive(mixed, p["drive"]), p["bits"], p["held_hz"], rate), 11000, rate)


def _draw_fm(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(40, 62), "decay_s": d.ratio(0.2, 0.8), "sweep_ratio": d.ratio(2, 8),
        "sweep_s": d.ratio(0.008, 0.03), "modulator": d.one_of(["0.5", "1", "1.5", "2", "3"]),
        "index": d.ratio(0.3, 4), "index_s": d.ratio(0.03, 0.2), "drive": d.ratio(1.5, 7),
        "bias": d.even(0, 0.2), "tone_hz": d.ratio(1200, 9000),
    }  # fmt: skip


def _fm(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Two operators in one sweep: bright at the strike, a driven sine after it."""
    phase = turns(swept(t, p["hz"], p["sweep_ratio"], p["sweep_s"]), len(t), rate)
    bend = p["index"] / (2 * np.pi) * decaying(t, p["index_s"])
    body = sine(phase + bend * sine(float(p["modulator"]) * phase)) * decaying(t, p["decay_s"])
    return lowpass(drive(body, p["drive"], p["bias"]), p["tone_hz"], rate)


KICKS = (
    Circuit("bridged_t", _draw_bridged, _bridged),
    Circuit("vco", _draw_vco, _vco),
    Circuit("sampled", _draw_sampled, _sampled),
    Circuit("fm", _draw_fm, _fm),
)
