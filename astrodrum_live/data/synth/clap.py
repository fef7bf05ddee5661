"""Hand claps: band-passed noise, triggered a few times in a row, and a tail for the room."""

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
)

HANDS = 4  # bursts at most


def _draw_hands(d: Draws) -> Parameters:
    drawn: Parameters = {"bursts": d.whole(3, HANDS), "burst_s": d.ratio(0.012, 0.026)}
    drawn |= {f"gap_{i}_s": d.ratio(0.009, 0.0145) for i in range(1, HANDS)}
    drawn |= {f"level_{i}": d.even(0.7, 1.0) for i in range(HANDS)}
    return drawn


def _hands(p: Values, t: np.ndarray) -> tuple[np.ndarray, float]:
    """The bursts' envelope, each falling until the next begins, and when the last one begins."""
    envelope, start = np.zeros(len(t)), 0.0
    for i in range(p["bursts"]):
        since = t - start
        envelope = np.where(since >= 0, p[f"level_{i}"] * _saw(since, p["burst_s"]), envelope)
        last = start
        start += p.get(f"gap_{i + 1}_s", 0.0)
    return envelope, last


def _saw(since: np.ndarray, decay: float) -> np.ndarray:
    return decaying(np.maximum(since, 0.0), decay, 2e-4)


def _draw_burst(d: Draws) -> Parameters:
    return _draw_hands(d) | {
        "hz": d.ratio(800, 1700), "q": d.ratio(1.2, 3.5), "tail_s": d.ratio(0.2, 0.8),
        "tail": d.ratio(0.15, 0.6), "drive": d.ratio(0.6, 2.5),
    }  # fmt: skip


def _burst(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """One band, two VCAs: retriggered for the hands, a single long one for the room."""
    hands, last = _hands(p, t)
    tail = np.where(t >= last, p["tail"] * _saw(t - last, p["tail_s"]), 0.0)
    hiss = highpass(noise(random, len(t)), 400, rate, 1)
    return drive(0.9 * bandpass(hiss, p["hz"], p["q"], rate) * (hands + tail), p["drive"])


def _draw_wide(d: Draws) -> Parameters:
    return _draw_burst(d) | {"air_hz": d.ratio(3000, 8000), "air": d.ratio(0.1, 0.6)}


def _wide(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """A second band of hiss over the first, and a tail that is darker than the hands."""
    hands, last = _hands(p, t)
    tail = np.where(t >= last, p["tail"] * _saw(t - last, p["tail_s"]), 0.0)
    hiss, room = noise(random, len(t)), noise(random, len(t))
    close = bandpass(hiss, p["hz"], 0.8 * p["q"], rate)
    close = close + p["air"] * highpass(hiss, p["air_hz"], rate)
    far = lowpass(bandpass(room, 0.9 * p["hz"], 0.6 * p["q"], rate), 4000, rate)
    return drive(0.8 * (close * hands + far * tail), p["drive"])


def _draw_sampled(d: Draws) -> Parameters:
    return _draw_wide(d) | {"bits": d.whole(8, 12), "held_hz": d.ratio(16000, 28000)}


def _sampled(p: Values, random: np.random.Generator, t: np.ndarray, rate: int) -> np.ndarray:
    """The wide clap from a memory of few bits."""
    return lowpass(crush(_wide(p, random, t, rate), p["bits"], p["held_hz"], rate), 13000, rate)


CLAPS = (
    Circuit("burst", _draw_burst, _burst),
    Circuit("wide", _draw_wide, _wide),
    Circuit("sampled", _draw_sampled, _sampled),
)
