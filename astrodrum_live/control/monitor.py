"""What arrives and what comes of it, for whoever watches; while nobody does, it costs nothing."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import cast

from astrodrum_live.control.events import (
    Choke,
    Event,
    Freeze,
    FreezeTo,
    Hit,
    Home,
    Hush,
    Keep,
    KitBack,
    Learn,
    LoadKit,
    MorphTo,
    MoveTransport,
    Panic,
    Record,
    Redo,
    Save,
    Set,
    SetOrbit,
    SetTransport,
    Store,
    Thaw,
    Together,
    Turn,
    Undo,
)
from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.patch import Patch
from astrodrum_live.control.sequencing_words import sequencing_words

CAPACITY = 1000
FEW = 10  # so many at one look are shown one by one
MAX_SHOWN = 40  # of one look
MAX_EVENTS = 4  # of one message


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that arrived. ``did`` and ``why`` are words, either may be empty.

    ``source``: ``midi``, with the port's name if it has one, or ``osc HOST:PORT``. ``what``: the
    message. ``lead_ms``: time to its due time, negative if it was late, 0 for what is live.
    ``count``: so many like it in a row.
    """

    source: str
    what: str
    did: str = ""
    why: str = ""
    lead_ms: float = 0.0
    count: int = 1

    def line(self) -> str:
        """For a person."""
        came = f"{self.source}  {self.what}"
        if self.count > 1:
            came += f"  (and {self.count - 1} like it)"
        done = self.did or "nothing"
        if self.did and self.lead_ms:
            late = "late" if self.lead_ms < 0 else "ahead"
            done += f", {abs(self.lead_ms):.1f} ms {late}"
        return f"{came}  ->  {done}" + (f": {self.why}" if self.why else "")


class Monitor:
    """A feed of ``Seen``. Look at ``watched`` before you make one; ``begins`` is called when it
    becomes true.

    Thread: ``see`` from any, ``take`` from one.
    """

    def __init__(self) -> None:
        self.begins: Callable[[], None] = lambda: None
        self._watched = False
        self._feed: deque[Seen] = deque(maxlen=CAPACITY)

    @property
    def watched(self) -> bool:
        """Whether somebody reads it."""
        return self._watched

    @watched.setter
    def watched(self, is_so: bool) -> None:
        begins, self._watched = is_so and not self._watched, is_so
        if begins:
            self.begins()

    def see(self, seen: Seen) -> None:
        """Add to the feed; too much at once pushes out the oldest."""
        self._feed.append(seen)

    def take(self) -> list[Seen]:
        """What was seen since the last time, with floods told in one line each."""
        seen = []
        while self._feed:
            seen.append(self._feed.popleft())
        return coalesced(seen)


class WatchedInstrument:
    """An instrument, and what is posted to it and why not, while a message is handled.

    Thread: as ``Instrument``, but ``post`` from one.
    """

    def __init__(self, instrument: Instrument, monitor: Monitor) -> None:
        self._instrument, self._monitor = instrument, monitor
        self._posted: list[Event] = []
        self._reasons: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._instrument, name)

    def post(self, event: Event, arrival_ns: int, due_ns: int | None = None) -> None:
        """As the instrument's."""
        self._instrument.post(event, arrival_ns, due_ns)
        if self._monitor.watched:
            self._posted.append(event)

    def because(self, reason: Callable[[], str]) -> None:
        """Why the message at hand did not do all that its sender wanted; called if one watches."""
        if self._monitor.watched:
            self._reasons.append(reason())

    def report(self, source: str, what: str, lead_ms: float, answers: int = 0) -> None:
        """The message at hand is done with, and ``answers`` messages go back."""
        names = cast(Patch, self.patch).pad_names()
        words = [event_words(event, names) for event in self._posted[:MAX_EVENTS]]
        if len(self._posted) > MAX_EVENTS:
            words.append(f"and {len(self._posted) - MAX_EVENTS} more")
        if answers and not words and not self._reasons:
            words = ["answered"]
        did = "; ".join(words)
        self._monitor.see(Seen(source, what, did, "; ".join(self._reasons), lead_ms))
        self._posted.clear()
        self._reasons.clear()

    def report_kept(self) -> None:
        """What was posted apart from any message is an event that waited for its control bus."""
        if self._posted:
            self.report("osc", "an event that waited", 0.0)


