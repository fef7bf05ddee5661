"""What hats and cymbals share: inharmonic clusters of oscillators."""

import numpy as np

from astrodrum_live.data.synth.draws import Draws, Parameters, Values
from astrodrum_live.data.synth.signals import sine, square, turns

# Six free-running oscillators that share no harmonic: the proportions of the well-known analogue
# machine's, published many times; each drum is tuned and detuned from here.
CLUSTER_HZ = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)


def draw_cluster(d: Draws, low: float = 0.75, high: float = 1.7) -> Parameters:
    """Pitches ``square_1_hz`` to ``square_6_hz``: the cluster tuned as a whole, and each alone."""
    tune = d.ratio(low, high)
    return {
        f"square_{i}_hz": round(tune * hz * d.ratio(0.93, 1.07), 3)
        for i, hz in enumerate(CLUSTER_HZ, 1)
    }


def cluster(p: Values, random: np.random.Generator, frames: int, rate: int) -> np.ndarray:
    """The sum of the six squares, caught at phases of their own: the oscillators never stop."""
    phases = random.random(len(CLUSTER_HZ))
    waves = (square(p[f"square_{i}_hz"], frames, rate, phase) for i, phase in enumerate(phases, 1))
    return sum(waves, np.zeros(frames)) / len(CLUSTER_HZ)


def rung(p: Values, random: np.random.Generator, frames: int, rate: int) -> np.ndarray:
    """Pairs of the squares multiplied, three rings: denser and higher than their sum."""
    waves = [
        square(p[f"square_{i}_hz"], frames, rate, phase)
        for i, phase in enumerate(random.random(len(CLUSTER_HZ)), 1)
    ]
    return (waves[0] * waves[5] + waves[1] * waves[4] + waves[2] * waves[3]) / 3


def draw_fm(d: Draws) -> Parameters:
    """A carrier, two modulators at odd ratios and their indices."""
    return {
        "carrier_hz": d.ratio(350, 1100), "ratio_1": d.ratio(1.32, 1.62),
        "ratio_2": d.ratio(2.1, 5.3), "index_1": d.ratio(2, 7), "index_2": d.ratio(1, 5),
    }  # fmt: skip


def fm(p: Values, random: np.random.Generator, frames: int, rate: int) -> np.ndarray:
    """Three operators in a row at odd ratios: a dense line spectrum up to many kHz."""
    start = random.random(3)
    base = p["carrier_hz"]
    top = sine(turns(base * p["ratio_2"], frames, rate, start[0]))
    middle = sine(turns(base * p["ratio_1"], frames, rate, start[1]) + p["index_2"] / 6.2832 * top)
    return sine(turns(base, frames, rate, start[2]) + p["index_1"] / 6.2832 * middle)
