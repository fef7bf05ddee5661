"""Percussion: rim shot, cowbell, clave, maraca, conga, wood block, FM bell."""

import numpy as np

from astrodrum_live.data.synth.circuit import Circuit
from astrodrum_live.data.synth.draws import Draws, Parameters, Values
from astrodrum_live.data.synth.signals import (
    bandpass,
    decaying,
    drive,
    highpass,
    lowpass,
    noise,
    normal,
    pulse,
    sine,
    square,
    swept,
    turns,
    two_slopes,
)


def _draw_rimshot(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(380, 620), "upper": d.ratio(2.6, 4.2), "decay_s": d.ratio(0.03, 0.12),
        "mix": d.even(0.3, 0.7), "low_cut_hz": d.ratio(250, 900), "drive": d.ratio(1.5, 6),
        "hiss": d.even(0, 0.2),
    }  # fmt: skip


def _rimshot(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Two networks, one low and one high, hard into a diode and through a high-pass."""
    mix = min(p["mix"], 1.0)
    tones = (1 - mix) * sine(turns(p["hz"], len(t), rate))
    tones = tones + mix * sine(turns(p["hz"] * p["upper"], len(t), rate))
    struck = (tones + p["hiss"] * noise(random, len(t))) * decaying(t, p["decay_s"])
    return highpass(drive(struck, p["drive"], 0.1), p["low_cut_hz"], rate)


def _draw_cowbell(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(430, 720), "fifth": d.ratio(1.44, 1.53), "early_s": d.ratio(0.04, 0.12),
        "late_s": d.ratio(0.3, 0.9), "late": d.even(0.25, 0.6), "band_q": d.ratio(1, 2.5),
        "band": d.ratio(1.1, 1.8), "drive": d.ratio(0.5, 2),
    }  # fmt: skip


def _cowbell(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Two squares somewhat less than a fifth apart, through a VCA and a band-pass."""
    phases = random.random(2)
    pair = square(p["hz"], len(t), rate, phases[0])
    pair = pair + square(p["hz"] * p["fifth"], len(t), rate, phases[1])
    shaped = pair / 2 * two_slopes(t, p["early_s"], p["late_s"], min(p["late"], 1.0))
    return drive(bandpass(shaped, p["hz"] * p["band"], p["band_q"], rate), p["drive"])


def _draw_clave(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(1700, 3200), "decay_s": d.ratio(0.05, 0.18), "upper": d.even(0, 0.3),
        "drive": d.ratio(0.5, 3),
    }  # fmt: skip


def _clave(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """One high network that rings shortly, with a trace of a second mode."""
    tone = sine(turns(p["hz"], len(t), rate)) * decaying(t, p["decay_s"])
    upper = sine(turns(2.71 * p["hz"], len(t), rate)) * decaying(t, 0.3 * p["decay_s"])
    return drive(0.8 * tone + p["upper"] * upper, p["drive"])


def _draw_maraca(d: Draws) -> Parameters:
    return {
        "low_cut_hz": d.ratio(3500, 7500), "attack_s": d.ratio(0.001, 0.008),
        "decay_s": d.ratio(0.04, 0.2), "peak_hz": d.ratio(5000, 11000), "peak_q": d.ratio(0.5, 3),
    }  # fmt: skip


def _maraca(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """High-passed noise that swells for a few milliseconds."""
    hiss = highpass(noise(random, len(t)), p["low_cut_hz"], rate, 3)
    hiss = 0.4 * hiss + bandpass(hiss, p["peak_hz"], p["peak_q"], rate)
    return hiss * decaying(t, p["decay_s"], p["attack_s"])


def _draw_conga(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(165, 460), "decay_s": d.ratio(0.12, 0.45), "sweep_ratio": d.ratio(1.02, 1.2),
        "sweep_s": d.ratio(0.01, 0.04), "slap": d.ratio(0.03, 0.4), "slap_hz": d.ratio(900, 2500),
        "click": d.even(0.05, 0.4), "drive": d.ratio(0.5, 2),
    }  # fmt: skip


def _conga(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """A tom's network tuned high and held short, with a slap of noise."""
    hz = swept(t, p["hz"], p["sweep_ratio"], p["sweep_s"])
    body = sine(turns(hz, len(t), rate)) * decaying(t, p["decay_s"])
    slap = bandpass(noise(random, len(t)), p["slap_hz"], 1.0, rate) * decaying(t, 0.03)
    click = lowpass(pulse(t, 0.0008), 5000, rate, 1)
    return drive(0.8 * body + p["slap"] * slap + p["click"] * click, p["drive"])


def _draw_block(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(550, 1500), "upper": d.ratio(1.4, 2.4), "decay_s": d.ratio(0.04, 0.14),
        "upper_level": d.even(0.1, 0.6), "knock": d.ratio(0.05, 0.4), "drive": d.ratio(0.6, 3),
    }  # fmt: skip


def _block(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Two modes of a hollow piece of wood and the knock of the stick."""
    hz = swept(t, p["hz"], 1.08, 0.004)
    low = sine(turns(hz, len(t), rate)) * decaying(t, p["decay_s"])
    high = sine(turns(p["upper"] * hz, len(t), rate)) * decaying(t, 0.6 * p["decay_s"])
    knock = bandpass(noise(random, len(t)), 2 * p["hz"], 1.5, rate) * decaying(t, 0.012)
    return drive(0.7 * low + p["upper_level"] * high + p["knock"] * knock, p["drive"])


def _draw_bell(d: Draws) -> Parameters:
    return {
        "hz": d.ratio(500, 1600), "modulator": d.ratio(1.36, 3.6), "index": d.ratio(0.6, 4),
        "index_s": d.ratio(0.05, 0.4), "decay_s": d.ratio(0.1, 0.7),
        "low_cut_hz": d.ratio(200, 700),
    }  # fmt: skip


def _bell(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """Two operators at an odd ratio: an agogo, or something no one has hung up yet."""
    bend = p["index"] / (2 * np.pi) * decaying(t, p["index_s"])
    bent = turns(p["hz"], len(t), rate) + bend * sine(turns(p["hz"] * p["modulator"], len(t), rate))
    return highpass(normal(sine(bent) * decaying(t, p["decay_s"])), p["low_cut_hz"], rate)


PERCUSSION = (
    Circuit("rimshot", _draw_rimshot, _rimshot),
    Circuit("cowbell", _draw_cowbell, _cowbell),
    Circuit("clave", _draw_clave, _clave),
    Circuit("maraca", _draw_maraca, _maraca),
    Circuit("conga", _draw_conga, _conga),
    Circuit("block", _draw_block, _block),
    Circuit("bell", _draw_bell, _bell),
)
