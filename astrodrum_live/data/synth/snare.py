"""Snare drums: two tones of a shell, and filtered noise for the wires."""

import numpy as np

from astrodrum_live.data.synth.circuit import Circuit
from astrodrum_live.data.synth.draws import Draws, Parameters, Values
from astrodrum_live.data.synth.signals import (
    bandpass,
    crush,
    decaying,
    drive,
    highpass,
    lowpass,
    noise,
    pulse,
    resonant_lowpass,
    sine,
    swept,
    triangle,
    turns,
    two_slopes,
)


def _draw_bridged(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(150, 250), "upper": d.ratio(1.5, 2.1), "tone_s": d.ratio(0.06, 0.3),
        "tone_mix": d.even(0.25, 0.75), "snappy": d.ratio(0.35, 1.4),
        "noise_s": d.ratio(0.2, 0.7), "noise_hz": d.ratio(700, 3500), "click": d.even(0, 0.4),
        "drive": d.ratio(0.5, 2),
    }  # fmt: skip


def _bridged(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Two bridged-T networks for the shell's modes, high-passed noise for the wires."""
    hz = swept(t, p["hz"], 1.25, 0.004)
    low = sine(turns(hz, len(t), rate)) * decaying(t, p["tone_s"])
    high = sine(turns(hz * p["upper"], len(t), rate)) * decaying(t, 0.7 * p["tone_s"])
    mix = min(p["tone_mix"], 1.0)
    wires = highpass(noise(random, len(t)), p["noise_hz"], rate) * decaying(t, p["noise_s"])
    shell = (1 - mix) * low + mix * high + p["click"] * lowpass(pulse(t, 0.001), 5000, rate, 1)
    return drive(0.5 * shell + 0.3 * p["snappy"] * wires, p["drive"])


def _draw_vco(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(140, 220), "upper": d.ratio(1.3, 1.9), "sweep_ratio": d.ratio(1.3, 2.5),
        "sweep_s": d.ratio(0.008, 0.03), "tone_s": d.ratio(0.08, 0.25),
        "snappy": d.ratio(0.4, 1.5), "noise_s": d.ratio(0.22, 0.7),
        "tone_hz": d.ratio(4000, 12000), "air_hz": d.ratio(1500, 4000), "drive": d.ratio(0.8, 3),
    }  # fmt: skip


def _vco(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Two swept oscillators; noise in two paths, a short full one and a long high one."""
    phase = turns(swept(t, p["hz"], p["sweep_ratio"], p["sweep_s"]), len(t), rate)
    shell = sine(phase) + 0.7 * triangle(p["upper"] * phase)
    hiss = lowpass(noise(random, len(t)), p["tone_hz"], rate)
    wires = hiss * decaying(t, 0.4 * p["noise_s"])
    wires = wires + highpass(hiss, p["air_hz"], rate) * decaying(t, p["noise_s"])
    body = 0.45 * shell * decaying(t, p["tone_s"])
    return drive(body + 0.25 * p["snappy"] * wires, p["drive"])


def _draw_sampled(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(160, 260), "upper": d.ratio(1.4, 2.4), "tone_s": d.ratio(0.05, 0.2),
        "wires_hz": d.ratio(1800, 5000), "wires_q": d.ratio(0.4, 1.2),
        "early_s": d.ratio(0.05, 0.15), "late_s": d.ratio(0.2, 0.6), "late": d.even(0.1, 0.4),
        "snappy": d.ratio(0.5, 2), "bits": d.whole(8, 12), "held_hz": d.ratio(16000, 30000),
    }  # fmt: skip


def _sampled(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """A recorded-sounding snare with a hard front, from a memory of few bits."""
    hz = swept(t, p["hz"], 1.4, 0.006)
    shell = sine(turns(hz, len(t), rate)) + 0.6 * sine(turns(p["upper"] * hz, len(t), rate))
    wires = bandpass(noise(random, len(t)), p["wires_hz"], p["wires_q"], rate)
    wires = wires * two_slopes(t, p["early_s"], p["late_s"], min(p["late"], 1.0))
    mixed = 0.4 * shell * decaying(t, p["tone_s"]) + 0.4 * p["snappy"] * wires
    return lowpass(crush(drive(mixed, 1.2), p["bits"], p["held_hz"], rate), 14000, rate)


def _draw_space(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(130, 230), "sweep_ratio": d.ratio(1.5, 3), "sweep_s": d.ratio(0.015, 0.06),
        "decay_s": d.ratio(0.25, 0.8), "noise_mix": d.even(0.55, 0.85),
        "filter_hz": d.ratio(2500, 9000), "filter_q": d.ratio(0.8, 3), "drive": d.ratio(1, 3),
    }  # fmt: skip


def _space(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """The pad kits of the eighties: one triangle and noise through one resonant filter and VCA."""
    phase = turns(swept(t, p["hz"], p["sweep_ratio"], p["sweep_s"]), len(t), rate)
    mix = min(p["noise_mix"], 1.0)
    hiss = resonant_lowpass(noise(random, len(t)), p["filter_hz"], p["filter_q"], rate)
    hiss = highpass(hiss, 500, rate, 1)
    mixed = (1 - mix) * triangle(phase) * decaying(t, 0.5 * p["decay_s"])
    mixed = mixed + 0.45 * mix * hiss * decaying(t, p["decay_s"])
    return drive(mixed, p["drive"])


SNARES = (
    Circuit("bridged_t", _draw_bridged, _bridged),
    Circuit("vco", _draw_vco, _vco),
    Circuit("sampled", _draw_sampled, _sampled),
    Circuit("space", _draw_space, _space),
)
