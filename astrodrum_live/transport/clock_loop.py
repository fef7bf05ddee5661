"""From the jittering arrivals of a clock's ticks to the straight line that they were sent on.

A second-order phase-locked loop. Its gains begin as those of the growing-memory line fit and stop
falling at ``MEMORY`` ticks (alpha-beta filter: Brookner, "Tracking and Kalman Filtering Made Easy",
1998, 1.2 and 5). Beside it runs a two-sided CUSUM test (Page, 1954) of what the loop did not
expect: when it says that the line has bent or stepped, the ticks since then tell the new one.
"""

import math
from collections import deque

TICKS = 24  # a beat
MEMORY = 192  # ticks: 8 beats
SETTLED = 96  # ticks after which the tempo is as sure as anybody can hear
_SURE = 0.03  # a tempo is told from when its standard deviation is below
_WATCHED = 8  # ticks of a line before it can be doubted
_SLACK, _ALARM = 0.75, 8.0  # of the test, in standard deviations: false alarms hours apart
_MOST = 4.0  # standard deviations: what strays farther counts as so far
_CALM = 3  # ticks as expected in a row after which a doubt was none
_SUSPECTS = 48
_SAME = 2.5  # standard deviations within which a slope is the old one
_NEARER = 0.4  # ticks, to a whole number of them
_LEAST_NS, _FIRST_NS = 0.5e6, 2e6  # jitter: never believed to be less; as long as it is not known
_FASTEST_NS, _SLOWEST_NS = 2.0e6, 250e6  # between ticks: 1250 and 10 BPM

Suspect = tuple[int, float, float]  # its number, its arrival, how late it was


