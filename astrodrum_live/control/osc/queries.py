"""What OSC can ask about the instrument. Every answer is derived from the tables and the door."""

import math
from collections.abc import Callable, Mapping, Sequence

from astrodrum_live.control.instrument import TRANSPORT_STATES, Instrument
from astrodrum_live.control.osc.reply import OscReply
from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.control.osc.space import METHODS, AddressSpace, Target
from astrodrum_live.control.patch import Patch
from astrodrum_live.params import (
    MASTER_PARAMS,
    ORBIT_PARAMS,
    PAD_PARAMS,
    TRANSPORT_PARAMS,
    Param,
)


class OscQueries:
    """``/get``, ``/sync``, ``/list``, ``/help``, ``/info``, ``/stats``, ``/ping``.

    ``counters``: OSC's own, for ``/stats``; ``figures``: asked for more of them. ``wall``: Unix
    time in seconds.
    Thread: one at a time (the receiver's).
    """

    def __init__(
        self,
        instrument: Instrument,
        kits: Callable[[], list[str]],
        wall: Callable[[], float],
        counters: Mapping[str, int],
        figures: Sequence[Callable[[], Mapping[str, int | float]]] = (),
    ) -> None:
        self._instrument, self._wall = instrument, wall
        self._counters, self._more = counters, figures
        self.handlers: Mapping[str, Callable[[OscRequest, str, Target], None]] = {
            "get": self._get,
            "sync": self._sync,
            "list": self._list,
            "help": self._help,
            "info": self._info,
            "stats": self._stats,
            "ping": self._ping,
        }
        self._lists: Mapping[str, Callable[[Patch], list[list[object]]]] = {
            "pads": lambda patch: [[pad.name, pad.main_class] for pad in patch.pads],
            "kits": lambda patch: [[name] for name in kits()],
            "classes": lambda patch: [[name] for name in instrument.classes()],
            "knobs": self._knobs,
            "params": lambda patch: [_row(row) for row in PAD_PARAMS],
            "master": lambda patch: [_row(row) for row in MASTER_PARAMS],
            "orbits": lambda patch: [_row(row) for row in ORBIT_PARAMS],
            "transport": lambda patch: [_row(row) for row in TRANSPORT_PARAMS],
            "methods": lambda patch: [[f"/{method.name}", method.text] for method in METHODS],
        }

    def _knobs(self, patch: Patch) -> list[list[object]]:
        """Pad, knob, 1 if it moves anything, and its grade, -1 for none."""
        return [
            [name, knob, int(acts), -1.0 if math.isnan(grade) else round(grade, 3)]
            for pad, name in enumerate(patch.pad_names())
            for knob, (acts, grade) in self._instrument.knobs(pad).items()
        ]

    def _value(self, address: str, target: Target) -> OscReply:
        """A readable address with its value, for control surfaces."""
        return OscReply(address, [self.reading(target)])

    def reading(self, target: Target) -> str | int | float:
        """The value at a readable address. Whole rows are ``int``."""
        if target.state:
            return self._instrument.transport_state(target.state)
        if target.row is None:
            return self._instrument.patch.kit
        if target.row.stage == "transport":
            value = self._instrument.transport_value(target.row.name)
        elif target.method.startswith("seq/"):
            value = self._instrument.sequence().value(target.row.name)
        elif target.orbit is not None:
            value = self._instrument.orbit_value(target.orbit, target.row.name)
        else:
            value = self._instrument.value(target.pad, target.row.name)
        return int(value) if target.row.integer else float(value)

    def _get(self, request: OscRequest, address: str, target: Target) -> None:
        wanted = _asked_address(request)
        found = request.space.resolve(wanted)
        values = [self._value(place, what) for place, what in found if what.readable]
        request.replies += values
        if not values:
            request.complain("unknown_address", wanted, _unreadable(wanted, request.space))

    def _sync(self, request: OscRequest, address: str, target: Target) -> None:
        values = [self._value(place, what) for place, what in request.space.readable()]
        request.replies += [*values, OscReply("/sync/done", [len(values)])]

    def _list(self, request: OscRequest, address: str, target: Target) -> None:
        what = str(request.args[0]) if request.args else ""
        listed = self._lists.get("pads" if what == "voices" else what)
        if listed is None:
            text = f"/list takes one of {', '.join(self._lists)}, not '{what}'"
            request.complain("bad_args", what, text)
            return
        items = listed(request.space.patch)
        request.replies += [OscReply(f"/list/{what}", [i, *item]) for i, item in enumerate(items)]
        request.replies.append(OscReply("/list/done", [what, len(items)]))

    def _help(self, request: OscRequest, address: str, target: Target) -> None:
        wanted = _asked_address(request)
        if not wanted:
            request.replies += [_help(f"/{method.name}", Target(method.name)) for method in METHODS]
            return
        found = request.space.resolve(wanted)
        request.replies += [_help(place, what) for place, what in found]
        if not found:
            request.complain("unknown_address", wanted, request.space.unknown(wanted)[1])

    def _info(self, request: OscRequest, address: str, target: Target) -> None:
        told = self._instrument.info()
        texts = [str(told["name"]), str(told["version"])]
        sizes = [int(told["rate"]), int(told["block"]), float(told["latency_ms"])]
        args = [*texts, *sizes, str(told["kit"]), int(told["voices"])]
        request.replies.append(OscReply("/info", args))

    def _stats(self, request: OscRequest, address: str, target: Target) -> None:
        told: dict[str, int | float] = dict(self._counters)
        for more in self._more:
            told |= more()
        own = {f"osc_{name}": count for name, count in told.items()}
        counters = {**self._instrument.stats(), **own}
        args = [part for pair in counters.items() for part in pair]
        request.replies.append(OscReply("/stats", args))

    def _ping(self, request: OscRequest, address: str, target: Target) -> None:
        tags = [*("" for _ in request.args), "d"]
        request.replies.append(OscReply("/pong", [*request.args, self._wall()], tags))


_PAD_TAGS = {"home": ""}  # where the address says all there is to say


def _help(address: str, target: Target) -> OscReply:
    """``/help address typetags unit low high default text``; 0 0 0 where there is no range."""
    if row := target.row:
        tags = "i" if row.integer else "f"
        args = [address, tags, row.unit, row.low, row.high, row.default, row.text]
        return OscReply("/help", args)
    if target.state:
        tags = "s" if target.state == "clock" else "i"
        args = [address, tags, "", 0.0, 0.0, 0.0, TRANSPORT_STATES[target.state]]
        return OscReply("/help", args)
    method = next(method for method in METHODS if method.name == target.method)
    tags = method.tags if target.pad is None else _PAD_TAGS.get(target.method, "f")
    span = [float(method.low), float(method.high), float(method.default)]
    return OscReply("/help", [address, tags, "", *span, method.text])


def _asked_address(request: OscRequest) -> str:
    asked = request.args[0] if request.args else ""
    return "/" + asked.removeprefix("/") if isinstance(asked, str) and asked else ""


def _unreadable(wanted: str, space: AddressSpace) -> str:
    if not wanted:
        return "/get takes an address, such as /p/*/gain"
    if space.resolve(wanted):
        return f"{wanted} has no value to get"
    return space.unknown(wanted)[1]


def _row(row: Param) -> list[object]:
    return [row.name, row.unit, row.low, row.high, row.default, row.stage]
