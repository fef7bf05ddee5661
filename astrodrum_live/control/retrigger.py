"""The guard against triggers that fire twice for one stroke."""

from collections import Counter


class RetriggerGuard:
    """Which notes are a pad's second ones within its ``retrigger``, the row, ms.

    Measured from the last note that was let through, so that a fast roll is thinned and not
    silenced. ``dropped`` counts by pad, 0-based. Thread: one at a time.
    """

    def __init__(self) -> None:
        self.dropped: Counter[int] = Counter()
        self._last_ns: dict[int, int] = {}

    def lets(self, pad: int, at_ns: int, guard_ms: float) -> bool:
        """True if a note on ``pad`` at ``at_ns`` shall sound. Ports' stamps may cross: what came
        a little earlier is as near as what came a little later."""
        last_ns = self._last_ns.get(pad)
        if last_ns is not None and abs(at_ns - last_ns) < guard_ms * 1e6:
            self.dropped[pad] += 1
            return False
        self._last_ns[pad] = at_ns
        return True
