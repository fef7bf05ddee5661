"""What to make next: the pads that a tweak has left behind first, then the emptiest."""

import numpy as np


def plan(ready: np.ndarray, room: np.ndarray, depth: int, batch: int) -> list[int]:
    """The pads to make one hit each for, in order; a pad may be named more than once.

    ``ready``: unplayed hits of the right epoch per pad (pads,). ``room``: free slots (pads,).
    While any pad has none, only those are served, one hit each: that is the shortest way from a
    tweak to a new sound. Else up to ``batch`` hits go to the emptiest, until all hold ``depth``.
    """
    have = ready.astype(np.int64)
    free = room.astype(np.int64)
    starving = [int(pad) for pad in np.flatnonzero((have == 0) & (free > 0))]
    if starving:
        return starving[:batch]
    have, free, wanted = have.copy(), free.copy(), []
    for _ in range(batch):
        level = np.where(free > 0, have, depth)
        pad = int(np.argmin(level))
        if level[pad] >= depth:
            break
        have[pad] += 1
        free[pad] -= 1
        wanted.append(pad)
    return wanted
