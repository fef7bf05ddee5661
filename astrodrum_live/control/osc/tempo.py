"""Tempo and transport over OSC: each message becomes an event, or one complaint."""

import math
from collections.abc import Callable, Mapping

from astrodrum_live.control.events import Event, MoveTransport, SetTransport
from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.control.osc.space import Target
from astrodrum_live.params import transport_param

MOVES = ("start", "stop", "continue", "locate")


class OscTempo:
    """``/tempo``, ``/tap``, ``/transport/...``. Thread: one at a time."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self.handlers: Mapping[str, Callable[[OscRequest, str, Target], None]] = {
            "tempo": self._set,
            "transport": self._set,
            "tap": self._tap,
            **{f"transport/{how}": self._move for how in MOVES},
        }

    def _post(self, request: OscRequest, event: Event) -> None:
        due_ns = None if request.due.stale else request.due.due_ns
        self._instrument.post(event, request.arrival_ns, due_ns)

    def _set(self, request: OscRequest, address: str, target: Target) -> None:
        row = target.row
        if row is None:
            request.complain("bad_args", address, f"{address} can only be asked for, by /get")
            return
        value = number(request.args[0]) if request.args else None
        if value is None or not math.isfinite(value):
            request.complain("bad_args", address, f"{address} takes one finite number")
            return
        if not row.low <= value <= row.high:
            span = f"{row.low:g} to {row.high:g} {row.unit}".rstrip()
            text = f"{value:g} is moved into the range of {address}, {span}"
            request.complain("out_of_range", address, text)
        clock = self._instrument.transport_state("clock")
        if row == transport_param("tempo") and clock:
            text = f"the tempo is that of {clock}'s clock; /transport/follow 0 lets go of it"
            request.complain("busy", address, text)
            return
        self._post(request, SetTransport(row.name, row.clamp(value)))

    def _tap(self, request: OscRequest, address: str, target: Target) -> None:
        """Velocity 0 is a button let go."""
        if not request.args or number(request.args[0]) != 0:
            self._post(request, MoveTransport("tap"))

    def _move(self, request: OscRequest, address: str, target: Target) -> None:
        how = target.method.rpartition("/")[2]
        given = request.args[0] if request.args else None
        beat = number(given) if how == "locate" else 0.0
        if beat is None or not 0 <= beat < 2**31:
            text = f"{address} takes a beat from 0 on (a quarter note is one)"
            request.complain("bad_args", address, text)
        elif how == "locate" or given is None or number(given) != 0:  # else a button let go
            self._post(request, MoveTransport(how, beat))
