"""What arrives on many threads is done one at a time, in order of arrival, and at once: by the
thread that brings it, where nobody else is at it.

To wake another thread for it takes longer than to do it: a hand-over of Python's interpreter, and
a processor that slept.
"""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from astrodrum_live.now import now_ns
from astrodrum_live.urgency import hurries

Item = TypeVar("Item")

MOST = 8  # that one thread does of what it and others brought, before it receives again


class Line(Protocol[Item]):
    """What has arrived and is not done yet, in its order. Thread: ``put`` and ``bool`` any, the
    rest one at a time."""

    due_ns: int | None
    """When ``peek`` will find something though nothing more arrives; None: never."""

    @property
    def idle(self) -> bool:
        """Whether nothing at all is in it, not even what ``peek`` will find later. Thread: any."""

    def put(self, item: Item) -> None:
        """Append."""

    def passes(self, item: Item) -> bool:
        """Whether ``item``, the only one that is there, would be found by ``peek`` at once."""

    def __bool__(self) -> bool:
        """Whether something has arrived that ``peek`` has not seen, or that was not popped."""

    def peek(self) -> Item | None:
        """The next; None if there is none now."""

    def pop(self) -> Item:
        """Take what ``peek`` has found."""

    def put_back(self, item: Item) -> None:
        """It is the next again."""


class Relay(Generic[Item]):
    """Has what is sent done, one at a time, in the order of ``line``.

    ``do`` does one. ``dare`` does it only if that is quick, and says whether it did: so a thread
    that has more to receive does what it brings. All else is done by the thread that calls
    ``work``, and what comes behind it waits. Neither may raise. Before ``start`` and after
    ``stop`` nothing is done but by ``work``. ``waits`` is called when something is not done by
    the time ``send`` returns; it must be quick.
    Thread: ``send`` any, it waits for nobody's turn; ``work`` and ``stop`` one.
    """

    def __init__(
        self, line: Line[Item], do: Callable[[Item], None], dare: Callable[[Item], bool],
        waits: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.turn = threading.Lock()  # whose holder may do one
        self._line, self._do, self._dare, self._waits = line, do, dare, waits
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._rung = self._started = False
        self._sleeps_till_ns: int | None = None

    def start(self) -> None:
        """From here on who brings something may do it."""
        self._started = True

    def send(self, item: Item, urgent: bool | None = None) -> None:
        """Have ``item`` done after all that came before. ``urgent``: whether this thread is on a
        note's way, hence may do it; None: if it hurries. One that others go before must not: what
        came behind would wait until the system lets it go on."""
        if not (hurries() if urgent is None else urgent):
            self._line.put(item)
            self._waits()
            self.ring()
            return
        if self._line or not self.turn.acquire(blocking=False):
            self._line.put(item)
            self._waits()
        else:
            try:  # the short way of nearly all: it is not even put into the line
                ours = self._started and not self._line and self._line.passes(item)
                if not (ours and self._dare(item)):
                    self._line.put(item)
            finally:
                self.turn.release()
        if self._line:
            self._help()
        if not self._line.idle:
            self._waits()

    @property
    def idle(self) -> bool:
        """Whether all that was sent is done, and what is sent is done at once. Thread: any."""
        return self._started and self._line.idle and not self.turn.locked()

    def ring(self) -> None:
        """Wake the thread in ``work``."""
        if not self._rung:
            self._rung = True
            self._bell.put(None)

    def work(self, patience_s: float | None = None) -> None:
        """Wait until there is something to do, at most ``patience_s``, and do one."""
        if not self._line:
            with suppress(queue.Empty):
                self._bell.get(timeout=self._wait_s(patience_s))
            self._rung = False
        with self.turn:
            if self._line.peek() is not None:
                self._do(self._line.pop())
            self._sleeps_till_ns = self._line.due_ns

    def stop(self) -> None:
        """Do all that is there, and nothing more from here on but by ``work``."""
        self._started = False
        self._waits()
        with self.turn:
            while self._line.peek() is not None:
                self._do(self._line.pop())

    def _wait_s(self, patience_s: float | None) -> float | None:
        if self._sleeps_till_ns is None:
            return patience_s
        wait_s = max(self._sleeps_till_ns - now_ns(), 0) * 1e-9
        return wait_s if patience_s is None else min(wait_s, patience_s)

    def _help(self) -> None:
        """Do what is quick of what is there, as long as nobody else is at it."""
        left = MOST
        while self._line and self._started:
            if not self.turn.acquire(blocking=False):
                return  # who has the turn looks again when it is over
            try:
                left = self._do_quick(left)
                done = self._line.peek() is None
                sooner = self._line.due_ns is not None and self._sleeps_till_ns is None
            finally:
                self.turn.release()
            if sooner or not done:
                self.ring()
            if not done:
                return

    def _do_quick(self, left: int) -> int:
        while left and self._line.peek() is not None:
            item = self._line.pop()
            if not self._dare(item):
                self._line.put_back(item)
                break
            left -= 1
        return left
