"""What was turned, frozen and written into patterns, so that it can be taken back."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from astrodrum_live.control.events import Set, SetOrbit, Turn
from astrodrum_live.engine.engine import Engine
from astrodrum_live.live.orders import OrderDesk
from astrodrum_live.now import now_ns
from astrodrum_live.sequencer.book import Book

STEPS = 200
GESTURE_NS = 1_000_000_000  # a knob that moved within so long is still on the same way

Place = tuple[str, int | None, str]  # what it is of, its number, the row


@dataclass(frozen=True)
class Step:
    """``before`` and ``after``: values of a row, the hits a pad is frozen to, or all patterns."""

    place: Place
    before: Any
    after: Any
    at_ns: int


class History:
    """The last ``STEPS`` turns, freezes and edits of patterns. Thread: the control thread.

    ``restore``: makes patterns what they were.
    """

    def __init__(self, engine: Engine, desk: OrderDesk) -> None:
        self.restore: Callable[[Book], None] = lambda book: None
        self._engine, self._desk = engine, desk
        self._done: deque[Step] = deque(maxlen=STEPS)
        self._undone: list[Step] = []

    def turning(self, event: Set | SetOrbit | Turn) -> None:
        """``event`` is about to be obeyed. One knob's way, without a pause, is one step."""
        if isinstance(event, Turn):
            self._add(self._several(event))
            return
        if isinstance(event, Set):
            place: Place = ("pad", event.pad, event.param)
            before = self._engine.value(event.pad, event.param)
        else:
            place = ("orbit", event.orbit, event.param)
            before = self._engine.orbit_value(event.orbit, event.param)
        self._add(Step(place, before, event.value, now_ns()))

    def _several(self, event: Turn) -> Step:
        names = [name for name, _ in event.values]
        before = tuple((name, self._engine.value(event.pad, name)) for name in names)
        place: Place = ("rows", event.pad, " ".join(names))
        return Step(place, before, event.values, now_ns())

    def freeze(self, pad: int, heard: Any) -> None:
        """Freeze a pad to a hit that was heard, None for thaw."""
        before = self._desk.frozen(pad)
        self._desk.freeze(pad, heard)
        self._done.append(Step(("frozen", pad, ""), before, heard, 0))
        self._undone.clear()

    def edited(self, what: str, before: Book, after: Book) -> None:
        """Patterns were edited; ``what`` was turned, in words."""
        self._add(Step(("patterns", None, what), before, after, now_ns()))

    def undo(self) -> str:
        """Take the last step back; what was done in words, empty if there was none."""
        if not self._done:
            return ""
        step = self._done.pop()
        self._undone.append(step)
        self._put(step.place, step.before)
        return f"undone: {_words(step.place)}"

    def redo(self) -> str:
        """Do the step again that was taken back last; in words, empty if there is none."""
        if not self._undone:
            return ""
        step = self._undone.pop()
        self._done.append(replace(step, at_ns=0))
        self._put(step.place, step.after)
        return f"redone: {_words(step.place)}"

    def clear(self) -> None:
        """Forget all."""
        self._done.clear()
        self._undone.clear()

    def _add(self, step: Step) -> None:
        last = self._done[-1] if self._done else None
        if last and last.place == step.place and step.at_ns - last.at_ns < GESTURE_NS:
            self._done[-1] = replace(step, before=last.before)
        elif step.before != step.after:
            self._done.append(step)
        self._undone.clear()

    def _put(self, place: Place, value: Any) -> None:
        of, number, row = place
        if of == "patterns":
            self.restore(value)
        elif of == "frozen" and number is not None:
            self._desk.freeze(number, value)
        elif of == "rows" and number is not None:
            for name, one in value:
                self._engine.post_set(number, name, one)
        elif of == "orbit" and number is not None:
            self._engine.post_orbit(number, row, value)
        else:
            self._engine.post_set(number, row, value)


def _words(place: Place) -> str:
    of, number, row = place
    if of == "patterns":
        return row
    if of == "frozen":
        return f"what pad {number} is frozen to"
    if of == "rows":
        return f"the sound of pad {number}"
    owner = "master" if number is None else f"{of} {number}"
    return f"{row} of {owner}"
