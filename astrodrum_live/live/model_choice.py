"""Which model a patch plays, and what to do when it is not there."""

from collections.abc import Callable
from pathlib import Path

from astrodrum_live.control.patch import Patch
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.model.checkpoint import ModelError, read_card
from astrodrum_live.places import shipped_folder

DEFAULT_MODEL = "drums-v1"


def model_folder(patch: Patch) -> Path:
    """The folder of the patch's model: as a path beside the patch, or by name in ``models/``."""
    if patch.model is None:
        return shipped_folder("models") / DEFAULT_MODEL
    beside = (patch.path.parent if patch.path else Path()) / patch.model
    return beside if beside.is_dir() else shipped_folder("models") / patch.model


def sounds_of(patch: Patch, log: Callable[[str], None] | None = None) -> Sounds:
    """What the generator needs of ``patch``, checked against its model's card (no torch needed).

    With ``log``, a model that cannot be used is told there and the shipped one takes its place.
    Errors: ``ModelError``; ``SoundsError`` for a class the model does not have.
    """
    pads = tuple(pad.classes for pad in patch.pads)
    sounds = Sounds(model_folder(patch), pads)
    try:
        sounds.mixes(read_card(sounds.model).config.classes)
    except ModelError as error:
        if log is None or patch.model is None:
            raise
        log(f"{error}; playing the shipped model '{DEFAULT_MODEL}' instead")
        sounds = Sounds(shipped_folder("models") / DEFAULT_MODEL, pads)
        sounds.mixes(read_card(sounds.model).config.classes)
    return sounds


def hit_seconds(sounds: Sounds) -> float:
    """How long a hit of the kit's model can be, s, with room for the resampling filter."""
    config = read_card(sounds.model).config
    return config.slice_len / config.sample_rate + 0.02
