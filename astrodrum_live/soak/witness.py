"""An idle client beside the instrument: it does nothing, on time; when it is late, the system was.

A program of its own, with a thread on each processor that asks to be woken once a block, with the
priority of an audio device where that is granted. On a machine that is shared, as those in a cloud
are, processors stand still for milliseconds; nobody on them can tell, but by a clock.
"""

import os
import subprocess
import sys
import threading
import time
from typing import NamedTuple

from astrodrum_live.now import now_ns
from astrodrum_live.urgency import DEVICE, raise_priority, wake_sharply

HELD_NS = 1_000_000  # later than this, no wake-up comes by itself
REACHES_NS = 50_000_000  # what was held up is counted, or made up for, so long after it


class Hold(NamedTuple):
    """A processor stood still."""

    from_ns: int
    until_ns: int


class Witness:
    """The idle client, which wakes every ``block_s``; ``holds`` are what it has seen so far.

    Errors: ``OSError`` if it cannot be started. Thread: create and close from one; its own reads.
    """

    def __init__(self, block_s: float) -> None:
        self.holds: list[Hold] = []
        command = [sys.executable, "-m", "astrodrum_live.soak.witness", str(block_s)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self._process.stdout.readline()  # it watches
        self._thread = threading.Thread(target=self._read, name="witness", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it, with all that it had to say."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._thread.join()
        self._process.stdout.close()
        self._process.wait()

    def held(self, from_ns: int, until_ns: int) -> bool:
        """Whether it was held up between two times, or shortly before."""
        near = from_ns - REACHES_NS
        return any(hold.from_ns < until_ns and hold.until_ns > near for hold in self.holds)

    @property
    def process_id(self) -> int:
        """Of the program that watches."""
        return self._process.pid

    @property
    def longest_ms(self) -> float:
        """The longest that it was held up."""
        return max((hold.until_ns - hold.from_ns for hold in self.holds), default=0) / 1e6

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.holds.append(Hold(*map(int, line.split())))


def watch(processor: int | None, block_ns: int, stop: threading.Event) -> None:
    """Sleep from block to block until ``stop``, and print from when until when one was slept over.

    ``processor``: the one to stay on; None: any. Thread: any; it becomes one of a device's.
    """
    if processor is not None:
        os.sched_setaffinity(0, {processor})
    raise_priority(0, DEVICE)
    wake_sharply()
    due_ns = now_ns()
    while not stop.is_set():
        due_ns += block_ns
        if (wait_ns := due_ns - now_ns()) > 0:
            time.sleep(wait_ns * 1e-9)
        if (woken_ns := now_ns()) - due_ns > HELD_NS:
            print(due_ns, woken_ns, flush=True)
            due_ns = woken_ns


def main() -> None:
    """Watch every processor until standard input ends."""
    block_ns = round(float(sys.argv[1]) * 1e9)
    pinned = hasattr(os, "sched_setaffinity")
    processors = sorted(os.sched_getaffinity(0)) if pinned else [None]
    stop = threading.Event()
    threads = [
        threading.Thread(target=watch, args=(one, block_ns, stop), name=f"watch {one}")
        for one in processors
    ]
    for thread in threads:
        thread.start()
    print("watching", flush=True)
    sys.stdin.read()
    stop.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
