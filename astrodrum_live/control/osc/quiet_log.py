"""A log that the world cannot flood: the same kind of line at most every 2 s."""

import logging
from collections.abc import Callable

from astrodrum_live.now import now_ns

EVERY_NS = 2_000_000_000
_MAX_KINDS = 256

_LOG = logging.getLogger(__name__)


class QuietLog:
    """Warnings about what peers do. Thread: any. Realtime-safe: no."""

    def __init__(self, clock: Callable[[], int] = now_ns) -> None:
        self._clock = clock
        self._told: dict[str, list[int]] = {}  # kind -> [when told, left out since]

    def warn(self, text: str, kind: str | None = None) -> None:
        """One line, with how many others of its ``kind`` (None: the text itself) were left out."""
        at_ns = self._clock()
        if len(self._told) > _MAX_KINDS:
            self._told.clear()
        entry = self._told.setdefault(kind or text, [at_ns - EVERY_NS, 0])
        if at_ns - entry[0] < EVERY_NS:
            entry[1] += 1
            return
        others = f" (and {entry[1]} others)" if entry[1] and kind else ""
        entry[:] = at_ns, 0
        _LOG.warning("OSC: %s%s", text, others)
