"""A command of the callback in words, for the performance file; and back."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from astrodrum_live.layers import LAYERS
from astrodrum_live.params import (
    MASTER_PARAMS,
    MAX_PADS,
    ORBIT_PARAMS,
    ORBITS,
    OWN_INDEX,
    OWN_ROWS,
    PAD_PARAMS,
    Param,
)
from astrodrum_live.rt.command_kinds import (
    CHOKE,
    HIT,
    HUSH,
    LOAD_CHOKES,
    LOAD_PAD,
    PANIC,
    SET_MASTER,
    SET_ORBIT,
    SET_PAD,
)
from astrodrum_live.rt.layout import COMMAND

_WORDS = {
    HIT: "hit", SET_PAD: "set", SET_MASTER: "master", SET_ORBIT: "orbit", LOAD_PAD: "load",
    LOAD_CHOKES: "chokes", CHOKE: "choke", PANIC: "panic", HUSH: "hush",
}  # fmt: skip
_KINDS = {word: kind for kind, word in _WORDS.items()}
_ROWS: dict[str, Sequence[Param]] = {
    "set": PAD_PARAMS, "load": PAD_PARAMS, "master": MASTER_PARAMS, "orbit": ORBIT_PARAMS,
}  # fmt: skip
_LOWEST_PAD = {"choke": -1, "master": -1, "panic": -1, "hush": -1}
_CHOKE_MASKS = 1 << MAX_PADS


def words_of(command: np.void) -> dict[str, Any]:
    """What a ``COMMAND`` does, as JSON values: floats as they are, to the last bit."""
    word = _WORDS[int(command["kind"])]
    line: dict[str, Any] = {"do": word, "pad": int(command["pad"])}
    if word == "hit":
        own = {
            row.name: float(value)
            for row, value in zip(OWN_ROWS, command["own"], strict=True)
            if not np.isnan(value)
        }
        line["layer"] = int(command["row"])
        line["velocity"], line["gain"] = float(command["velocity"]), float(command["value"])
        return {**line, "own": own} if own else line
    if word in _ROWS:
        line["param"] = _ROWS[word][int(command["row"])].name
    if word in _ROWS or word == "chokes":
        line["value"] = float(command["value"])
    return line


def standing(header: np.void) -> Iterator[dict[str, Any]]:
    """The commands, in words, that lead an engine from its start to where the callback of another
    (``SHARED``) stands: rows of pads, master and orbits, and chokes. Hits bring their own rows of
    stage ``hit``."""
    for pad, values in enumerate(header["pad_value"]):
        yield from _turned("load", pad, PAD_PARAMS, values)
    yield from _turned("master", -1, MASTER_PARAMS, header["master_value"])
    for orbit, values in enumerate(header["orbit_value"]):
        yield from _turned("orbit", orbit, ORBIT_PARAMS, values)
    for pad, mask in enumerate(header["choke_mask"]):
        if mask:
            yield {"do": "chokes", "pad": pad, "value": float(mask)}


def _turned(
    word: str, of: int, rows: Sequence[Param], values: np.ndarray
) -> Iterator[dict[str, Any]]:
    for row, value in zip(rows, values.tolist(), strict=True):
        if row.stage not in ("hit", "control") and value != row.default:
            yield {"do": word, "pad": of, "param": row.name, "value": value}


def command_of(line: Mapping[str, Any]) -> np.void:
    """The ``COMMAND`` that ``words_of`` put in words, frame 0. Errors: ``ValueError``, ``KeyError``
    for what is no command."""
    word = line["do"]
    if word not in _KINDS:
        raise ValueError(f"no command is called '{word}'")
    command = np.zeros(1, COMMAND)[0]
    command["kind"], command["pad"], command["own"] = _KINDS[word], int(line["pad"]), np.nan
    pads = ORBITS if word == "orbit" else MAX_PADS
    if not _LOWEST_PAD.get(word, 0) <= command["pad"] < pads:
        raise ValueError(f"there is no pad (or orbit) {line['pad']}")
    if word == "hit":
        _strike(command, line)
    elif word in _ROWS:
        names = [row.name for row in _ROWS[word]]
        if line["param"] not in names:
            raise ValueError(f"no parameter is called '{line['param']}'")
        command["row"] = names.index(line["param"])
        command["value"] = _ROWS[word][command["row"]].clamp(float(line["value"]))
    elif word == "chokes":
        command["value"] = int(line["value"]) % _CHOKE_MASKS
    return command


def _strike(command: np.void, line: Mapping[str, Any]) -> None:
    layer, velocity, gain = int(line["layer"]), float(line["velocity"]), float(line["gain"])
    if not (0 <= layer < LAYERS and math.isfinite(velocity) and 0 <= gain < math.inf):
        raise ValueError("a hit has a layer, a velocity and a gain")
    command["row"], command["velocity"], command["value"] = layer, velocity, gain
    for name, value in line.get("own", {}).items():
        row = OWN_ROWS[OWN_INDEX[name]]
        command["own"][OWN_INDEX[name]] = row.clamp(float(value))
