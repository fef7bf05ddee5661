"""A patch becomes what the engine plays: values, choke masks, and which pads need new hits."""

import numpy as np

from astrodrum_live.control.patch import Patch, choke_masks
from astrodrum_live.engine.engine import Engine
from astrodrum_live.params import MASTER_PARAMS, PAD_PARAMS


def load_kit(engine: Engine, patch: Patch, before: Patch | None = None) -> None:
    """Give ``engine`` the patch's values; ringing voices finish as they were.

    Pads whose sound differs from what plays (``before`` as turned since) get new hits; with none
    before, nobody waits for any. Tell the generator first: who sees the new epoch must find the
    new kit. Thread: any, one at a time.
    """
    values = np.array([[pad.values[row.name] for row in PAD_PARAMS] for pad in patch.pads])
    other = [
        index for index in range(len(patch.pads)) if _sounds_other(engine, patch, before, index)
    ]
    engine.load_values(values, [patch.master[row.name] for row in MASTER_PARAMS])
    for orbit, rows in enumerate(patch.orbits):
        for name, value in rows.items():
            if engine.orbit_value(orbit, name) != value:
                engine.post_orbit(orbit, name, value)
    engine.set_chokes(choke_masks(patch))
    for index in other if before is not None else ():
        engine.renew(index)


def _sounds_other(engine: Engine, patch: Patch, before: Patch | None, index: int) -> bool:
    """True if the pad's hits are not made from what the engine's are: turned knobs count."""
    if before is None or patch.model != before.model or index >= len(before.pads):
        return True
    pad = patch.pads[index]
    old = before.pads[index]
    return (pad.classes, pad.latent) != (old.classes, old.latent) or any(
        engine.value(index, row.name) != pad.values[row.name]
        for row in PAD_PARAMS
        if row.stage == "hit"
    )
