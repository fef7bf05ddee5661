"""A patch becomes what the engine plays: values, choke masks, and which pads need new hits."""

from dataclasses import dataclass

import numpy as np

from astrodrum_live.control.patch import Patch, choke_masks
from astrodrum_live.engine.engine import Engine
from astrodrum_live.params import MASTER_PARAMS, ORBIT_PARAMS, ORBITS, PAD_INDEX, PAD_PARAMS

_HIT_ROWS = [index for index, row in enumerate(PAD_PARAMS) if row.stage == "hit"]


@dataclass(frozen=True, eq=False)
class Turned:
    """What a kit's rows were turned to. ``pads``: (pads, rows); ``orbits``: (ORBITS, rows)."""

    pads: np.ndarray
    master: np.ndarray
    orbits: np.ndarray


def as_written(patch: Patch) -> Turned:
    """A kit's rows as its patch has them."""
    return Turned(
        np.array([[pad.values[row.name] for row in PAD_PARAMS] for pad in patch.pads]),
        np.array([patch.master[row.name] for row in MASTER_PARAMS]),
        np.array([[rows[row.name] for row in ORBIT_PARAMS] for rows in patch.orbits]),
    )


def as_turned(engine: Engine, patch: Patch) -> Turned:
    """A kit's rows as they are wanted now. Thread: any."""
    orbits = [[engine.orbit_value(i, row.name) for row in ORBIT_PARAMS] for i in range(ORBITS)]
    return Turned(
        np.array([engine.row(pad) for pad in range(len(patch.pads))]),
        np.array([engine.value(None, row.name) for row in MASTER_PARAMS]),
        np.array(orbits),
    )


def load_kit(
    engine: Engine, patch: Patch, before: Patch | None = None, turned: Turned | None = None
) -> None:
    """Give ``engine`` the patch's values, or what they were ``turned`` to; ringing voices finish
    as they were.

    Pads whose sound differs from what plays (``before`` as turned since) get new hits; with none
    before, nobody waits for any. Tell the generator first: who sees the new epoch must find the
    new kit. Thread: any, one at a time.
    """
    wanted = turned or as_written(patch)
    other = [
        index
        for index in range(len(patch.pads))
        if _sounds_other(engine, patch, before, index, wanted.pads[index])
    ]
    engine.load_values(wanted.pads, wanted.master)
    for orbit, rows in enumerate(wanted.orbits):
        for row, value in zip(ORBIT_PARAMS, rows, strict=True):
            if engine.orbit_value(orbit, row.name) != value:
                engine.post_orbit(orbit, row.name, float(value))
    engine.set_chokes(choke_masks(patch))
    for index in other if before is not None else ():
        engine.renew(index)


def _sounds_other(
    engine: Engine, patch: Patch, before: Patch | None, index: int, values: np.ndarray
) -> bool:
    """True if the pad's hits are not made from what the engine's are: turned knobs count, and on
    the way to another kit that kit, which may have changed."""
    if before is None or patch.model != before.model or index >= len(before.pads):
        return True
    pad = patch.pads[index]
    old = before.pads[index]
    on_the_way = values[PAD_INDEX["kit_morph"]] > 0.0
    other_rows = (engine.row(index) != values)[_HIT_ROWS].any()
    return bool((pad.classes, pad.latent) != (old.classes, old.latent) or on_the_way or other_rows)
