"""The OSC methods of the sequencer (docs/sequencer.md): each becomes events, or one complaint."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from astrodrum_live.control.events import (
    EditPattern,
    Event,
    Fill,
    MoveTransport,
    Mute,
    Select,
    SetSwing,
    SetTransport,
    StorePatterns,
)
from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.osc.reply import OscReply
from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.control.osc.sequence_told import full_state
from astrodrum_live.control.osc.sequence_values import Problem, pattern_values, step_values
from astrodrum_live.control.osc.space import Target
from astrodrum_live.control.osc.strike import pad_of
from astrodrum_live.params import SEQ_PARAMS, TRACK_LENGTH, nearest
from astrodrum_live.sequencer.book import Book
from astrodrum_live.sequencer.edits import (
    Clear,
    Delete,
    Edit,
    New,
    Rename,
    SetPattern,
    SetStep,
    SetTrack,
)
from astrodrum_live.sequencer.marks import velocities
from astrodrum_live.sequencer.names import NoKey, NoPattern, NoTrack

_ROWS = {row.name: row for row in SEQ_PARAMS}
_CODES: dict[type, str] = {
    NoPattern: "unknown_pattern",
    NoTrack: "unknown_voice",
    NoKey: "unsupported_param",
}
_TRACK_KEYS = ("length", "text")


class OscSequence:
    """Every edit is tried on the patterns as they will be then, so that who sent it hears at once
    what is wrong; the control thread makes it, in its turn.

    Thread: one at a time (the receiver's). Realtime-safe: no.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._last: EditPattern | None = None  # posted by us
        self._expected: Book | None = None  # after it
        methods: Mapping[str, Callable[[OscRequest, list], None]] = {
            "get": self._get,
            "play": self._play,
            "stop": lambda request, args: self._post(request, MoveTransport("stop")),
            "continue": lambda request, args: self._post(request, MoveTransport("continue")),
            "toggle": lambda request, args: self._post(request, MoveTransport("toggle")),
            "tempo": self._tempo,
            "tap": lambda request, args: self._post(request, MoveTransport("tap")),
            "swing": lambda request, args: self._post(request, SetSwing(self._row("swing", args))),
            "select": self._select,
            "fill": lambda request, args: self._post(request, Fill(self._on(args))),
            "mute": lambda request, args: self._mute(request, args, solo=False),
            "solo": lambda request, args: self._mute(request, args, solo=True),
            "pattern": self._pattern,
            "track": self._track,
            "step": self._step,
            "clear": self._clear,
            "new": self._new,
            "rename": self._rename,
            "delete": self._delete,
            "store": self._store,
        }
        self.handlers: Mapping[str, Callable[[OscRequest, str, Target], None]] = {
            f"seq/{name}": self._guarded(method) for name, method in methods.items()
        }

    def _guarded(self, method: Callable[[OscRequest, list], None]):
        def handle(request: OscRequest, address: str, target: Target) -> None:
            self._complain = request.complain
            try:
                method(request, list(request.args))
            except Problem as problem:
                request.complain(problem.code, problem.key, problem.text)
            except (KeyError, ValueError) as error:
                code = _CODES.get(type(error), "bad_args")
                request.complain(code, f"{address} {error.args[0]}", str(error.args[0]))

        return handle

    def _post(self, request: OscRequest, event: Event) -> None:
        due_ns = None if request.due.stale else request.due.due_ns
        self._instrument.post(event, request.arrival_ns, due_ns)

    def _edit(self, request: OscRequest, edit: Edit) -> None:
        """At arrival, whatever the time tag says: it is about every time it comes round."""
        expected = edit.made_on(self._book())
        self._last, self._expected = EditPattern(edit), expected
        self._instrument.post(self._last, request.arrival_ns, None)

    def _book(self) -> Book:
        """The patterns as they are when what was posted is obeyed."""
        if self._last is None or self._last.obeyed or self._expected is None:
            return self._instrument.sequence().book
        return self._expected

    def _get(self, request: OscRequest, args: list) -> None:
        now = self._instrument.sequence()
        only = self._name(args) if args else None
        told = full_state(now, request.space.patch.pad_names(), only)
        request.replies += [*told, OscReply("/seq/done", [len(told)])]

    def _play(self, request: OscRequest, args: list) -> None:
        self._post(request, MoveTransport("start" if self._on(args, True) else "stop"))

    def _tempo(self, request: OscRequest, args: list) -> None:
        self._post(request, SetTransport("tempo", self._row("tempo", args)))

    def _select(self, request: OscRequest, args: list) -> None:
        name = self._name(args)
        if len(args) > 1 and args[1] not in ("now", ""):
            raise ValueError('/seq/select takes a pattern and, if wanted, "now"')
        self._post(request, Select(name, len(args) > 1 and args[1] == "now"))

    def _mute(self, request: OscRequest, args: list, solo: bool) -> None:
        pad = self._pad(request, args)
        self._post(request, Mute(pad, self._on(args[1:]), solo))

    def _pattern(self, request: OscRequest, args: list) -> None:
        name = self._name(args)
        values = pattern_values(self._pairs(args[1:], ("index",)), self._complain)
        self._edit(request, SetPattern(name, values))

    def _track(self, request: OscRequest, args: list) -> None:
        name, track = self._name(args), self._track_name(request, args[1:])
        length: int | None = None
        row: tuple[float, ...] | None = None
        for key, value in self._pairs(args[2:]):
            if key not in _TRACK_KEYS:
                raise NoKey(f"a track has no '{key}'{nearest(key, list(_TRACK_KEYS))}")
            if key == "text":
                row = velocities(str(value))
            else:
                length = self._whole("length", value)
        self._edit(request, SetTrack(name, track, length, row))

    def _step(self, request: OscRequest, args: list) -> None:
        name, track = self._name(args), self._track_name(request, args[1:])
        step = number(args[2]) if len(args) > 2 else None
        if step is None or step != int(step):
            raise ValueError("/seq/step takes a pattern, a track, a step from 1, and key and value")
        pairs = self._pairs(args[3:])
        clear = any(key == "clear" and value for key, value in pairs)
        pairs = [pair for pair in pairs if pair[0] != "clear"]
        values = step_values(pairs, self._instrument.classes(), self._complain)
        self._edit(request, SetStep(name, track, int(step), values, clear))

    def _clear(self, request: OscRequest, args: list) -> None:
        track = self._track_name(request, args[1:]) if len(args) > 1 else None
        self._edit(request, Clear(self._name(args), track))

    def _new(self, request: OscRequest, args: list) -> None:
        copied = self._name(args[1:]) if len(args) > 1 else None
        pads = tuple(request.space.patch.pad_names())
        self._edit(request, New(_text(args, "the new pattern"), copied, pads))

    def _rename(self, request: OscRequest, args: list) -> None:
        self._edit(request, Rename(self._name(args), _text(args[1:], "its new name")))

    def _delete(self, request: OscRequest, args: list) -> None:
        track = self._track_name(request, args[1:]) if len(args) > 1 else None
        self._edit(request, Delete(self._name(args), track))

    def _store(self, request: OscRequest, args: list) -> None:
        self._post(request, StorePatterns(self._name(args) if args else None))

    def _name(self, args: Sequence[object]) -> str:
        """The pattern that is meant, ``""`` being the one that plays; it is there."""
        name = _text(args, 'a pattern, or "" for the one that plays', empty=True)
        if not name:
            now = self._instrument.sequence()
            playing = self._book().keyed(now.pattern.key)
            return playing.name if playing else now.book.after(now.pattern.key).name
        return self._book().named(name).name

    def _track_name(self, request: OscRequest, args: Sequence[object]) -> str:
        if args and not isinstance(args[0], str):
            return self._pad(request, args)
        return _text(args, "a track")

    def _pad(self, request: OscRequest, args: Sequence[object]) -> str:
        """A pad's name or index, or the name of any track."""
        patch = request.space.patch
        pad = pad_of(args[0], patch) if args else None
        if pad is not None:
            return patch.pad_names()[pad]
        name = str(args[0]) if args else ""
        tracks = {track.name for pattern in self._book().patterns for track in pattern.tracks}
        if name not in tracks:
            raise NoTrack(request.space.no_pad(name))
        return name

    def _on(self, args: Sequence[object], default: bool | None = None) -> bool:
        value = number(args[0]) if args else None
        if not args and default is not None:
            return default
        if value is None:
            raise ValueError("1 or 0 is wanted")
        return value > 0

    def _row(self, name: str, args: Sequence[object]) -> float:
        """A value of a row of ``SEQ_PARAMS``, moved into its range."""
        row, value = _ROWS[name], number(args[0]) if args else None
        if value is None:
            raise ValueError(f"{name} takes one finite number")
        if row.clamp(value) != value:
            span = f"{row.low:g} to {row.high:g} {row.unit}".rstrip()
            text = f"{name} = {value:g} is moved into its range, {span}"
            self._complain("out_of_range", name, text)
        return row.clamp(value)

    def _whole(self, name: str, value: object) -> int:
        found = number(value)
        if found is None:
            raise ValueError(f"{name} takes one finite number")
        if TRACK_LENGTH.clamp(found) != found:
            text = f"{name} = {found:g} is moved into 1 to {TRACK_LENGTH.high:g}"
            self._complain("out_of_range", name, text)
        return int(TRACK_LENGTH.clamp(found))

    def _pairs(
        self, args: Sequence[object], leave_out: tuple[str, ...] = ()
    ) -> list[tuple[str, object]]:
        return [pair for pair in _pairs(args) if pair[0] not in leave_out]


def _pairs(args: Sequence[object]) -> Iterator[tuple[str, object]]:
    if len(args) % 2:
        raise ValueError("keys and values come in pairs; the last has no value")
    for key, value in zip(args[::2], args[1::2], strict=True):
        if not isinstance(key, str):
            raise ValueError("keys and values come in pairs; a key is not text")
        yield key, value


def _text(args: Sequence[object], what: str, empty: bool = False) -> str:
    if not args or not isinstance(args[0], str) or not (args[0] or empty):
        raise ValueError(f"{what} is wanted, as text")
    return args[0]
