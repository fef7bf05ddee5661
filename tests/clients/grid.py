"""How far sounds lie from where they were due, on a card whose clock is nobody else's."""

from dataclasses import dataclass

import numpy as np

MOST_PPM = 5000.0  # JACK's dummy driver was measured between -300 and +1800


@dataclass(frozen=True)
class Grid:
    """The straight line from time (s) to frames that fits all sounds best, and what is left over.

    A card's clock never runs at its nominal rate by the computer's, and the instrument follows the
    computer's, as time tags do: so the line's slope, ``ppm``, is the card's and not an error, and
    its height is the output latency plus the start of the recording. ``misses``: frames (n,).
    """

    slope: float
    start_s: float
    height: float
    misses: np.ndarray
    rate: int

    @property
    def ppm(self) -> float:
        return 1e6 * (self.slope / self.rate - 1.0)

    @property
    def rms_s(self) -> float:
        return float(np.sqrt(np.mean(self.misses**2))) / self.rate

    def frame(self, time_s: float) -> float:
        """Where in the recording the moment lies that is heard at a time."""
        return self.height + self.slope * (time_s - self.start_s)

    def __str__(self) -> str:
        worst = np.abs(self.misses).max()
        return (
            f"{len(self.misses)} sounds, {1e6 * self.rms_s:.1f} us rms, at most {worst:.2f} frames;"
            f" the card's clock runs {self.ppm:+.0f} ppm"
        )


def fit_grid(frames: np.ndarray, times_s: np.ndarray, rate: int) -> Grid:
    """The line through sounds at ``frames`` (n,) that were due at ``times_s`` (n,)."""
    times_s = np.asarray(times_s)
    assert len(frames) == len(times_s), f"{len(frames)} sounds for {len(times_s)} events"
    start_s = float(times_s.mean())
    slope, height = np.polyfit(times_s - start_s, frames, 1)
    misses = frames - (height + slope * (times_s - start_s))
    grid = Grid(float(slope), start_s, float(height), misses, rate)
    print(grid)
    assert abs(grid.ppm) < MOST_PPM, grid
    return grid
