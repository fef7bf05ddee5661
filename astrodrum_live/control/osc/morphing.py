"""The OSC methods that lead from kit to kit, and pads home from their drift."""

from collections.abc import Callable, Mapping
from pathlib import Path

from astrodrum_live.control.events import Home, MorphTo, Set
from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.osc.asked_kit import asked_kit
from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.osc.reply import OscReply
from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.control.osc.space import Target
from astrodrum_live.control.osc.strike import pad_of
from astrodrum_live.params import master_param

_FADER = master_param("kit_morph")


class OscMorphing:
    """``/kit/morph``, ``/morph/to``, ``/home``, ``/pad/NAME/home``, posted to an ``Instrument``.

    ``kits``: the names that may be asked for. Thread: one at a time (the receiver's).
    """

    def __init__(self, instrument: Instrument, kits: Callable[[], list[str]]) -> None:
        self._instrument, self._kits = instrument, kits
        self.handlers: Mapping[str, Callable[[OscRequest, str, Target], None]] = {
            "kit/morph": self._morph,
            "morph/to": self._morph_to,
            "home": self._home,
        }

    def _morph(self, request: OscRequest, address: str, target: Target) -> None:
        if not request.args:
            there = self._instrument.value(None, _FADER.name)
            request.replies.append(OscReply(address, [there]))
            return
        share = number(request.args[0])
        if share is None:
            request.complain("bad_args", address, f"{address} takes one finite number")
            return
        if request.space.patch.morph_to is None:
            request.complain("bad_args", address, "no kit to go to; name one: /morph/to s electro")
            return
        if not 0.0 <= share <= 1.0:
            request.complain("out_of_range", address, f"{share:g} is moved into 0 to 1")
        event = Set(None, _FADER.name, _FADER.clamp(share))
        due_ns = None if request.due.stale else request.due.due_ns
        self._instrument.post(event, request.arrival_ns, due_ns)

    def _morph_to(self, request: OscRequest, address: str, target: Target) -> None:
        if not request.args:
            there = request.space.patch.morph_to
            request.replies.append(OscReply(address, [Path(there).stem if there else ""]))
            return
        if name := asked_kit(request, self._kits()):
            self._instrument.post(MorphTo(name), request.arrival_ns, None)

    def _home(self, request: OscRequest, address: str, target: Target) -> None:
        pad = target.pad
        if pad is None and request.args:
            pad = pad_of(request.args[0], request.space.patch)
            if pad is None:
                name = str(request.args[0])
                request.complain("unknown_voice", name, request.space.no_pad(name))
                return
        self._instrument.post(Home(pad), request.arrival_ns, None)
