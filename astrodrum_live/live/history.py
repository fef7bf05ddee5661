"""What was turned, frozen, loaded and written into patterns, so that it can be taken back."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from astrodrum_live.control.events import Set, SetOrbit, Turn
from astrodrum_live.engine.engine import Engine
from astrodrum_live.live.morph import FADER, Morph
from astrodrum_live.live.orders import OrderDesk
from astrodrum_live.now import now_ns

STEPS = 200
GESTURE_NS = 1_000_000_000  # a knob that moved within so long is still on the same way
MOST_WAITING = 16  # undos and redos that kits on their way hold up
LATER = "the kit is still on its way; that is done once it is there"
TOO_MANY = f"the kit is still on its way, and {MOST_WAITING} wishes wait for it; ask again then"
TOGETHER_NS = 5_000_000_000  # who began several things and says no more for so long is gone
LONGEST_NS = 30_000_000_000  # nor do several things that belong together take any longer

Place = tuple[str, int | None, str]  # what it is of, its number, the row
KIT: Place = ("kit", None, "")
SONG = "song"


@dataclass(frozen=True)
class Step:
    """``before`` and ``after``: values of a row, the hits a pad is frozen to, all patterns, what is
    muted, where a fader and all that it moves stood, what kit or what pattern played. After: only
    known once it was taken back, for the last three. ``together``: the number of those that are
    taken back with it, and what they are in words."""

    place: Place
    before: Any
    after: Any
    at_ns: int
    together: tuple[int, str] = (0, "")


@dataclass(frozen=True)
class Kits:
    """How kits are brought back. ``playing``: what plays now, with all that was turned. ``bring``:
    have such a one play again; it returns at once, and in the end ``KitBack`` is obeyed."""

    playing: Callable[[], Any]
    bring: Callable[[Any], None]


class History:
    """The last ``STEPS`` turns, freezes, edits of patterns and changes of kit.

    ``restore``: makes patterns, or what is muted, what they were. ``playing``: which pattern plays,
    and how; ``play``: has it play again. What is to be taken back or done again while a kit
    is on its way waits for it, in order: it would turn the rows of the kit that leaves.
    Thread: one at a time (who has the scheduler's turn); ``changed`` any.
    """

    def __init__(self, engine: Engine, desk: OrderDesk, morph: Morph, kits: Kits) -> None:
        self.restore: Callable[[Any], None] = lambda was: None
        self.playing: Callable[[], Any] = lambda: None
        self.play: Callable[[Any], None] = lambda was: None
        self._engine, self._desk, self._morph, self._kits = engine, desk, morph, kits
        self._done: deque[Step] = deque(maxlen=STEPS)
        self._undone: list[Step] = []
        self._lock = threading.Lock()
        self._on_the_way = 0  # kits asked for that do not play yet
        self._bringing = False  # one that undo or redo brings back among them
        self._waiting: deque[Callable[[], str]] = deque()
        self._refused = False  # a wish too many; that is told once
        self._numbers = count(1)
        self._together = (0, "")  # of what is being done now
        self._began_ns = self._added_ns = 0

    def together(self, words: str) -> None:
        """From here on all is one step; with no words, it is no more, nor after a while: who began
        it may be gone, and others turn knobs. Which pattern plays belongs to it. A change of kit
        takes its time, and so is a step of its own."""
        playing = self.playing()
        with self._lock:
            self._together = (next(self._numbers), words) if words else (0, "")
            self._began_ns = now_ns()
        if words:
            self._add(Step((SONG, None, ""), playing, None, now_ns()))

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
        self._add(Step(("frozen", pad, ""), before, heard, 0))

    def changed(self, before: Any) -> None:
        """Another kit plays, or this one was reloaded; ``before``: what ``Kits.playing`` was."""
        with self._lock:
            self._done.append(Step(KIT, before, None, 0))
            self._undone.clear()
            if self._together[0]:
                self._together = (next(self._numbers), self._together[1])

    def coming(self) -> None:
        """A kit was asked for, and its loading begins; in the end ``KitBack`` is obeyed."""
        self._on_the_way += 1

    def arrived(self) -> list[str]:
        """A kit that was on its way plays, or never will: what waited for it is done, up to the
        next kit that is on its way. In words, one for each."""
        self._on_the_way = max(self._on_the_way - 1, 0)
        self._bringing = self._bringing and self._on_the_way > 0
        words = []
        while self._waiting and not self._on_the_way:
            words.append(self._waiting.popleft()())
            self._refused = False
        return words

    def edited(self, what: str, before: Any, after: Any) -> None:
        """Patterns were edited, or muted; ``what`` was turned, in words."""
        self._add(Step(("patterns", None, what), before, after, now_ns()))

    def undo(self) -> str:
        """Take the last step back; what was done in words, empty if that was told before."""
        return self._in_turn(self._undo)

    def redo(self) -> str:
        """Do the step again that was taken back last; in words, as ``undo``."""
        return self._in_turn(self._redo)

    def _in_turn(self, work: Callable[[], str]) -> str:
        if not self._on_the_way:
            return work()
        if len(self._waiting) == MOST_WAITING:
            told, self._refused = self._refused, True
            return "" if told else TOO_MANY
        self._waiting.append(work)
        return LATER

    def _undo(self) -> str:
        playing = self.playing()
        with self._lock:
            self._together = (0, "")
            steps = _last(self._done)
        for step in steps:
            after = playing if step.place[0] == SONG else self._now(step)
            with self._lock:
                self._undone.append(replace(step, after=after))
            self._put(step.place, step.before)
        return f"undone: {_words(steps)}" if steps else "there is nothing to undo"

    def _redo(self) -> str:
        with self._lock:
            self._together = (0, "")
            steps = _last(self._undone)
            self._done.extend(replace(step, at_ns=0) for step in steps)
        for step in sorted(steps, key=lambda step: step.place[0] == SONG):  # once its pattern is
            self._put(step.place, step.after)
        return f"redone: {_words(steps)}" if steps else "there is nothing to redo"

    def _now(self, step: Step) -> Any:
        """What a step led to: all later ones have been taken back."""
        if step.place[0] == FADER:
            return self._morph.standing()
        return self._kits.playing() if step.place == KIT else step.after

    def _add(self, step: Step) -> None:
        if self._bringing and step.place[0] in _OF_THE_KIT:
            return  # it turns the kit that leaves, and is forgotten with it
        with self._lock:
            now = now_ns()
            quiet, lasted = now - self._added_ns > TOGETHER_NS, now - self._began_ns > LONGEST_NS
            if (quiet or lasted) and step.place[0] != SONG:
                self._together = (0, "")
            self._added_ns = now
            step = replace(step, together=self._together)
            if (at := self._goes_on(step)) is not None:
                self._done[at] = replace(step, before=self._done[at].before)
            elif step.place[0] in _KNOWN_LATER or step.before != step.after:
                self._done.append(step)
            self._undone.clear()

    def _goes_on(self, step: Step) -> int | None:
        """The place of the step that this one only goes on with: the last, if it is the same way of
        the same knob; of those that are taken back together any that is of the same."""
        for back, one in enumerate(reversed(self._done), start=1):
            if one.together != step.together:
                break
            if step.together[0] and _of_the_same(one, step):
                return -back
            if not step.together[0]:
                same = one.place == step.place and step.at_ns - one.at_ns < GESTURE_NS
                return -back if same and step.at_ns else None
        return None

    def _put(self, place: Place, value: Any) -> None:
        of, number, row = place
        if of == "patterns":
            self.restore(value)
        elif of == FADER:
            self._morph.restore(value)
        elif of == SONG:
            self.play(value)
        elif place == KIT:
            self.coming()
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


_KNOWN_LATER = (FADER, SONG)
_OF_THE_KIT = ("pad", "orbit", "rows", "frozen", FADER)


def _of_the_same(one: Step, other: Step) -> bool:
    """All edits of patterns are: each has all of them."""
    if one.place[0] == other.place[0] == "patterns":
        return type(one.before) is type(other.before)
    return one.place == other.place


def _last(steps: "deque[Step] | list[Step]") -> list[Step]:
    """Takes the last step off, and all that belong to it."""
    taken: list[Step] = []
    while steps and (not taken or 0 != steps[-1].together[0] == taken[0].together[0]):
        taken.append(steps.pop())
    return taken


def _words(steps: list[Step]) -> str:
    return steps[0].together[1] or _place_words(steps[0].place)


def _place_words(place: Place) -> str:
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
