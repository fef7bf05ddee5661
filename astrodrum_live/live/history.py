"""What was turned, frozen, loaded and written into patterns, so that it can be taken back."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from astrodrum_live.control.events import Set, SetOrbit, Turn
from astrodrum_live.engine.engine import Engine
from astrodrum_live.live.morph import FADER, Morph
from astrodrum_live.live.orders import OrderDesk
from astrodrum_live.now import now_ns
from astrodrum_live.sequencer.book import Book

STEPS = 200
GESTURE_NS = 1_000_000_000  # a knob that moved within so long is still on the same way
MOST_WAITING = 16  # undos and redos that a kit on its way holds up
LATER = "the kit is still on its way; that is done once it is there"
TOO_MANY = f"the kit is still on its way, and {MOST_WAITING} wishes wait for it; ask again then"

Place = tuple[str, int | None, str]  # what it is of, its number, the row
KIT: Place = ("kit", None, "")


@dataclass(frozen=True)
class Step:
    """``before`` and ``after``: values of a row, the hits a pad is frozen to, all patterns, where a
    fader and all that it moves stood, or what kit played. After: only known once it was taken back,
    for the last two."""

    place: Place
    before: Any
    after: Any
    at_ns: int


@dataclass(frozen=True)
class Kits:
    """How kits are brought back. ``playing``: what plays now, with all that was turned. ``bring``:
    have such a one play again; it returns at once, and in the end ``KitBack`` is obeyed."""

    playing: Callable[[], Any]
    bring: Callable[[Any], None]


class History:
    """The last ``STEPS`` turns, freezes, edits of patterns and changes of kit.

    ``restore``: makes patterns what they were. What is to be taken back or done again while a kit
    is being brought back waits for it, in order: it would turn the rows of the kit that leaves.
    Thread: one at a time (who has the scheduler's turn); ``changed`` any.
    """

    def __init__(self, engine: Engine, desk: OrderDesk, morph: Morph, kits: Kits) -> None:
        self.restore: Callable[[Book], None] = lambda book: None
        self._engine, self._desk, self._morph, self._kits = engine, desk, morph, kits
        self._done: deque[Step] = deque(maxlen=STEPS)
        self._undone: list[Step] = []
        self._lock = threading.Lock()
        self._bringing = False
        self._waiting: deque[Callable[[], str]] = deque()

    def turning(self, event: Set | SetOrbit | Turn) -> None:
        """``event`` is about to be obeyed. One knob's way, without a pause, is one step."""
        before: Any
        if isinstance(event, Turn):
            self._add(self._several(event))
            return
        if isinstance(event, SetOrbit):
            place: Place = ("orbit", event.orbit, event.param)
            before = self._engine.orbit_value(event.orbit, event.param)
        elif event.param == FADER:
            place, before = (FADER, event.pad, event.param), self._morph.standing()
        else:
            place = ("pad", event.pad, event.param)
            before = self._engine.value(event.pad, event.param)
        self._add(Step(place, before, None if place[0] == FADER else event.value, now_ns()))

    def _several(self, event: Turn) -> Step:
        names = [name for name, _ in event.values]
        before = tuple((name, self._engine.value(event.pad, name)) for name in names)
        place: Place = ("rows", event.pad, " ".join(names))
        return Step(place, before, event.values, now_ns())

    def freeze(self, pad: int, heard: Any) -> None:
        """Freeze a pad to a hit that was heard, None for thaw."""
        before = self._desk.frozen(pad)
        self._desk.freeze(pad, heard)
        with self._lock:
            self._done.append(Step(("frozen", pad, ""), before, heard, 0))
            self._undone.clear()

    def changed(self, before: Any) -> None:
        """Another kit plays, or this one was reloaded; ``before``: what ``Kits.playing`` was."""
        with self._lock:
            self._done.append(Step(KIT, before, None, 0))
            self._undone.clear()

    def arrived(self) -> list[str]:
        """The kit that was to be brought back plays, or never will: what waited for it is done, up
        to the next kit that is on its way. In words, one for each."""
        self._bringing = False
        words = []
        while self._waiting and not self._bringing:
            words.append(self._waiting.popleft()())
        return words

    def edited(self, what: str, before: Book, after: Book) -> None:
        """Patterns were edited; ``what`` was turned, in words."""
        self._add(Step(("patterns", None, what), before, after, now_ns()))

    def undo(self) -> str:
        """Take the last step back; what was done in words."""
        return self._in_turn(self._undo)

    def redo(self) -> str:
        """Do the step again that was taken back last; what was done in words."""
        return self._in_turn(self._redo)

    def _in_turn(self, work: Callable[[], str]) -> str:
        if not self._bringing:
            return work()
        if len(self._waiting) == MOST_WAITING:
            return TOO_MANY
        self._waiting.append(work)
        return LATER

    def _undo(self) -> str:
        with self._lock:
            if not self._done:
                return "there is nothing to undo"
            step = self._done.pop()
            self._undone.append(replace(step, after=self._now(step)))
        self._put(step.place, step.before)
        return f"undone: {_words(step.place)}"

    def _redo(self) -> str:
        with self._lock:
            if not self._undone:
                return "there is nothing to redo"
            step = self._undone.pop()
            self._done.append(replace(step, at_ns=0))
        self._put(step.place, step.after)
        return f"redone: {_words(step.place)}"

    def _now(self, step: Step) -> Any:
        """What a step led to: all later ones have been taken back."""
        if step.place[0] == FADER:
            return self._morph.standing()
        return self._kits.playing() if step.place == KIT else step.after

    def _add(self, step: Step) -> None:
        with self._lock:
            last = self._done[-1] if self._done else None
            if last and last.place == step.place and step.at_ns - last.at_ns < GESTURE_NS:
                self._done[-1] = replace(step, before=last.before)
            elif step.place[0] == FADER or step.before != step.after:
                self._done.append(step)
            self._undone.clear()

    def _put(self, place: Place, value: Any) -> None:
        of, number, row = place
        if of == "patterns":
            self.restore(value)
        elif of == FADER:
            self._morph.restore(value)
        elif place == KIT:
            self._bringing = True
            self._kits.bring(value)
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
    if place == KIT:
        return "the change of kit"
    if of == "frozen":
        return f"what pad {number} is frozen to"
    if of == "rows":
        return f"the sound of pad {number}"
    owner = "master" if number is None else f"{'pad' if of == FADER else of} {number}"
    return f"{row} of {owner}"
