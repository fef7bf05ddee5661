"""Patches on disk: found by name, loaded, and written back without losing a comment."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import tomlkit
from tomlkit.items import Item, Table

from astrodrum_live.control.patch import Patch, PatchError, class_index
from astrodrum_live.control.patch_orbits import NUMBER, orbit_place
from astrodrum_live.control.patch_schema import parse_patch
from astrodrum_live.control.patch_section import PatchSource
from astrodrum_live.control.toml_lines import Path as KeyPath
from astrodrum_live.params import (
    Param,
    master_param,
    nearest,
    orbit_number,
    orbit_param,
    pad_param,
    transport_param,
)
from astrodrum_live.places import shipped_folder, user_folder


def patches_folder() -> Path:
    """Where the shipped patches lie."""
    return shipped_folder("patches")


def patch_names(folder: Path | None = None) -> list[str]:
    """The kits that can be asked for by name, sorted: the user's own and those that ship."""
    folders = [folder] if folder else [user_folder("patches"), patches_folder()]
    return sorted({path.stem for one in folders for path in one.glob("*.toml")})


def find_patch(name_or_path: str | Path, folder: Path | None = None) -> Path:
    """The file of a kit: a name (``default``) is looked up in ``folder``, anything else is a path.

    Without ``folder``, the user's own kit of that name goes before the shipped one.
    Errors: ``PatchError``, which for a name lists what there is.
    """
    text = str(name_or_path)
    if text.endswith(".toml") or any(mark in text for mark in (os.sep, os.altsep or os.sep)):
        return _existing(Path(text).expanduser())
    names = patch_names(folder)
    if text not in names:
        raise PatchError(
            text, None, f"no kit of this name{nearest(text, names)}; there are: {', '.join(names)}"
        )
    file = f"{text}.toml"
    own = user_folder("patches") / file
    if folder is None and own.is_file():
        return own
    return (folder or patches_folder()) / file


def find_beside(name: str, path: Path | None) -> Path:
    """The file of a kit that the kit at ``path`` names: beside it, where that is no folder of
    shipped ones, else as ``find_patch`` finds it. Errors: ``PatchError``."""
    if path and path.parent != patches_folder():
        beside = path.parent / f"{name.removesuffix('.toml')}.toml"
        if beside.is_file():
            return beside
    return find_patch(name)


def load_patch(path: str | Path, classes: Sequence[str] | None = None) -> Patch:
    """Read and check a patch. ``classes``: what the model knows, if the pads shall be held to it.

    Errors: ``PatchError`` with file, line, key and remedy. Thread: any.
    """
    path = Path(path)
    text = read_text(path)
    patch = parse_patch(text, path)
    if classes is not None:
        _check_classes(patch, PatchSource(text, path), classes)
    return patch


def error_at(patch: Patch, key: KeyPath, text: str) -> PatchError:
    """A ``PatchError`` at the line of ``key``, such as ``("pad", 2, "latent")``, in its file."""
    if patch.path is None:
        return PatchError(patch.kit, None, text, ".".join(map(str, key)))
    return PatchSource(read_text(patch.path), patch.path).error(key, text)


def save_values(path: str | Path, changes: Mapping[tuple[str | None, str], float]) -> Patch:
    """Write parameters into a patch: ``{("kick", "gain"): -3.0, (None, "ceiling"): -1.0}``.

    Keys are ``(pad name, row name)``, None for the master, ``orbit3`` for an orbit; values are in
    the row's unit, kept to six decimals. Comments and order survive. The file is replaced whole, or
    not touched at all.
    Errors: ``PatchError``, ``KeyError`` for a pad or row that is not there, ``OSError`` (disk).
    """
    path = Path(path)
    document = tomlkit.parse(read_text(path))
    patch = parse_patch(document.as_string(), path)
    for (pad, name), value in changes.items():
        row, table = _place(document, patch, pad, name)
        put_value(table, row.key, int(value) if row.integer else round(float(value), 6))
    text = document.as_string()
    saved = parse_patch(text, path)
    replace_file(path, text)
    return saved


def save_title(path: Path, name: str, model: str | None, tempo: float | None = None) -> None:
    """Write another title into a patch, and its model and tempo (BPM) if they are told.

    Errors: ``PatchError``, ``OSError`` (disk).
    """
    document = tomlkit.parse(read_text(path))
    put_value(document, "name", name)
    if tempo is not None:
        table = document.setdefault("transport", tomlkit.table())
        put_value(table, transport_param("tempo").key, round(tempo, 6))
    if model is not None:
        put_value(document, "model", model)
    text = document.as_string()
    parse_patch(text, path)
    replace_file(path, text)


def _place(
    document: tomlkit.TOMLDocument, patch: Patch, owner: str | None, name: str
) -> tuple[Param, Table]:
    """The row called ``name`` of the master, an orbit or a pad, and the table it belongs into."""
    if owner is None:
        return master_param(name), document.setdefault("master", tomlkit.table())
    number = orbit_number(owner)
    if number is None:
        row = pad_param(name)
        return row, document["pad"][patch.pad_index(owner)]
    row = orbit_param(name)
    tables = document.setdefault("orbit", tomlkit.aot())
    place = orbit_place(tables, number)
    if place is None:
        place = len(tables)
        tables.append(tomlkit.table())
        tables[place][NUMBER] = number
    return row, tables[place]


def _existing(path: Path) -> Path:
    if not path.is_file():
        kits = ", ".join(patch_names())
        raise PatchError(path, None, f"no such file; kits that can be asked for by name: {kits}")
    return path


def read_text(path: Path) -> str:
    """The text of a patch file. Errors: ``PatchError``."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PatchError(path, None, "not a text file; save it as UTF-8") from None
    except OSError as error:
        raise PatchError(path, None, f"cannot be read: {error.strerror}") from None


def _check_classes(patch: Patch, source: PatchSource, classes: Sequence[str]) -> None:
    for index, pad in enumerate(patch.pads):
        asked = [("class", name) for name in pad.classes] + list(pad.class_rows.items())
        for key, name in asked:
            try:
                class_index(name, classes)
            except KeyError as error:
                raise source.error(("pad", index, key), str(error.args[0])) from None


def put_value(table: Table | tomlkit.TOMLDocument, key: str, value: object) -> None:
    """Set a key of a table; the comment behind its old value stays."""
    if isinstance(table.get(key), Table):  # a table of its own cannot become a value in its place
        table.remove(key)
    if key in table:
        old = table[key]
        new = tomlkit.item(value)
        if isinstance(old, Item):
            new.trivia.comment_ws, new.trivia.comment = old.trivia.comment_ws, old.trivia.comment
        table[key] = new
    else:
        table[key] = value


def replace_file(path: Path, text: str) -> None:
    """Write a patch through a temporary file beside it: a full disk or a crash leaves the old one.

    Errors: ``OSError`` that names ``path``.
    """
    path = path.resolve()
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, path.stat().st_mode)
        os.replace(name, path)
    except OSError as error:  # a full disk gives its errors no file's name
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        if name:
            Path(name).unlink(missing_ok=True)
