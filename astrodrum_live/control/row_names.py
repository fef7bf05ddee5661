"""The names by which live coders call a pad's rows for one hit: one table for every dialect."""

from astrodrum_live.params import PAD_PARAMS, Param, nearest

ALIASES = {
    "bright": "brightness",
    "dyn": "dynamics",
    "morphto": "morph_to",
    "noise": "noisiness",
    "tune": "tuning",
}
NUMBER_KEYS = ("n", "number")
"""What names a hit of the pad's endless folder, in the place of a row."""

_ROWS: dict[str, Param] = {
    **{row.key: row for row in PAD_PARAMS},
    **{row.name: row for row in PAD_PARAMS},
}
ROW_NAMES: dict[str, Param] = {**_ROWS, **{name: _ROWS[row] for name, row in ALIASES.items()}}
"""Every name and the row it means: row names, their patch keys (``gain_db``), and aliases."""


def row_named(name: str) -> Param:
    """The pad row of this name, in any case. Errors: ``KeyError`` naming the nearest name."""
    row = ROW_NAMES.get(name) or ROW_NAMES.get(name.lower())
    if row is None:
        raise KeyError(f"no parameter '{name}'{nearest(name, [*ROW_NAMES, *NUMBER_KEYS])}")
    return row
