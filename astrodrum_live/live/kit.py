"""A patch becomes what the engine plays: values, choke masks, and which pads need new hits."""

import numpy as np

from astrodrum_live.control.patch import Patch, choke_masks
from astrodrum_live.engine.engine import Engine
from astrodrum_live.params import MASTER_PARAMS, PAD_PARAMS


def load_kit(engine: Engine, patch: Patch, before: Patch | None = None) -> None:
    """Give ``engine`` the patch's values; ringing voices finish as they were.

    Pads whose sound differs from the kit ``before`` get new hits; with none before, nobody waits
    for any. Tell the generator first: who sees the new epoch must find the new kit.
    Thread: any, one at a time.
    """
    values = np.array([[pad.values[row.name] for row in PAD_PARAMS] for pad in patch.pads])
    engine.load_values(values, [patch.master[row.name] for row in MASTER_PARAMS])
    engine.set_chokes(choke_masks(patch))
    for index in range(len(patch.pads)):
        if before is not None and _sound(patch, index) != _sound(before, index):
            engine.renew(index)


def _sound(patch: Patch, index: int) -> tuple:
    """All that the generator makes a pad's hits from."""
    if index >= len(patch.pads):
        return ()
    pad = patch.pads[index]
    rows = tuple(pad.values[row.name] for row in PAD_PARAMS if row.stage == "hit")
    return (patch.model, tuple(sorted(pad.classes.items())), rows)
