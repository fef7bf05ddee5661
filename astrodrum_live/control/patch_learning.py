"""What was played becomes a binding in a patch file; its comments stay."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from astrodrum_live.control.drum_map import pads_by_note
from astrodrum_live.control.patch import Patch, PatchError
from astrodrum_live.control.patch_file import patches_folder, put_value, read_text, replace_file
from astrodrum_live.control.patch_schema import parse_patch
from astrodrum_live.places import user_folder


@dataclass(frozen=True, slots=True)
class Learned:
    """What was bound, for a program and, by ``line``, for a person.

    ``what``: ``note 38`` or ``CC 74``. ``to``: a pad, or what a controller turns. ``taken_from``:
    who had it before. ``silent``: pads that no note plays any more. ``channel``: what the kit was
    moved to, None if it stays where it is. ``new``: False if it was so already.
    """

    what: str
    to: str
    new: bool = True
    taken_from: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    channel: int | None = None

    def line(self) -> str:
        """For a person."""
        text = f"{self.to}: {self.what}" + ("" if self.new else ", as it was")
        if self.taken_from:
            text += f", taken from {' and '.join(self.taken_from)}"
        if self.silent:
            text += f"; no note plays {' or '.join(self.silent)} now"
        if self.channel is not None:
            text += f"; the kit listens to channel {self.channel} now"
        return text


def own_file(patch: Patch) -> Path:
    """The file to write into for a kit: its own, or, where that one ships, a copy of the user's,
    which goes by the same name from then on.

    Errors: ``PatchError`` for a kit without a file, ``OSError`` (disk).
    """
    if patch.path is None:
        raise PatchError(patch.kit, None, "this kit has no file that could be written into")
    if patch.path.resolve().parent != patches_folder().resolve():
        return patch.path
    path = user_folder("patches") / patch.path.name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(patch.path, path)
    return path


def learn_note(path: Path, pad: str, note: int, channel: int) -> Learned:
    """Give ``note`` 0..127 to ``pad``, and to it alone; a kit on one channel moves to ``channel``
    1..16.

    A pad keeps the notes it has. The file is replaced whole, or not touched at all.
    Errors: ``KeyError`` naming the nearest pad, ``PatchError``, ``OSError`` (disk).
    """
    text = read_text(path)
    before = parse_patch(text, path)
    index, names = before.pad_index(pad), before.pad_names()
    played = pads_by_note(before)
    players = played.get(note, ())
    document = tomlkit.parse(text)
    if players != (index,):
        _give(document["pad"], index, note)
    moved = before.midi.channel not in (None, channel)
    if moved:
        put_value(document["midi"], "channel", channel)
    after = _replace(path, text, document.as_string())
    heard = _heard(played) - _heard(pads_by_note(after))
    return Learned(
        f"note {note}",
        pad,
        players != (index,),
        tuple(names[player] for player in players if player != index),
        tuple(names[silent] for silent in sorted(heard)),
        channel if moved else None,
    )


def learn_controller(path: Path, control: int, target: str) -> Learned:
    """Let controller 0..127 turn ``target``, as in ``[midi.cc]``: ``PAD.PARAM`` and the like.

    Errors: ``PatchError``, ``OSError`` (disk).
    """
    text = read_text(path)
    document = tomlkit.parse(text)
    parse_patch(text, path)
    table = document.setdefault("midi", tomlkit.table()).setdefault("cc", tomlkit.table())
    old = table.get(str(control))
    put_value(table, str(control), target)
    _replace(path, text, document.as_string())
    before = () if old is None or old == target else (_target(old),)
    return Learned(f"CC {control}", target, old != target, before)


def _give(tables: list, index: int, note: int) -> None:
    for place, table in enumerate(tables):
        if place == index:
            table.setdefault("notes", tomlkit.array())
            if note not in table["notes"]:
                table["notes"].append(note)
        elif note in table.get("notes", ()):
            table["notes"].remove(note)


def _replace(path: Path, old: str, new: str):
    """Write what can be played, and only if something changed; the patch it is."""
    patch = parse_patch(new, path)
    if new != old:
        replace_file(path, new)
    return patch


def _heard(played: dict[int, tuple[int, ...]]) -> set[int]:
    return {pad for pads in played.values() for pad in pads}


def _target(binding: object) -> str:
    """A binding of any form in a few words."""
    if isinstance(binding, list):
        return ", ".join(_target(one) for one in binding)
    return str(binding["to"]) if isinstance(binding, dict) and "to" in binding else str(binding)
