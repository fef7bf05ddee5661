"""Between a patch's key ``frozen`` and the order desk."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from astrodrum_live.control.patch import FrozenHit, PadPatch, Patch
from astrodrum_live.engine.heard import Heard
from astrodrum_live.generation.origin import MAKERS
from astrodrum_live.live.orders import OrderDesk
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS
from astrodrum_live.rt.layout import ORIGIN

MODEL = "model"
_HIT_ROWS = [row.name for row in PAD_PARAMS if row.stage == "hit"]


def freeze_kit(
    desk: OrderDesk, patch: Patch, model_hash: str, rate: int, log: Callable[[str], None]
) -> None:
    """Freeze the pads that ``patch`` says, with hits of the model of this hash, at ``rate`` Hz."""
    for index, pad in enumerate(patch.pads):
        if pad.frozen is None:
            continue
        if pad.frozen.model != model_hash:
            log(f"pad '{pad.name}' is frozen to a hit of another model, {pad.frozen.model}; it"
                " plays fresh ones")  # fmt: skip
            continue
        desk.freeze(index, _heard(index, pad, pad.frozen, rate))


def carry_over(desk: OrderDesk, frozen: dict[str, Heard], patch: Patch) -> None:
    """What was frozen live, by the pad's name, stays so in a save of the kit that plays."""
    for index, pad in enumerate(patch.pads):
        if pad.frozen is None and pad.name in frozen:
            desk.freeze(index, replace(frozen[pad.name], pad=index))


def told(pad: PadPatch, heard: Heard, model_hash: str) -> FrozenHit:
    """A hit that was heard, as a patch says it. Errors: ``ValueError`` for none of the model's."""
    origin = heard.origin
    if MAKERS[int(origin["maker"])] != MODEL:
        raise ValueError(
            f"pad '{pad.name}' is frozen to a hit that was not made while it was played: only the"
            " model's own are told in a kit's file"
        )
    values = {name: float(origin["row"][PAD_INDEX[name]]) for name in _HIT_ROWS}
    other = {name: value for name, value in values.items() if value != pad.values[name]}
    return FrozenHit(model_hash, int(origin["seed"]), float(origin["made_for"]), other)


def named_hit(
    pad: int, seed: int, made_for: float, row: Sequence[float] | np.ndarray, rate: int
) -> Heard:
    """The hit of a seed, made by the model for a velocity from the values ``row``; ``rate``: Hz."""
    origin = np.zeros(1, ORIGIN)[0]
    origin["maker"], origin["seed"] = MAKERS.index(MODEL), seed
    origin["made_for"], origin["row"] = made_for, row
    return Heard(pad, 0, made_for, None, float(rate), origin)


def _heard(index: int, pad: PadPatch, hit: FrozenHit, rate: int) -> Heard:
    values = {**pad.values, **hit.values}
    row = [values[param.name] for param in PAD_PARAMS]
    return named_hit(index, hit.seed, hit.made_for, row, rate)
