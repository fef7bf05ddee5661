"""The OSC methods that keep what was heard: list, freeze, thaw, write, undo, redo."""

import re
from collections.abc import Callable, Mapping

from astrodrum_live.control.events import (
    Event,
    Freeze,
    FreezeTo,
    Keep,
    Redo,
    Store,
    Thaw,
    Together,
    Undo,
)
from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.osc.reply import OscReply
from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.control.osc.space import Target
from astrodrum_live.control.osc.strike import pad_of

HEARD = 8
_LONGEST = 80  # characters
_SEED = re.compile(r"[0-9a-f]{16}")


class OscKeeping:
    """Posts what keeps hits to an ``Instrument``. All at arrival: it is about what was heard then.

    Thread: one at a time (the receiver's). Realtime-safe: no.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self.handlers: Mapping[str, Callable[[OscRequest, str, Target], None]] = {
            "heard": self._heard,
            "freeze": self._freeze,
            "keep": lambda request, address, target: self._named(request, Keep),
            "thaw": lambda request, address, target: self._of_pad(request, Thaw),
            "store": lambda request, address, target: self._of_pad(request, Store),
            "undo": lambda request, address, target: self._post(request, Undo()),
            "redo": lambda request, address, target: self._post(request, Redo()),
            "undo/begin": self._together,
            "undo/end": lambda request, address, target: self._post(request, Together()),
        }

    def _post(self, request: OscRequest, event: Event) -> None:
        self._instrument.post(event, request.arrival_ns, None)

    def _together(self, request: OscRequest, address: str, target: Target) -> None:
        words = request.args[0] if request.args else "several things"
        if not isinstance(words, str) or not 0 < len(words) <= _LONGEST:
            text = f"/undo/begin takes what is going to be done, in words, {_LONGEST} letters long"
            request.complain("bad_args", address, text)
            return
        self._post(request, Together(words))

    def _freeze(self, request: OscRequest, address: str, target: Target) -> None:
        """``[pad] [index]``, or ``pad seed made_for``, the seed as ``/heard`` tells it."""
        if len(request.args) != 3:
            self._named(request, Freeze)
            return
        pad, made_for = self._pad(request, request.args[0]), number(request.args[2])
        seed = str(request.args[1])
        if not _SEED.fullmatch(seed) or made_for is None or not 0 <= made_for <= 1:
            text = "/freeze takes [pad] [index], or a pad, 16 hexadecimal digits, a velocity"
            request.complain("bad_args", address, text)
        elif pad is not None:
            self._post(request, FreezeTo(pad, int(seed, 16), made_for))

    def _heard(self, request: OscRequest, address: str, target: Target) -> None:
        """Seeds in hexadecimal, as in file names: OSC's whole numbers have 32 bits."""
        names = request.space.patch.pad_names()
        heard = self._instrument.heard()
        for index, hit in enumerate(heard):
            pad = names[hit.pad] if hit.pad < len(names) else str(hit.pad)
            rows = [part for row in hit.turned for part in row]
            facts = [index, pad, f"{hit.seed:016x}", str(hit.number), hit.made_for, hit.velocity]
            request.replies.append(OscReply("/heard", [*facts, *rows]))
        request.replies.append(OscReply("/heard/done", [len(heard)]))

    def _named(self, request: OscRequest, event: Callable[[int | None, int], Event]) -> None:
        """``[pad] [index]``: of the pad, or of all pads if only the index is told."""
        args = list(request.args)
        named = bool(args) and (isinstance(args[0], str) or len(args) > 1)
        pad = self._pad(request, args.pop(0)) if named else None
        if named and pad is None:
            return
        index = number(args[0]) if args else 0.0
        if index is None or not 0 <= index < HEARD:
            text = f"the last {HEARD} hits are numbered from 0, the last one, to {HEARD - 1}"
            request.complain("bad_args", "index", text)
            return
        self._post(request, event(pad, int(index)))

    def _of_pad(self, request: OscRequest, event: Callable[[int | None], Event]) -> None:
        pad = self._pad(request, request.args[0]) if request.args else None
        if pad is not None or not request.args:
            self._post(request, event(pad))

    def _pad(self, request: OscRequest, name: object) -> int | None:
        pad = pad_of(name, request.space.patch)
        if pad is None:
            request.complain("unknown_voice", str(name), request.space.no_pad(str(name)))
        return pad
