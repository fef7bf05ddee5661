"""How far what is heard lags behind the fader between two kits."""

from collections.abc import Collection

from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.heard import heard_count, heard_since
from astrodrum_live.params import PAD_INDEX

STALE_S = 0.1

_SHARE = PAD_INDEX["kit_morph"]
_SAME = 1e-6


class Lag:
    """Compares the place of every hit of ``pads`` with where the fader was. ``heard``: hits;
    ``stale``: those of a place that the fader had left more than ``STALE_S`` before they began.

    Thread: ``moved`` one, the rest another.
    """

    def __init__(self, engine: Engine, pads: Collection[int]) -> None:
        self.heard = self.stale = 0
        self._engine, self._pads = engine, pads
        self._count = heard_count(engine)
        self._moves: list[tuple[float, int]] = []  # the share, and the frame in which it was asked

    def moved(self, share: float) -> None:
        """The fader was asked to go there, now."""
        if not self._moves or abs(self._moves[-1][0] - share) > _SAME:
            self._moves = [*self._moves[-999:], (share, self._engine.frame)]

    def listen(self) -> None:
        """Take in what was heard. To be called some times a second."""
        moves = self._moves
        for count, hit in heard_since(self._engine, self._count):
            self._count = count + 1
            if hit.pad in self._pads and moves and moves[0][1] <= hit.frame:
                self.heard += 1
                share = float(hit.origin["row"][_SHARE])
                self.stale += self._behind(moves, share, hit.frame) > STALE_S

    def _behind(self, moves: list[tuple[float, int]], share: float, frame: int) -> float:
        """Seconds since the fader left ``share`` last; 0 if it is there."""
        left = frame
        for place, at in reversed(moves):
            if at <= frame and abs(place - share) <= _SAME:
                return (frame - left) / self._engine.config.rate
            left = min(at, left)
        return float("inf")
