"""Whether blocks still come, whatever the driver says."""

from collections.abc import Callable

GONE_S = 1.0  # without a block: gone, though PortAudio may not have noticed
LOOK_S = 0.25  # counted at most from one look to the next: a pause of the whole process is not long


class Pulse:
    """Adds up how long no block has come. ``blocks`` counts them, ``clock`` is in ns.

    Thread: one at a time. Realtime-safe: no.
    """

    def __init__(self, blocks: Callable[[], int], clock: Callable[[], int]) -> None:
        self._blocks, self._clock = blocks, clock
        self._seen = blocks()
        self._looked_ns = clock()
        self._still_s = 0.0

    def beats(self) -> bool:
        """False when no block has come for ``GONE_S``, as far as one has looked."""
        blocks, now = self._blocks(), self._clock()
        passed_s = min((now - self._looked_ns) * 1e-9, LOOK_S)
        self._still_s = 0.0 if blocks != self._seen else self._still_s + passed_s
        self._seen, self._looked_ns = blocks, now
        return self._still_s < GONE_S
