"""What a change of kit adds to what sounds: the same performance with it and without, offline."""

import numpy as np

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.patch import Patch
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.makers import FrozenMaker, Maker, Request
from astrodrum_live.generation.seeds import layer_number
from astrodrum_live.layers import LAYERS, MADE_FOR
from astrodrum_live.live.kit import load_kit
from astrodrum_live.live.model_choice import Choice, choose_model
from astrodrum_live.units import db_to_gain

BLOCK = 64
RINGS_S, AFTER_S = 0.2, 0.3
SHORTEST_RAMP_S = 0.01  # of all that a kit changes in what sounds (params.py, slew_ms)
TURNS, APART = 8, 53  # moments, frames apart: within a block, and of every wave
SOFT = 0.05  # an amplitude at which sixteen pads at once do not reach the limiter


def measure_swap(first: Patch, second: Patch, rate: int = 48000, turns: int = TURNS) -> dict:
    """The kits are changed while all pads of ``first`` ring, at ``turns`` different moments.

    All in shares of the sound's peak. ``added``: by how much a step from a sample to the next is
    larger than without the change, louder by the kits' master gains as it may be. ``bound``: what
    the shortest ramp may add, were the sound to be taken away whole in it. ``largest_step``: in
    what goes on sounding; ``without``: had nothing been changed. ``silent``: pads of the new kit
    that did not sound when struck at once. Errors: ``ModelError``, ``SoundsError``.
    """
    choices = choose_model(first), choose_model(second)
    gains = [patch.master["gain"] for patch in (first, second)]
    louder = max(db_to_gain(gains[1] - gains[0]), 1.0)
    makers = FrozenMaker(choices[0].sounds, rate, 1), FrozenMaker(choices[1].sounds, rate, 1)
    figures = {"added": 0.0, "bound": 0.0, "largest_step": 0.0, "without": 0.0, "silent": 0}
    last = int(RINGS_S * rate) + turns * APART
    plain, _ = _play(choices, makers, rate, None, last + int(AFTER_S * rate))
    loudest = float(np.abs(plain).max())
    for turn in range(turns):
        after = int(RINGS_S * rate) + turn * APART
        until = after + int(AFTER_S * rate)
        swapped, silent = _play(choices, makers, rate, after, until)
        rings = slice(after - 1, until)
        steps, usual = _steps(swapped[rings]), _steps(plain[rings])
        found = {
            "added": (steps - louder * usual).max() / loudest,
            "bound": louder / (SHORTEST_RAMP_S * rate),
            "largest_step": steps.max() / loudest,
            "without": usual.max() / loudest,
            "silent": silent,
        }
        for name, value in found.items():
            figures[name] = max(figures[name], float(value))
    return {**figures, "from": first.kit, "to": second.kit, "turns": turns}


def _play(
    choices: tuple[Choice, Choice], makers: tuple[Maker, Maker], rate: int, swap: int | None,
    until: int,
) -> tuple[np.ndarray, int]:  # fmt: skip
    """The sound until then; and how many pads of the new kit were silent when struck there."""
    first, second = choices
    config = EngineConfig(
        rate=rate,
        block=BLOCK,
        voices=first.patch.voices,
        hit_seconds=max(choice.longest_s for choice in choices),
    )
    engine = Engine(config)
    try:
        load_kit(engine, first.patch)
        _fill(engine, first, makers[0], rate)
        for pad in range(len(first.patch.pads)):
            engine.post_hit(pad, 0.9, 1 + pad * 37, amplitude=SOFT)
        if swap is None:
            return engine.render(until), 0
        sound = [engine.render(swap)]
        load_kit(engine, second.patch, before=first.patch)
        _fill(engine, second, makers[1], rate)
        sound.append(engine.render(until - swap))
        before = engine.counters()
        for pad in range(len(second.patch.pads)):
            engine.post_hit(pad, 0.9)
        engine.render(BLOCK)
        after = engine.counters()
        played = after["played"] - before["played"] - after["bad_hits"] + before["bad_hits"]
        return np.concatenate(sound), len(second.patch.pads) - played
    finally:
        engine.close()


def _fill(engine: Engine, choice: Choice, maker: Maker, rate: int) -> None:
    """Two hits in every ring, as the generator would, under the epochs of now."""
    values, epochs = engine.memory.header[0]["pad_value"], engine.rings.epochs()
    for pad in range(len(choice.patch.pads)):
        for layer in range(LAYERS):
            requests = [Request(pad, layer_number(layer, n), MADE_FOR[layer]) for n in range(2)]
            for made in maker.make(requests, values):
                if made.audio is not None:
                    engine.rings.push(pad, layer, made.audio, rate, made.seed, int(epochs[pad]))


def _steps(sound: np.ndarray) -> np.ndarray:
    """From every sample to the next, that of the channel where it is larger."""
    return np.abs(np.diff(sound, axis=0)).max(axis=1)