class ClockLoop:
    """The line through a clock's ticks. Times are ns on any clock.

    ``at_ns``: when the latest tick was due, ``period_ns``: from tick to tick, ``jitter_ns``: the
    standard deviation of arrivals around the line. ``ticks``: how many the line was made from.
    Thread: one at a time. Realtime-safe: no.
    """

    def __init__(self) -> None:
        self.at_ns = self.period_ns = 0.0
        self.jitter_ns = _FIRST_NS
        self.ticks = 0
        self._up = self._down = 0.0
        self._calm = self._seen = 0
        self._suspects: deque[Suspect] = deque(maxlen=_SUSPECTS)
        self._count = 0

    @property
    def ready(self) -> bool:
        """Whether there is a tempo to speak of."""
        return self.ticks > 2 and self._spread(self.ticks) < _SURE * self.period_ns

    @property
    def bpm(self) -> float:
        """The tempo, once there is one."""
        return 60e9 / (TICKS * self.period_ns)

    def reset(self) -> None:
        """Forget the line; the next tick is the first."""
        self.ticks = 0
        self._clear()

    def tick(self, arrival_ns: float) -> int:
        """Take a tick in. Returns by how many the count goes on: 1, but more when it turns out
        that some were lost on the way, and less when some were none."""
        self._count += 1
        if self.ticks == 0:
            self.at_ns, self.ticks = float(arrival_ns), 1
            return 1
        expected_ns = self.at_ns + self.period_ns
        error_ns = arrival_ns - expected_ns
        self.at_ns = expected_ns
        self._suspects.append((self._count, float(arrival_ns), error_ns))
        if self.ticks >= _WATCHED and self._doubted(error_ns):
            return 1 + self._judge(error_ns)
        self._follow(error_ns)
        return 1

    def _follow(self, error_ns: float) -> None:
        if self.ticks >= _WATCHED:
            usual_ns = self._usual_ns()
            error_ns = min(max(error_ns, -_MOST * usual_ns), _MOST * usual_ns)
            # of a normal distribution the mean distance is 0.8 standard deviations
            seen_ns = 1.25 * abs(error_ns) * self.jitter_ns / usual_ns
            self._seen = min(self._seen + 1, 2 * TICKS)
            self.jitter_ns += (seen_ns - self.jitter_ns) / (self._seen + _WATCHED)
            self.jitter_ns = max(self.jitter_ns, _LEAST_NS)
        self.ticks += 1
        n = min(self.ticks, MEMORY)
        self.at_ns += 2.0 * (2 * n - 1) / (n * (n + 1)) * error_ns
        self.period_ns += 6.0 / (n * (n + 1)) * error_ns
        if not _FASTEST_NS <= self.period_ns <= _SLOWEST_NS and self.ticks > 2:
            self.reset()

    def _usual_ns(self) -> float:
        """The standard deviation of how far a tick is from where a line of so many foretells it."""
        n = min(self.ticks, MEMORY)
        return self.jitter_ns * math.sqrt((n + 1) * (n + 2) / (n * (n - 1)))

    def _doubted(self, error_ns: float) -> bool:
        strays = min(max(error_ns / self._usual_ns(), -_MOST), _MOST)
        self._up = max(self._up + strays - _SLACK, 0.0)
        self._down = max(self._down - strays - _SLACK, 0.0)
        if self._up == self._down == 0.0:
            self._suspects.clear()
        return max(self._up, self._down) > _ALARM

    def _judge(self, error_ns: float) -> int:
        """What became of the line: nothing, ticks lost (their number is returned), a new tempo."""
        self._calm = self._calm + 1 if abs(error_ns) < _MOST * self.jitter_ns else 0
        if self._calm >= _CALM:
            self._clear()
            return 0
        for earlier in range(len(self._suspects)):  # so many were still on the old line
            suspects = list(self._suspects)[earlier:]
            fit = _fit(suspects)
            if fit is None:
                break
            stalled = [error for _, _, error in self._suspects][:earlier]
            if stalled and min(stalled) > _MOST * self.jitter_ns and self._is_old(*fit, suspects):
                self._clear()
                return 0
            before = self._suspects[earlier - 1][2] / self.period_ns if earlier else 0.0
            lost = self._lost(suspects, fit[1]) if abs(before) < 0.5 else 0  # else it bent, slowly
            if lost and len(suspects) > _CALM:
                self.at_ns += lost * self.period_ns
                self._clear()
                return lost
            if not lost and self._bent(*fit, len(suspects)):
                self._clear()
                return 0
        if len(self._suspects) == _SUSPECTS:
            self.reset()
        return 0

    def _is_old(
        self, at_ns: float, period_ns: float, stray_ns: float, suspects: list[Suspect]
    ) -> bool:
        """Whether the suspects lie on the line that we have: those before were only held up."""
        n = len(suspects)
        near = abs(at_ns - self.at_ns) < 2.0 * self._usual_ns()
        as_fast = abs(period_ns - self.period_ns) < _SAME * self._spread(n)
        return n > _CALM and near and as_fast and stray_ns < 2.0 * self.jitter_ns

    def _lost(self, suspects: list[Suspect], period_ns: float) -> int:
        """How many ticks all suspects are late by, if all by as many."""
        n = len(suspects)
        errors = [error / self.period_ns for _, _, error in suspects]
        lost = round(sum(errors) / n)
        as_fast = abs(period_ns - self.period_ns) < _SAME * self._spread(n)
        same = all(abs(error - lost) < _NEARER for error in errors)
        return lost if self.ticks >= TICKS and as_fast and same else 0

    def _bent(self, at_ns: float, period_ns: float, stray_ns: float, n: int) -> bool:
        """Whether the suspects lie on a line of their own, which is then taken."""
        if n <= _CALM:
            return False
        spread_ns = max(self.jitter_ns, stray_ns * math.sqrt(n / (n - 2))) * math.sqrt(12 / n**3)
        if (
            not _FASTEST_NS <= period_ns <= _SLOWEST_NS
            or spread_ns > _SURE * period_ns
            or stray_ns > 2.0 * self.jitter_ns
        ):
            return False
        self.at_ns, self.period_ns, self.ticks = at_ns, period_ns, n
        return True

    def _spread(self, ticks: int) -> float:
        """The standard deviation of a slope through so many ticks."""
        return self.jitter_ns * math.sqrt(12.0 / ticks**3)

    def _clear(self) -> None:
        self._up = self._down = 0.0
        self._calm = 0
        self._suspects.clear()


def _fit(suspects: list[Suspect]) -> tuple[float, float, float] | None:
    """The least squares line: where its last tick is, its slope, and how far ticks stray from it.

    None for fewer than three ticks.
    """
    n = len(suspects)
    if n < 3:
        return None
    origin_ns = suspects[0][1]
    mean = sum(count for count, _, _ in suspects) / n
    mean_ns = sum(at - origin_ns for _, at, _ in suspects) / n
    around = [(count - mean, at - origin_ns - mean_ns) for count, at, _ in suspects]
    slope = sum(x * y for x, y in around) / sum(x * x for x, _ in around)
    stray = math.sqrt(sum((y - slope * x) ** 2 for x, y in around) / n)
    return origin_ns + mean_ns + slope * around[-1][0], slope, stray
