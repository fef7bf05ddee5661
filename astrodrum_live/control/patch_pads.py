"""Pads written into patches by ``astrodrum encode``: a new kit of them, or one more in a kit."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from tomlkit.items import InlineTable

from astrodrum_live.control.drum_map import FIRST_PAD_NOTE, pads_by_note
from astrodrum_live.control.patch import PadLatent, Patch
from astrodrum_live.control.patch_file import put_value, read_text, replace_file
from astrodrum_live.control.patch_schema import FORMAT, VERSION, parse_patch
from astrodrum_live.params import LATENT_AXES

RADIUS = 0.4  # a drummer's strokes, close to the sample
COLUMNS = 8  # numbers of a latent in a line
DECIMALS = 4  # finer than half a step of the prior's grid of 2^-12: nothing is lost
KNOBS = ("brightness", "decay", "punch", "body", "noisiness", "tuning", "morph", "morph_to")
SHIFTS = (*(f"z{axis + 1}" for axis in range(LATENT_AXES)), *KNOBS)
_LONGEST_NAME = 32


@dataclass(frozen=True, slots=True)
class NewPad:
    """A pad to write. ``remark``: a comment for its first line, in the file only."""

    name: str
    class_name: str
    latent: PadLatent
    remark: str


def put_pad(path: Path, pad: NewPad) -> Patch:
    """Add ``pad`` to the patch at ``path``, or give the pad of its name this class and latent.

    A pad that is there keeps its other keys, but not z1 to z8 or the knobs, which would lead
    away from the latent. A new one that no note would play gets the lowest free note from 36 up.
    Comments and order survive. The file is replaced whole, or not touched at all.
    Errors: ``PatchError``, ``OSError`` (disk).
    """
    text = read_text(path)
    names = parse_patch(text, path).pad_names()
    document = tomlkit.parse(text)
    if pad.name in names:
        table = document["pad"][names.index(pad.name)]
        for key in SHIFTS:
            table.pop(key, None)
        put_value(table, "class", pad.class_name)
        put_value(table, "latent", _latent(pad.latent))
        text = document.as_string()
    else:
        text = _with_pad(text, pad, path)
    patch = parse_patch(text, path)
    replace_file(path, text)
    return patch


def new_patch(path: Path, model: str, pads: Sequence[NewPad]) -> Patch:
    """Write a kit of ``pads`` for ``model``, a folder of ``models/`` or a path.

    The first pad of a class plays its notes of the map, another one the lowest free note from 36
    up. Errors: ``PatchError``, ``OSError``.
    """
    head = tomlkit.document()
    head.add(tomlkit.comment("Pads found in the model's latent space by 'astrodrum encode'."))
    head.add(tomlkit.nl())
    for key, value in (("format", FORMAT), ("version", VERSION), ("name", path.stem)):
        head.add(key, value)
    head.add("model", model)
    text = head.as_string()
    for pad in pads:
        text = _with_pad(text, pad, path)
    patch = parse_patch(text, path)
    path.write_text(text, encoding="utf-8")
    return patch


def pad_name(title: str, taken: Sequence[str]) -> str:
    """A pad's name made from any title: letters, digits, - and _ only, unlike those ``taken``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", plain).strip("_-")[:_LONGEST_NAME] or "sample"
    name, number = stem, 1
    while name in taken or name == "master":
        number += 1
        tail = f"_{number}"
        name = stem[: _LONGEST_NAME - len(tail)] + tail
    return name


def _with_pad(text: str, pad: NewPad, path: Path) -> str:
    """``text`` and one more pad at its end, which some note plays."""
    text = text.rstrip("\n") + "\n"
    whole = text + _pad_text(pad, None)
    try:
        patch = parse_patch(whole, path)
    except ValueError:  # no pad yet could play, or there are too many: told with the whole file
        return whole
    played = pads_by_note(patch)
    if any(len(patch.pads) - 1 in pads for pads in played.values()):
        return whole
    free = next((note for note in range(FIRST_PAD_NOTE, 128) if note not in played), None)
    return text + _pad_text(pad, free)


def _pad_text(pad: NewPad, note: int | None) -> str:
    table = tomlkit.table()
    table.add("name", pad.name)
    table["name"].comment(re.sub(r"[\x00-\x1f\x7f]", " ", pad.remark))
    table.add("class", pad.class_name)
    if note is not None:
        table.add("notes", [note])
    table.add("radius", RADIUS)
    table.add("latent", _latent(pad.latent))
    pads = tomlkit.aot()
    pads.append(table)
    document = tomlkit.document()
    document.add("pad", pads)
    return "\n" + document.as_string()


def _latent(latent: PadLatent) -> InlineTable:
    numbers = [f"{value:.{DECIMALS}f}" for value in latent.z]
    lines = [", ".join(numbers[at : at + COLUMNS]) for at in range(0, len(numbers), COLUMNS)]
    body = ",\n    ".join(lines)
    table = tomlkit.parse(f'latent = {{ model = "{latent.model}", z = [\n    {body},\n] }}\n')
    found = table["latent"]
    assert isinstance(found, InlineTable)
    return found
