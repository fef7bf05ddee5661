"""What a change of kit adds to what sounds: the same performance with it and without, offline."""

import numpy as np

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.patch import Patch
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.makers import FrozenMaker, Request
from astrodrum_live.generation.seeds import layer_number
from astrodrum_live.layers import LAYERS, MADE_FOR
from astrodrum_live.live.kit import load_kit
from astrodrum_live.live.model_choice import Choice, choose_model

BLOCK = 64
RINGS_S, AFTER_S = 0.2, 0.3
SHORTEST_RAMP_S = 0.01  # of all that a kit changes in what sounds (params.py, slew_ms)
TURNS = 20


def measure_swap(first: Patch, second: Patch, rate: int = 48000, turns: int = TURNS) -> dict:
    """The kits are changed while all pads of ``first`` ring, at ``turns`` different moments.

    ``added``: the largest step from a sample to the next in what the change adds to the sound that
    goes on. ``bound``: what the shortest of the ramps may add, were the sound to be taken away
    whole. ``largest_step``: in the sound itself, with the change, and ``without`` it. ``silent``:
    pads of the new kit that did not sound when struck at once. Errors: ``ModelError``,
    ``SoundsError``.
    """
    choices = choose_model(first), choose_model(second)
    figures = {"added": 0.0, "bound": 0.0, "largest_step": 0.0, "without": 0.0, "silent": 0}
    for turn in range(turns):
        after = int(RINGS_S * rate) + turn * 53  # a moment within a block, and of every wave
        plain, _ = _play(choices, rate, after, swapped=False)
        swapped, silent = _play(choices, rate, after, swapped=True)
        ramp = SHORTEST_RAMP_S * rate
        loudest = float(np.abs(plain).max())
        figures["added"] = max(figures["added"], _step((swapped - plain)[: _dry(after, rate)]))
        figures["bound"] = max(figures["bound"], loudest / ramp)
        figures["largest_step"] = max(figures["largest_step"], _step(swapped[after - 1 :]))
        figures["without"] = max(figures["without"], _step(plain[after - 1 :]))
        figures["silent"] += silent
    return {**figures, "from": first.kit, "to": second.kit, "turns": turns}


def _play(
    choices: tuple[Choice, Choice], rate: int, after: int, swapped: bool
) -> tuple[np.ndarray, int]:
    """The sound, and how many pads of the new kit were silent when struck at its end."""
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
        _fill(engine, first, rate)
        for pad in range(len(first.patch.pads)):
            engine.post_hit(pad, 0.9, 1 + pad * 37)
        sound = [engine.render(after)]
        if swapped:
            load_kit(engine, second.patch, before=first.patch)
            _fill(engine, second, rate)
        sound.append(engine.render(_dry(after, rate) - after))
        played = engine.counters()["played"]
        silent = 0
        if swapped:
            for pad in range(len(second.patch.pads)):
                engine.post_hit(pad, 0.9)
            sound.append(engine.render(int(AFTER_S * rate)))
            counters = engine.counters()
            silent = len(second.patch.pads) - (counters["played"] - played) + counters["bad_hits"]
        else:
            sound.append(engine.render(int(AFTER_S * rate)))
        return np.concatenate(sound), silent
    finally:
        engine.close()


def _dry(after: int, rate: int) -> int:
    """Where the first stroke after the change falls."""
    return after + int(AFTER_S * rate)


def _fill(engine: Engine, choice: Choice, rate: int) -> None:
    """Two hits in every ring, as the generator would, under the epochs of now."""
    maker = FrozenMaker(choice.sounds, rate, 1)
    values, epochs = engine.memory.header[0]["pad_value"], engine.rings.epochs()
    for pad in range(len(choice.patch.pads)):
        for layer in range(LAYERS):
            requests = [Request(pad, layer_number(layer, n), MADE_FOR[layer]) for n in range(2)]
            for made in maker.make(requests, values):
                if made.audio is not None:
                    engine.rings.push(pad, layer, made.audio, rate, made.seed, int(epochs[pad]))


def _step(sound: np.ndarray) -> float:
    return float(np.abs(np.diff(sound, axis=0)).max()) if len(sound) > 1 else 0.0
