"""Which model a patch plays, and what to do when it is not there."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from astrodrum_live.control.patch import Patch
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.generation.sounds import Sounds, SoundsError
from astrodrum_live.model.bank import load_bank
from astrodrum_live.model.checkpoint import ModelError, read_card
from astrodrum_live.params import PAD_PARAMS
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
    without torch. With ``log``, a model that cannot be used is told there, and its frozen hits play
    instead, or the shipped model. Errors: ``ModelError``; for a class the model does not have
    ``PatchError`` with file and line, or ``SoundsError`` where the patch has no file.
    """
    folder, classes, seconds = _usable(patch, log)
    rows = tuple(tuple(pad.values[row.name] for row in PAD_PARAMS) for pad in patch.pads)
    sounds = Sounds(folder, tuple(pad.classes for pad in patch.pads), rows)
    try:
        sounds.mixes(classes)
    except SoundsError:
        if patch.path:  # its file knows the line
            load_patch(patch.path, classes)
        raise
    return sounds, seconds + RESAMPLER_S


Usable = tuple[Path, tuple[str, ...], float]  # folder, classes, longest hit in s


def _usable(patch: Patch, log: Callable[[str], None] | None) -> Usable:
    own, shipped = model_folder(patch), shipped_folder("models") / DEFAULT_MODEL
    try:
        return _whole(own)
    except ModelError as error:
        if log is None:
            raise
        instead = (
            (_frozen, own, "playing its frozen hits"),
            (_whole, shipped, f"playing the shipped model '{DEFAULT_MODEL}'"),
            (_frozen, shipped, f"playing the frozen hits of '{DEFAULT_MODEL}'"),
        )
        for read, folder, text in instead:
            with suppress(ModelError):
                usable = read(folder)
                log(f"{error}; {text}")
                return usable
        raise


def _whole(folder: Path) -> Usable:
    config = read_card(folder).config
    return folder, config.classes, config.slice_len / config.sample_rate


def _frozen(folder: Path) -> Usable:
    bank = load_bank(folder)
    return folder, bank.classes, bank.audio.shape[2] / bank.sample_rate
