"""Which model a patch plays, and what to do when it is not there."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from astrodrum_live.control.patch import PadLatent, Patch, PatchError
from astrodrum_live.control.patch_file import error_at, find_beside, load_patch
from astrodrum_live.generation.sounds import Sounds, SoundsError
from astrodrum_live.live.kit_way import NO_WAY, KitWay, started, way_between
from astrodrum_live.model.bank import load_bank
from astrodrum_live.model.checkpoint import CONFIG, WEIGHTS, ModelError, read_card
from astrodrum_live.model.knobs import Knobs
from astrodrum_live.model.latents import Prior, on_grid
from astrodrum_live.params import PAD_PARAMS
from astrodrum_live.places import shipped_folder

DEFAULT_MODEL = "drums-v8"
MOST_KNOWN = 4  # models whose cards are kept
RESAMPLER_S = 0.02  # by which the resampling filter may lengthen a hit


class Choice(NamedTuple):
    """What is played for a patch. ``longest_s``: how long a hit of the model can be. ``knobs``:
    None where it has none. ``patch``: with the model's numbers for the classes it names, and each
    pad where it starts on its ``way`` to another kit. ``hash``: the model's, 12 hex digits.
    ``prior``: None where only its frozen hits are there.
    """

    sounds: Sounds
    longest_s: float
    classes: tuple[str, ...]
    knobs: Knobs | None
    patch: Patch
    hash: str = ""
    way: KitWay = NO_WAY
    prior: Prior | None = None


class Usable(NamedTuple):
    """A model that can be played. ``seconds``: its longest hit. ``latent_dim``: 0 if its weights
    are not there to tell."""

    folder: Path
    classes: tuple[str, ...]
    seconds: float
    hash: str
    latent_dim: int
    knobs: Knobs | None = None
    prior: Prior | None = None


_known: dict[Path, tuple[tuple[tuple[int, int, int], ...], Usable]] = {}


def model_folder(patch: Patch) -> Path:
    """The folder of the patch's model: as a path beside the patch, or by name in ``models/``."""
    if patch.model is None:
        return shipped_folder("models") / DEFAULT_MODEL
    beside = (patch.path.parent if patch.path else Path()) / patch.model
    return beside if beside.is_dir() else shipped_folder("models") / patch.model


def find_model(name: str | None) -> Path:
    """The folder of a model told by path, or by name in ``models/``; None: the shipped one."""
    own = Path(name or DEFAULT_MODEL)
    return own if own.is_dir() else shipped_folder("models") / own


def sounds_of(patch: Patch, log: Callable[[str], None] | None = None) -> Sounds:
    """What the generator needs of ``patch``; see ``choose_model``."""
    return choose_model(patch, log).sounds


def choose_model(patch: Patch, log: Callable[[str], None] | None = None) -> Choice:
    """What is played for ``patch``.

    All checked against the model's card, which is read once (it is as large as the weights) and
    without torch. With ``log``, a model that cannot be used is told there, and its frozen hits play
    instead, or the shipped model. Errors: ``ModelError``; for a class the model does not have
    ``PatchError`` with file and line, or ``SoundsError`` where the patch has no file.
    """
    usable = _usable(patch, log)
    patch = _numbered(patch, usable)
    latents = _latents(patch, usable, log)
    way = _way(patch, latents, usable, log)
    patch = started(patch, way)
    rows = tuple(tuple(pad.values[row.name] for row in PAD_PARAMS) for pad in patch.pads)
    mixes = tuple(pad.classes for pad in patch.pads)
    sounds = Sounds(usable.folder, mixes, rows, latents, way.ends)
    longest_s = usable.seconds + RESAMPLER_S
    told = (usable.classes, usable.knobs, patch, usable.hash, way, usable.prior)
    return Choice(sounds, longest_s, *told)


