"""Which part was late, in one plain line: the callback, the device, the generator, a thread."""

import math
from collections.abc import Callable
from typing import NamedTuple

from astrodrum_live.control.slowest import Slowest
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.stats import work_percentile
from astrodrum_live.now import now_ns
from astrodrum_live.rt.layout import BINS_PER_DOUBLING

AGAIN_S = 10.0  # a part is told of at most so often; what came meanwhile is counted
NOTICED_NS = 1_000_000  # what a thread waits less, is nobody's fault
STILL_S = 0.15  # without a block, though that is longer than three last

_COUNTED = ("late", "repeated", "xruns", "clock_resets", "blocks")


class Seen(NamedTuple):
    """What the counters said at a look."""

    counts: dict[str, int]
    over: int  # blocks whose work took longer than they last
    at_ns: int


class Watchdog:
    """Looks at the counters, and says who is to blame for what they tell.

    ``generator`` gives in a few words what it is doing. ``threads``: by name, how long things
    waited for them; more may be added. ``log`` gets the lines. Thread: one.
    """

    def __init__(
        self,
        engine: Engine,
        generator: Callable[[], str],
        threads: dict[str, Slowest],
        log: Callable[[str], None],
        clock: Callable[[], int] = now_ns,
    ) -> None:
        self.threads = threads
        self._engine, self._generator, self._log, self._clock = engine, generator, log, clock
        self._block_ns = engine.config.block * 1e9 / engine.config.rate
        self._first_over = math.ceil(BINS_PER_DOUBLING * math.log2(self._block_ns))
        self._told_ns: dict[str, int] = {}
        self._untold: dict[str, int] = {}
        self._still_since_ns: int | None = None
        self._seen = self._counted()

    def look(self) -> None:
        """Tell what has been late since the last look. To be called ten times a second or so."""
        before, self._seen = self._seen, self._counted()
        more = {name: self._seen.counts[name] - before.counts[name] for name in _COUNTED}
        over = self._seen.over - before.over
        waited = {name: slowest.take_ns() for name, slowest in self.threads.items()}
        self._callback(over)
        self._device(more["xruns"] + more["clock_resets"] if not over else 0)
        self._still(more["blocks"])
        self._late(more["late"] if not over and not more["clock_resets"] else 0, waited)
        self._repeats(more["repeated"])

    def too_long(self) -> int:
        """How many blocks have taken longer than they last, since the start."""
        return int(self._engine.memory.header[0]["work"][self._first_over :].sum())

    def restart(self) -> None:
        """Another device plays: what it has not called is no fault of the last one's."""
        self._still_since_ns = None

    def _counted(self) -> Seen:
        counters = self._engine.counters()
        counts = {name: counters[name] for name in _COUNTED}
        return Seen(counts, self.too_long(), self._clock())

    def _callback(self, over: int) -> None:
        usual = work_percentile(self._engine.memory.header, 0.99)
        block = f"a block of {self._block_ns / 1e6:.1f} ms"
        if usual < self._block_ns / 2:
            why = f"usually {usual / 1e6:.1f} ms, so the system held it up"
        else:
            why = "its work is too much: fewer voices, or a longer block (--block 256)"
        self._tell("the callback", over, lambda n: f"{n} times longer than {block}; {why}")

    def _device(self, missed: int) -> None:
        text = "called {} times too late, and the callback did not hold it up: system or driver; "
        self._tell("the device", missed, lambda n: text.format(n) + "a longer block helps")

    def _still(self, blocks: int) -> None:
        now = self._seen.at_ns
        if blocks or self._still_since_ns is None:
            self._still_since_ns = now
        still_s = (now - self._still_since_ns) * 1e-9
        long_s = max(STILL_S, 3e-9 * self._block_ns)
        self._tell("the device", int(still_s > long_s), lambda _: f"no call for {still_s:.1f} s")

    def _late(self, late: int, waited: dict[str, int]) -> None:
        name = max(waited, key=lambda one: waited[one], default="")
        if late and name and waited[name] > NOTICED_NS:
            ms = waited[name] / 1e6
            self._tell(name, late, lambda n: f"up to {ms:.0f} ms late, and {n} hits with it")

    def _repeats(self, repeated: int) -> None:
        self._tell("the generator", repeated, lambda n: f"{n} hits repeated: {self._generator()}")

    def _tell(self, part: str, count: int, words: Callable[[int], str]) -> None:
        """Now, if it was not told of lately; else with the next."""
        self._untold[part] = count = self._untold.get(part, 0) + count
        now = self._seen.at_ns
        if count and now - self._told_ns.get(part, -(1 << 62)) >= AGAIN_S * 1e9:
            self._told_ns[part], self._untold[part] = now, 0
            self._log(f"{part} was late: {words(count)}")
