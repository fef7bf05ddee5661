"""What was late, and whether an idle client that goes first was held up just then as well."""

from collections import Counter
from collections.abc import Callable

from astrodrum_live.live.instrument import LiveInstrument
from astrodrum_live.now import now_ns


class Lateness:
    """Late hits, missed blocks and blocks that took too long, look by look.

    Thread: one.
    """

    def __init__(self, instrument: LiveInstrument) -> None:
        self._instrument = instrument
        self._found: list[tuple[int, int, Counter[str]]] = []  # from, until, how many of what
        self._seen, self._seen_ns = self._counted(), now_ns()

    def look(self) -> None:
        """Count what is new. The more often, the surer is what it came together with."""
        before, before_ns = self._seen, self._seen_ns
        self._seen, self._seen_ns = self._counted(), now_ns()
        if more := self._seen - before:
            self._found.append((before_ns, self._seen_ns, more))

    def blame(self, held: Callable[[int, int], bool]) -> tuple[Counter[str], Counter[str]]:
        """What was late by us, and what while the system was ``held`` up, between two times."""
        ours: Counter[str] = Counter()
        systems: Counter[str] = Counter()
        for from_ns, until_ns, more in self._found:
            (systems if held(from_ns, until_ns) else ours).update(more)
        return ours, systems

    def _counted(self) -> Counter[str]:
        counters = self._instrument.engine.counters()
        return Counter(
            late=counters["late"],
            xruns=counters["xruns"],
            too_long_blocks=self._instrument.watchdog.too_long(),
        )
