"""The key ``frozen`` of a pad: the one hit it plays, read from a patch and written into it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import tomlkit
from tomlkit.items import InlineTable

from astrodrum_live.control.patch import FrozenHit, Patch
from astrodrum_live.control.patch_file import put_value, read_text, replace_file
from astrodrum_live.control.patch_schema import KEY_OF_FROZEN, parse_patch
from astrodrum_live.params import pad_param


def save_frozen(
    path: Path,
    hits: Mapping[str, FrozenHit | None],
    before: Callable[[Patch], None] | None = None,
) -> Patch:
    """Write into the patch what each pad, by name, is frozen to; None takes the key out.

    ``before`` is told what will be saved. Comments and order survive. The file is replaced whole,
    or not touched at all.
    Errors: ``PatchError``, ``KeyError`` for a pad that is not there, ``OSError`` (disk).
    """
    document = tomlkit.parse(read_text(path))
    patch = parse_patch(document.as_string(), path)
    for name, hit in hits.items():
        table = document["pad"][patch.pad_index(name)]
        if hit is None:
            table.pop(KEY_OF_FROZEN, None)
        else:
            put_value(table, KEY_OF_FROZEN, _inline(hit))
    text = document.as_string()
    saved = parse_patch(text, path)
    if before:
        before(saved)
    replace_file(path, text)
    return saved


def _inline(hit: FrozenHit) -> InlineTable:
    table = tomlkit.inline_table()
    table.append("model", hit.model)
    table.append("hit", f"{hit.seed:016x}")
    table.append("made_for", hit.made_for)
    for name, value in hit.values.items():
        row = pad_param(name)
        table.append(row.key, int(value) if row.integer else value)
    return table