def coalesced(seen: Sequence[Seen]) -> list[Seen]:
    """A few as they are; of many, each row of likes as its first with a count."""
    if len(seen) <= FEW:
        return list(seen)
    rows = [list(row) for _, row in groupby(sorted(seen, key=_kind), _kind)]
    shown = [replace(row[0], count=len(row)) for row in rows[:MAX_SHOWN]]
    if len(rows) > MAX_SHOWN:
        left = sum(map(len, rows[MAX_SHOWN:]))
        shown.append(Seen("monitor", f"{left} more", why="too much to show", count=1))
    return shown


def event_words(event: Event, pads: Sequence[str]) -> str:
    """An event in a player's words."""
    match event:
        case Hit():
            return " ".join(_hit_words(event, pads))
        case Set(pad, param, value):
            return f"{_pad(pad, pads, 'master')} {param} = {value:g}"
        case Turn(pad, values):
            told = ", ".join(f"{name} = {value:g}" for name, value in values)
            return f"{_pad(pad, pads, '?')} {told}"
        case SetOrbit(orbit, param, value):
            return f"orbit {orbit} {param} = {value:g}"
        case SetTransport(param, value):
            return f"transport {param} = {value:g}"
        case MoveTransport(how, beat):
            return f"transport {how}" + (f" {beat:g}" if how == "locate" else "")
        case Choke(pad):
            return f"choke {_pad(pad, pads, 'all pads')}"
        case Panic():
            return "panic"
        case Hush():
            return "hush"
        case LoadKit(name):
            return f"load kit {name}"
        case Freeze(pad, index):
            return f"freeze {_pad(pad, pads, 'the hit just heard')} {index}"
        case FreezeTo(pad, seed):
            return f"freeze {_pad(pad, pads, '?')} to {seed:016x}"
        case Thaw(pad):
            return f"thaw {_pad(pad, pads, 'all pads')}"
        case Keep(pad, index):
            return f"keep {_pad(pad, pads, 'the hit just heard')} {index}"
        case Store(pad):
            return f"store what {_pad(pad, pads, 'every pad')} is frozen to"
        case MorphTo(name):
            return f"morph to kit {name}"
        case Home(pad):
            return f"{_pad(pad, pads, 'all pads')} home"
        case Undo():
            return "undo"
        case Redo():
            return "redo"
        case KitBack():
            return "the kit is there"
        case Together(words):
            return f"one step from here on: {words}" if words else "one step up to here"
        case Save(name):
            return f"save as {name}"
        case Record(on):
            return "record" if on else "end the recording"
        case Learn(pad, param, cancel):
            return "learn no more" if cancel else f"learn {_pad(pad, pads, 'master')} {param}"
        case _:
            return sequencing_words(event)


def _hit_words(hit: Hit, pads: Sequence[str]) -> Iterator[str]:
    yield _pad(hit.pad, pads, "?")
    yield f"{hit.velocity:.2f}"
    if hit.number is not None:
        yield f"number {hit.number}"
    if hit.amplitude is not None:
        yield f"amplitude {hit.amplitude:.3g}"
    yield from (f"{name} {value:g}" for name, value in hit.params)


def _pad(pad: int | None, pads: Sequence[str], none: str) -> str:
    if pad is None:
        return none
    return pads[pad] if pad < len(pads) else f"pad {pad}"


def _kind(seen: Seen) -> tuple[str, str, str]:
    """What floods alike: sender's host or port, address or message kind, and the reason for
    nothing."""
    sender = seen.source.rpartition(":")[0] if seen.source.startswith("osc") else seen.source
    return sender, seen.what.partition(" ")[0], seen.why
