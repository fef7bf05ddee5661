"""What a run costs and leaves: memory of the processes, children, blocks of shared memory."""

import os
import re
from contextlib import suppress
from pathlib import Path

import numpy as np

_PROC, _SHARED = Path("/proc"), Path("/dev/shm")


def own_mib(process_id: int) -> float | None:
    """Memory that is a process's own (not shared, not files), MiB; None where it cannot be read."""
    with suppress(OSError):
        found = re.search(r"RssAnon:\s+(\d+) kB", (_PROC / str(process_id) / "status").read_text())
        return int(found[1]) / 1024 if found else None
    return None


def slope(times_s: list[float], values: list[float]) -> tuple[float, float]:
    """Least squares: the slope per minute, and its standard error. Needs three points, else 0."""
    if len(times_s) < 3:
        return 0.0, 0.0
    minutes = np.array(times_s) / 60.0
    (rise, _), residuals, *_ = np.polyfit(minutes, values, 1, full=True)
    spread = np.sum((minutes - minutes.mean()) ** 2)
    error2 = float(residuals[0]) / (len(values) - 2) / spread if len(residuals) else 0.0
    return float(rise), float(np.sqrt(error2))


def children(process_id: int | None = None) -> set[int]:
    """The living processes that this one has started; none where it cannot be told."""
    parent = os.getpid() if process_id is None else process_id
    found = set()
    for path in _PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and fields[0] != "Z":
                found.add(int(path.parent.name))
    return found


def blocks(process_id: int | None = None) -> set[str]:
    """The blocks of shared memory of this process's engines."""
    owner = os.getpid() if process_id is None else process_id
    return {path.name for path in _SHARED.glob(f"astrodrum-{owner}-*")}
