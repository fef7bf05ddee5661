"""The fader between two kits: turns what differs between them, pad by pad."""

from typing import NamedTuple

import numpy as np

from astrodrum_live.engine.engine import SOON, Engine
from astrodrum_live.live.kit_way import NO_WAY, SHARE, STAYS, KitWay, on_the_way
from astrodrum_live.params import MAX_PADS, PAD_INDEX

FADER = "kit_morph"
_WANDER = PAD_INDEX["wander"]


class Standing(NamedTuple):
    """Where the fader stood, and all pads' values (MAX_PADS, rows)."""

    fader: float
    rows: np.ndarray


class Morph:
    """Moves the pads of ``engine`` along a ``KitWay``.

    Of fader and knobs the last one turned counts: what was turned on the way is the way's again at
    the fader's next move. What was turned at an end belongs to that end, and the fader comes back
    to it. Thread: one at a time (the control thread's, or the kit loader's).
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._way = NO_WAY
        self._rows: dict[int, np.ndarray] = {}

    def load(self, way: KitWay, same_kit: bool = False) -> None:
        """Another kit, or only another one to go to: what was turned at this end then stays."""
        turned = {pad: self._ends(rows, self._engine.row(pad)) for pad, rows in self._rows.items()}
        self._way = way
        self._rows = {pad: rows.copy() for pad, rows in way.rows.items()}
        for pad, rows in self._rows.items():
            if same_kit and pad in turned:
                rows[0] = turned[pad][0]

    def led(self, pads: np.ndarray) -> np.ndarray:
        """The pads' values (pads, rows), but for those on their way: as they are on this way."""
        led = pads.copy()
        for pad in self._rows:
            if pads[pad, SHARE] > 0.0:
                led[pad] = on_the_way(self._rows[pad], pads[pad, SHARE])
                led[pad, STAYS] = pads[pad, STAYS]
        return led

    @property
    def far(self) -> str:
        """The kit at the fader's other end; empty if there is none."""
        return self._way.far

    def turn(self, pad: int | None, share: float, frame: int = SOON) -> None:
        """Move a pad, or with the mix's fader (None) every pad that follows it, to ``share``."""
        if pad is not None:
            self._move(pad, share, frame)
            return
        self._engine.post_set(None, FADER, share)
        for one in self._rows:
            if self._engine.value(one, "kit_follow"):
                self._move(one, self._engine.value(None, FADER), frame)

    def row(self, pad: int, share: float) -> np.ndarray:
        """What a pad's values (rows,) would be at ``share``."""
        now = self._engine.row(pad)
        rows = self._rows.get(pad)
        if rows is None:
            now[SHARE] = share
            return now
        row = on_the_way(self._ends(rows, now), share)
        row[STAYS] = now[STAYS]
        row[SHARE] = share
        return row

    def standing(self) -> Standing:
        """All pads' values and the fader's, to come back to."""
        rows = np.array([self._engine.row(pad) for pad in range(MAX_PADS)])
        return Standing(self._engine.value(None, FADER), rows)

    def restore(self, standing: Standing) -> None:
        """Back to there; but a drifting pad's place is the bar's."""
        self._engine.post_set(None, FADER, standing.fader)
        for pad, row in enumerate(standing.rows):
            back = row.copy()
            back[_WANDER] = self._engine.row(pad)[_WANDER]
            self._engine.post_row(pad, back)

    def _move(self, pad: int, share: float, frame: int) -> None:
        share = min(max(share, 0.0), 1.0)
        if pad in self._rows:
            self._rows[pad] = self._ends(self._rows[pad], self._engine.row(pad))
        self._engine.post_row(pad, self.row(pad, share), frame)

    @staticmethod
    def _ends(rows: np.ndarray, now: np.ndarray) -> np.ndarray:
        """The two ends, of which the one where the pad is now has what was turned there."""
        if now[SHARE] not in (0.0, 1.0):
            return rows
        ends = rows.copy()
        ends[int(now[SHARE])] = now
        return ends
