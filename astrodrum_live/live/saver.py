"""The kit as it plays, with all that was turned and frozen, becomes a kit of the user's own."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from astrodrum_live.control.patch import FrozenHit, Patch
from astrodrum_live.control.patch_file import (
    patch_names,
    patches_folder,
    save_title,
    save_values,
)
from astrodrum_live.control.patch_frozen import save_frozen
from astrodrum_live.engine.engine import Engine
from astrodrum_live.params import MASTER_PARAMS, ORBIT_PARAMS, ORBITS, PAD_PARAMS
from astrodrum_live.places import user_folder

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,39}")

Values = Mapping[tuple[str | None, str], float]


def save_as(
    name: str,
    patch: Patch,
    engine: Engine,
    frozen: Mapping[str, FrozenHit | None],
    tempo: float | None = None,
    finish: Callable[[Path], None] = lambda path: None,
) -> Path:
    """Write ``patch`` with the engine's values as the user's kit ``name``; the file.

    ``frozen``: what each pad is frozen to. ``tempo``: BPM, if it is other than the kit's.
    ``finish``: what else goes into the file before it is
    there. A kit of the user's own of that name is replaced whole, one that ships never.
    Errors: ``ValueError`` for a name that is no plain one, or that ships; ``PatchError``,
    ``OSError`` (disk).
    """
    path = _place(name)
    if patch.path is None:
        raise ValueError(f"the kit '{patch.kit}' has no file that it could be copied from")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")  # by its ending no kit: nobody loads half of it
    try:
        shutil.copyfile(patch.path, draft)
        save_title(draft, name, _model(patch), tempo)
        save_values(draft, turned(patch, engine))
        save_frozen(draft, frozen)
        finish(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def turned(patch: Patch, engine: Engine) -> Values:
    """What is other than the patch has it, by pad name (None: the master) and row name."""
    changes: dict[tuple[str | None, str], float] = {}
    for index, pad in enumerate(patch.pads):
        for row in PAD_PARAMS:
            if (value := engine.value(index, row.name)) != pad.values[row.name]:
                changes[pad.name, row.name] = value
    for row in MASTER_PARAMS:
        if (value := engine.value(None, row.name)) != patch.master[row.name]:
            changes[None, row.name] = value
    for orbit in range(ORBITS):
        for row in ORBIT_PARAMS:
            if (value := engine.orbit_value(orbit, row.name)) != patch.orbits[orbit][row.name]:
                changes[f"orbit{orbit}", row.name] = value
    return changes


def _model(patch: Patch) -> str | None:
    """A model told by its path beside the old file is not beside the new one."""
    if patch.path is None or patch.model is None:
        return None
    beside = patch.path.parent / patch.model
    return beside.resolve().as_posix() if beside.is_dir() else None


def _place(name: str) -> Path:
    if not _PLAIN.fullmatch(name):
        raise ValueError(
            "a kit's name is made of letters, digits, spaces, - and _, at most 40 of them,"
            f" not {name!r:.60}"
        )
    if name in patch_names(patches_folder()):
        raise ValueError(f"the kit '{name}' ships with the instrument; choose another name")
    return user_folder("patches") / f"{name}.toml"
