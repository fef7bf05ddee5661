"""An idle client beside the instrument: it does nothing, on time; when it is late, the system was.

A program of its own, with a thread on each processor that asks to be woken once a block. It goes
before all that is ours, so nothing we do can hold it up: what does is the machine. On one that is
shared, as those in a cloud are, processors stand still for milliseconds, and nobody on them can
tell but by a clock. Where it may not go first, it says so, and excuses nothing.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from typing import NamedTuple

from astrodrum_live.now import now_ns
from astrodrum_live.urgency import raise_priority, wake_sharply

FIRST = 20  # of SCHED_FIFO: before our own threads and JACK's, after the kernel's
HELD_NS = 1_000_000  # later than this, no wake-up comes by itself
REACHES_NS = 10_000_000  # what was held up is counted, or made up for, so long after it
PATIENCE_S = 2.0
GOES_FIRST, MAY_NOT = "goes first", "may not go first"


class Hold(NamedTuple):
    """A processor stood still."""

    from_ns: int
    until_ns: int


class Witness:
    """The idle client, which wakes every ``block_s``; ``holds`` are what it has seen so far.

    ``why_not``: in words why it excuses nothing, empty if it does. Errors: ``OSError`` if it cannot
    be started. Thread: create and close from one; its own reads.
    """

    def __init__(self, block_s: float) -> None:
        self.holds: list[Hold] = []
        self.why_not = "the idle client did not begin"
        command = [sys.executable, "-m", "astrodrum_live.soak.witness", str(block_s)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True,  # a Ctrl-C is for the soak, which then ends it
        )  # fmt: skip
        assert self._process.stdout
        said = self._process.stdout.readline().strip()
        if said:
            self.why_not = "" if said == GOES_FIRST else "the system let no idle client go first"
        self._thread = threading.Thread(target=self._read, name="witness", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it, with all that it had to say. Harmless twice."""
        assert self._process.stdin
        assert self._process.stdout
        if self._process.poll() is not None and not self._process.stdin.closed:
            self.why_not = "the idle client ended before we did"
        self._process.stdin.close()
        self._thread.join(PATIENCE_S)
        if self._thread.is_alive():
            self.why_not = "the idle client did not end"
            self._process.kill()
            self._thread.join()
        self._process.stdout.close()
        self._process.wait()

    def held(self, from_ns: int, until_ns: int) -> bool:
        """Whether it was held up between two times, or just before; no if it excuses nothing."""
        near = from_ns - REACHES_NS
        return not self.why_not and any(
            hold.from_ns < until_ns and hold.until_ns > near for hold in self.holds
        )

    @property
    def process_id(self) -> int:
        """Of the program that watches."""
        return self._process.pid

    @property
    def longest_ms(self) -> float:
        """The longest that it was held up."""
        return max((hold.until_ns - hold.from_ns for hold in self.holds), default=0) / 1e6

    @property
    def held_s(self) -> float:
        """For how long it was held up in all."""
        return sum(hold.until_ns - hold.from_ns for hold in self.holds) * 1e-9

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            if line.endswith("\n"):  # else it was killed in the middle of it
                self.holds.append(Hold(*map(int, line.split())))


class Watcher(threading.Thread):
    """Sleeps from block to block until ``stop``, and prints from when until when one was slept
    over. ``processor``: the one to stay on; None: any. ``first``: whether it may go first, once
    ``began``."""

    def __init__(self, processor: int | None, block_ns: int, stop: threading.Event) -> None:
        super().__init__(name=f"watcher {processor}", daemon=True)
        self.first, self.began = False, threading.Event()
        self._processor, self._block_ns, self._stop_watching = processor, block_ns, stop

    def run(self) -> None:
        if self._processor is not None:
            os.sched_setaffinity(0, {self._processor})
        self.first = raise_priority(0, FIRST)
        wake_sharply()
        self.began.set()
        due_ns = now_ns()
        while not self._stop_watching.is_set():
            due_ns += self._block_ns
            if (wait_ns := due_ns - now_ns()) > 0:
                time.sleep(wait_ns * 1e-9)
            if (woken_ns := now_ns()) - due_ns > HELD_NS:
                os.write(1, f"{due_ns} {woken_ns}\n".encode())  # whole, whatever others write
                due_ns = woken_ns


def main() -> None:
    """Watch every processor until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    block_ns = round(float(sys.argv[1]) * 1e9)
    pinned = hasattr(os, "sched_setaffinity")
    processors = sorted(os.sched_getaffinity(0)) if pinned else [None]
    stop = threading.Event()
    watchers = [Watcher(one, block_ns, stop) for one in processors]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.began.wait()
    print(GOES_FIRST if all(one.first for one in watchers) else MAY_NOT, flush=True)
    sys.stdin.read()
    stop.set()
    for watcher in watchers:
        watcher.join()


if __name__ == "__main__":
    main()
