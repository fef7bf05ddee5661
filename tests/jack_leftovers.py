"""What JACK servers that were killed leave in memory, which keeps the next ones from starting."""

import shutil
from contextlib import suppress
from pathlib import Path

MEMORY = Path("/dev/shm")


def forget_dead_servers(memory: Path = MEMORY, processes: Path = Path("/proc")) -> None:
    """Take the register of servers away if none runs: it has room for eight, and who was killed
    stays in it for good. Does nothing while any JACK program runs, or where there is no JACK.
    """
    for name in processes.glob("[0-9]*/comm"):
        with suppress(OSError):  # it has ended meanwhile
            if name.read_text().startswith("jack"):
                return
    for left in memory.glob("jack*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