def _numbered(patch: Patch, usable: Usable) -> Patch:
    """A patch held to its model's classes, and with their numbers for the names it has."""
    try:
        numbered = patch.for_classes(usable.classes)
        Sounds(usable.folder, tuple(pad.classes for pad in patch.pads)).mixes(usable.classes)
    except (KeyError, SoundsError) as error:
        if patch.path:  # its file knows the line
            load_patch(patch.path, usable.classes)
        raise SoundsError(str(error.args[0])) from None
    return numbered


def _way(
    patch: Patch,
    latents: tuple[tuple[float, ...], ...],
    usable: Usable,
    log: Callable[[str], None] | None,
) -> KitWay:
    """The way to the kit that a patch's ``[morph]`` names. Errors: ``PatchError`` where it cannot
    be read, or has another model."""
    if patch.morph_to is None:
        return NO_WAY
    key = ("morph", "to")
    try:
        far = load_patch(find_beside(patch.morph_to, patch.path))
    except PatchError as error:
        raise error_at(patch, key, f"the kit to go to cannot be read: {error}") from None
    other = usable if model_folder(far) == model_folder(patch) else _usable(far, None)
    if other.hash != usable.hash:
        raise error_at(
            patch,
            key,
            f"there is no way from '{patch.kit}' of the model '{usable.folder.name}'"
            f" ({usable.hash}) to '{far.kit}' of '{other.folder.name}' ({other.hash}): give both"
            " kits the same model",
        )
    far = _numbered(far, other)
    return way_between(patch, far, latents, _latents(far, other, log))


def _latents(
    patch: Patch, usable: Usable, log: Callable[[str], None] | None
) -> tuple[tuple[float, ...], ...]:
    """Each pad's own latent, on the prior's grid; empty where it has none, or one of another
    model's."""
    latents: list[tuple[float, ...]] = []
    for index, pad in enumerate(patch.pads):
        z = pad.latent.z if pad.latent else ()
        if pad.latent and (wrong := _misfit(pad.latent, usable)):
            error = error_at(
                patch,
                ("pad", index, "latent"),
                f"the latent of pad '{pad.name}' {wrong}; encode the sample again ('astrodrum"
                f" encode' with --into and --pad {pad.name}), or take the key 'latent' out",
            )
            if log is None:
                raise error
            log(f"{error}; until then its seed says where it stands")
            z = ()
        latents.append(tuple(map(float, on_grid(np.array(z)))))
    return tuple(latents)


def _misfit(latent: PadLatent, usable: Usable) -> str:
    if latent.model != usable.hash:
        name = usable.folder.name
        return f"belongs to the model {latent.model}, and '{name}' is {usable.hash}"
    if usable.latent_dim and len(latent.z) != usable.latent_dim:
        return f"has {len(latent.z)} numbers; a latent of its model has {usable.latent_dim}"
    return ""


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
    """Read once, as long as its files stay what they are: a card is as large as the weights, and
    its text alone keeps Python from all others for milliseconds."""
    files = _files(folder)
    if files and (known := _known.get(folder)) and known[0] == files:
        return known[1]
    usable = _read(folder)
    if files:
        _known[folder] = files, usable
        while len(_known) > MOST_KNOWN:
            del _known[next(iter(_known))]
    return usable


def _files(folder: Path) -> tuple[tuple[int, int, int], ...]:
    """What tells a model's files from others of the same names; empty if one is missing."""
    try:
        found = [(folder / name).stat() for name in (CONFIG, WEIGHTS)]
    except OSError:
        return ()
    return tuple((one.st_ino, one.st_size, one.st_mtime_ns) for one in found)


def _read(folder: Path) -> Usable:
    card = read_card(folder)
    config = card.config
    seconds = config.slice_len / config.sample_rate
    known = (card.hash, config.latent_dim, card.knobs, card.prior)
    return Usable(folder, config.classes, seconds, *known)


def _frozen(folder: Path) -> Usable:
    bank = load_bank(folder)
    return Usable(folder, bank.classes, bank.audio.shape[2] / bank.sample_rate, bank.hash, 0)
