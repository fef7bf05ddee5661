"""What to make next: what a tweak has left behind, in turn, and what is about to run dry."""

import numpy as np

LOW = 3  # unplayed hits below which a pad is about to repeat itself


def plan(
    fresh: np.ndarray, ready: np.ndarray, room: np.ndarray, last: np.ndarray, depth: int, batch: int
) -> list[int]:
    """The pads to make one hit each for, in order; a pad may be named more than once.

    All arrays are (pads,). ``fresh``: unplayed hits of the pad's epoch. ``ready``: of any epoch.
    ``room``: free slots. ``last``: when the pad was last served, any rising number.
    Pads without a fresh hit come first, the longest unserved foremost, so that a moving knob on
    many pads moves all of them. As many hits again go to the emptiest of the others, so that a
    moving knob on one does not let them run dry; and without any tweak, the whole batch does.
    """
    have, stock, free = (array.astype(np.int64) for array in (fresh, ready, room))
    stale = np.flatnonzero((have == 0) & (free > 0))
    wanted = [int(pad) for pad in stale[np.argsort(last[stale], kind="stable")]][:batch]
    dry = [pad for pad in wanted if stock[pad] < LOW]
    wanted = dry + [pad for pad in wanted if stock[pad] >= LOW]
    free[wanted] = 0  # a second hit for them can wait until the first is pushed
    fill = batch if not wanted else min(len(wanted), batch - len(wanted))
    for _ in range(fill):
        level = np.where((free > 0) & (have < depth), stock, np.iinfo(np.int64).max)
        pad = int(np.argmin(level))
        if level[pad] == np.iinfo(np.int64).max:
            break
        have[pad], stock[pad], free[pad] = have[pad] + 1, stock[pad] + 1, free[pad] - 1
        wanted.append(pad)
    return wanted
