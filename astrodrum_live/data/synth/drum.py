"""A drum: a circuit and one set of its parameters, a little different at every stroke."""

import zlib
from dataclasses import dataclass

import numpy as np

from astrodrum_live.data.synth.circuit import LONGEST_S, Circuit
from astrodrum_live.data.synth.clap import CLAPS
from astrodrum_live.data.synth.colour import coloured, draw_colour
from astrodrum_live.data.synth.cymbal import CYMBALS
from astrodrum_live.data.synth.draws import Draws, Parameters, jittered
from astrodrum_live.data.synth.finish import finished
from astrodrum_live.data.synth.hat import CLOSED_HATS, OPEN_HATS
from astrodrum_live.data.synth.kick import KICKS
from astrodrum_live.data.synth.perc import PERCUSSION
from astrodrum_live.data.synth.signals import clock
from astrodrum_live.data.synth.snare import SNARES
from astrodrum_live.data.synth.tom import TOMS

OVERSAMPLING = 2  # saturation and modulation make partials above half the rate

CIRCUITS: dict[str, tuple[Circuit, ...]] = {
    "kick": KICKS,
    "snare": SNARES,
    "clap": CLAPS,
    "hat_closed": CLOSED_HATS,
    "hat_open": OPEN_HATS,
    "cymbal": CYMBALS,
    "tom": TOMS,
    "perc": PERCUSSION,
}
# The darkest a colour's filter makes a class, Hz
DARKEST = {
    "kick": 900.0, "snare": 4000.0, "clap": 3000.0, "hat_closed": 11000.0, "hat_open": 11000.0,
    "cymbal": 9000.0, "tom": 1200.0, "perc": 6000.0,
}  # fmt: skip


@dataclass(frozen=True)
class Drum:
    """A drum of a class: ``number`` counts from 1, ``seed`` is the corpus's."""

    name: str
    number: int
    seed: int
    circuit: str
    parameters: Parameters


def draw_drum(name: str, number: int, seed: int) -> Drum:
    """The drum ``number`` of the class ``name``; it does not depend on how many others there are.

    The circuits of a class take turns. Errors: ``KeyError`` for a class that has none.
    """
    circuits = CIRCUITS[name]
    circuit = circuits[(number - 1) % len(circuits)]
    draws = Draws(_random(seed, name, number, 0))
    parameters = circuit.draw(draws) | draw_colour(draws, DARKEST[name])
    return Drum(name, number, seed, circuit.name, parameters)


def render(drum: Drum, stroke: int, rate: int = 44100) -> np.ndarray:
    """A stroke of the drum: float32 (frames,), mono, peak -1 dBFS, at most 1.5 s.

    A pure function: the same drum, stroke (1, 2, ...) and rate give the same samples. Strokes
    differ in their noise, in the phases of free-running oscillators, and in the tolerance of
    components.
    """
    circuit = next(one for one in CIRCUITS[drum.name] if one.name == drum.circuit)
    random = _random(drum.seed, drum.name, drum.number, stroke)
    parameters = jittered(drum.parameters, random)
    inner = rate * OVERSAMPLING
    sound = circuit.sound(parameters, random, clock(inner, LONGEST_S), inner)
    return finished(coloured(parameters, sound, inner), OVERSAMPLING, rate)


def _random(seed: int, name: str, number: int, stroke: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode()), number, stroke])
