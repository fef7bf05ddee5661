"""What a run has shown, in words: each failure a line; none, and it has passed."""

from dataclasses import dataclass, field

WARM_UP_S = 30.0  # caches fill: what grows then is no leak
LONG_S = 1200.0  # of so long a run the first third is warming up
LEAK_JUDGED_S = 120.0  # of samples after it: less says nothing
LEAK_MIB_PER_MINUTE = 0.2  # 100 MiB in a night; what a short run can tell
LONG_LEAK_MIB_PER_MINUTE = 1 / 60
HELD_SHARE = 0.01  # of the time: with more, too much would be excused
DRIFT_MS = 20.0
REPEATED_SHARE = 0.01
STOP_S = 1.0


def warm_up_s(seconds: float) -> float:
    """Of a run of ``seconds``, how many its memory may still grow in."""
    return seconds / 3 if seconds >= LONG_S else WARM_UP_S


@dataclass
class Report:
    """Figures of a run. Times in seconds; ``sent`` and ``obeyed`` by kind; ``leaks``: for each
    process its growth per minute, with the standard error, MiB; ``left``: what was there after it.
    ``late``, ``xruns``, ``too_long_blocks``: by us; ``held_up``: those while an idle client that
    goes first was late, too; ``holds``: how often it was, ``held_s``: how long in all.
    ``late_max_ms``: the latest, of both. ``on_the_way``: hits of pads that a fader moves;
    ``stale``: those of a place that it had left more than 0.1 s before.
    """

    scenario: str
    seconds: float = 0.0
    stopped: bool = False
    sent: dict[str, int] = field(default_factory=dict)
    obeyed: dict[str, int] = field(default_factory=dict)
    hits: int = 0
    late: int = 0
    late_max_ms: float = 0.0
    silent: int = 0
    repeated: int = 0
    on_the_way: int = 0
    stale: int = 0
    unmade: int = 0
    too_long_blocks: int = 0
    xruns: int = 0
    held_up: dict[str, int] = field(default_factory=dict)
    holds: int = 0
    longest_hold_ms: float = 0.0
    held_s: float = 0.0
    drift_ms: float = 0.0
    drift_limit_ms: float = DRIFT_MS
    largest_step: float = 0.0
    leaks: dict[str, tuple[float, float]] = field(default_factory=dict)
    leaks_judged: bool = False
    memory_mib: dict[str, float] = field(default_factory=dict)
    generator_restarts: int = 0
    generated: int = 0
    stop_s: float = 0.0
    left: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def repeated_share(self) -> float:
        """Of all hits."""
        return self.repeated / self.hits if self.hits else 0.0

    def failures(self) -> list[str]:
        """What is not as it must be."""
        lines = []
        for kind, count in self.sent.items():
            if self.obeyed.get(kind) != count:
                lines.append(f"lost: {count} {kind} sent, {self.obeyed.get(kind)} obeyed")
        if self.hits == 0:
            lines.append("no hit sounded")
        if self.silent:
            lines.append(f"{self.silent} hits were silent")
        if self.late:
            lines.append(f"{self.late} hits were late")
        if self.held_up and self.held_s > HELD_SHARE * self.seconds:
            lines.append(f"the system stood still for {self.held_s:.1f} s: too much to excuse by")
        if self.too_long_blocks:
            lines.append(f"the callback took longer than its block {self.too_long_blocks} times")
        if self.xruns:
            lines.append(f"the device was not served in time {self.xruns} times")
        if abs(self.drift_ms) > self.drift_limit_ms:
            lines.append(f"the frames drifted by {self.drift_ms:.1f} ms from the clock")
        if self.scenario != "all" and self.repeated_share > REPEATED_SHARE:
            lines.append(f"{self.repeated_share:.1%} of the hits were repeats")
        if self.leaks_judged:
            limit = LONG_LEAK_MIB_PER_MINUTE if self.seconds >= LONG_S else LEAK_MIB_PER_MINUTE
            lines += [
                f"{name} grows by {rise:.2f} MiB a minute"
                for name, (rise, error) in self.leaks.items()
                if rise - 2 * error > limit
            ]
        if self.generator_restarts:
            lines.append(f"the generator was started again {self.generator_restarts} times")
        if self.stop_s > STOP_S:
            lines.append(f"it took {self.stop_s:.1f} s to stop")
        lines += [f"left behind: {what}" for what in self.left]
        return lines
