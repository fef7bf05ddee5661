"""The callback's counters, read from outside."""

import numpy as np

from astrodrum_live.rt.layout import BINS_PER_DOUBLING, COUNTERS


def read_counters(header: np.ndarray) -> dict[str, int]:
    """All counters by name. Thread: any. Realtime-safe: no."""
    return dict(zip(COUNTERS, (int(value) for value in header[0]["counter"]), strict=True))


def work_percentile(header: np.ndarray, share: float, since: np.ndarray | None = None) -> float:
    """The work of a block, ns, that ``share`` (0..1) of the blocks stay under.

    Read from a histogram with four bins to the doubling, so up to 19 % too high. ``since``: an
    earlier copy of ``header[0]["work"]`` to count from. Thread: any. Realtime-safe: no.
    """
    counts = header[0]["work"].astype(np.int64)
    if since is not None:
        counts = counts - since
    total = counts.sum()
    if total == 0:
        return 0.0
    bin_ = int(np.searchsorted(np.cumsum(counts), share * total))
    return float(2.0 ** ((bin_ + 1) / BINS_PER_DOUBLING))
