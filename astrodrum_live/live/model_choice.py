"""Which model a patch plays, and what to do when it is not there."""

from collections.abc import Callable
from pathlib import Path

from astrodrum_live.control.patch import Patch
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.generation.sounds import Sounds, SoundsError
from astrodrum_live.model.checkpoint import ModelError, read_card
from astrodrum_live.places import shipped_folder

DEFAULT_MODEL = "drums-v1"
RESAMPLER_S = 0.02  # by which the resampling filter may lengthen a hit


def model_folder(patch: Patch) -> Path:
    """The folder of the patch's model: as a path beside the patch, or by name in ``models/``."""
    if patch.model is None:
        return shipped_folder("models") / DEFAULT_MODEL
    beside = (patch.path.parent if patch.path else Path()) / patch.model
    return beside if beside.is_dir() else shipped_folder("models") / patch.model


def sounds_of(patch: Patch, log: Callable[[str], None] | None = None) -> Sounds:
    """What the generator needs of ``patch``; see ``choose_model``."""
    return choose_model(patch, log)[0]


def choose_model(patch: Patch, log: Callable[[str], None] | None = None) -> tuple[Sounds, float]:
    """What the generator needs of ``patch``, and how long a hit of its model can be, s.

    Both checked against the model's card, which is read once (it is as large as the weights) and
    without torch. With ``log``, a model that cannot be used is told there and the shipped one takes
    its place. Errors: ``ModelError``; for a class the model does not have ``PatchError``
    with file and line, or ``SoundsError`` where the patch has no file.
    """
    folder = model_folder(patch)
    try:
        card = read_card(folder)
    except ModelError as error:
        if log is None or patch.model is None:
            raise
        log(f"{error}; playing the shipped model '{DEFAULT_MODEL}' instead")
        folder = shipped_folder("models") / DEFAULT_MODEL
        card = read_card(folder)
    sounds = Sounds(folder, tuple(pad.classes for pad in patch.pads))
    try:
        sounds.mixes(card.config.classes)
    except SoundsError:
        if patch.path:  # its file knows the line
            load_patch(patch.path, card.config.classes)
        raise
    return sounds, card.config.slice_len / card.config.sample_rate + RESAMPLER_S
