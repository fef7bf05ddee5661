"""The OSC methods of a surface that shows: sounds turned as a whole, seen, learnt, saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from astrodrum_live.control.events import Learn, Record, Save, Turn
from astrodrum_live.control.instrument import Instrument, Remade
from astrodrum_live.control.osc.keeping import HEARD
from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.osc.reply import ErrorLimiter, OscReply, Peer
from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.control.osc.space import Target
from astrodrum_live.control.osc.strike import pad_of
from astrodrum_live.params import pad_param

PIECE = 32_000  # bytes of samples in a message, so that a datagram holds them
PATIENCE_NS = 5_000_000_000
MAX_WAITING = 32
_MOVED_BY_OTHERS = ("kit_morph", "wander")  # the fader between kits, and the bar


@dataclass(frozen=True, slots=True)
class _Waiting:
    peer: Peer
    asked: str
    remade: Remade
    until_ns: int


class OscStudio:
    """``/turn``, ``/samples``, ``/learn``, ``/record``, ``/save``.

    Thread: one at a time (the receiver's). Realtime-safe: no.
    """

    def __init__(self, instrument: Instrument, clock: Callable[[], int]) -> None:
        self._instrument, self._clock = instrument, clock
        self._waiting: list[_Waiting] = []
        self.handlers: Mapping[str, Callable[[OscRequest, str, Target], None]] = {
            "turn": self._turn,
            "samples": self._samples,
            "learn": self._learn,
            "record": self._record,
            "save": self._save,
        }

    def poll(self, errors: ErrorLimiter, names: list[str]) -> list[tuple[Peer, OscReply]]:
        """The samples that have been made by now, for whom."""
        told: list[tuple[Peer, OscReply]] = []
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            samples = one.remade.samples()
            if samples is not None:
                told += [(one.peer, reply) for reply in _pieces(one.remade, samples, names)]
            elif self._clock() >= one.until_ns:
                text = f"the hit '{one.asked}' cannot be made again now"
                replies = errors.error(one.peer, "/samples", "not_made", one.asked, text)
                told += [(one.peer, reply) for reply in replies]
            else:
                self._waiting.append(one)
        return told

    def _turn(self, request: OscRequest, address: str, target: Target) -> None:
        """All or nothing: half a sound is another sound."""
        pad = self._pad(request)
        if pad is None:
            return
        pairs = request.args[1:]
        values: list[tuple[str, float]] = []
        for key, given in zip(pairs[::2], pairs[1::2], strict=False):
            value = number(given)
            try:
                row = pad_param(str(key))
            except KeyError as error:
                request.complain("unsupported_param", str(key), str(error.args[0]))
                return
            if value is None:
                request.complain("bad_args", row.name, f"{row.name} takes one finite number")
                return
            if row.name in _MOVED_BY_OTHERS:
                text = f"'{key}' is no part of a sound: turn /p/<pad>/{row.name} by itself"
                request.complain("unsupported_param", row.name, text)
                return
            values.append((row.name, row.clamp(value)))
        if not values or len(pairs) % 2:
            request.complain("bad_args", address, "/turn takes a pad, then key value pairs")
            return
        due_ns = None if request.due.stale else request.due.due_ns
        self._instrument.post(Turn(pad, tuple(values)), request.arrival_ns, due_ns)

    def _samples(self, request: OscRequest, address: str, target: Target) -> None:
        named = bool(request.args) and isinstance(request.args[0], str)
        pad = self._pad(request) if named else None
        if named and pad is None:
            return
        rest = request.args[1:] if named else request.args
        index = number(rest[0]) if rest else 0.0
        if index is None or not 0 <= index < HEARD:
            request.complain("bad_args", address, "/samples takes [pad] [0 to 7], 0 the last heard")
            return
        asked = str(request.args[0]) if named else "the last"
        remade = self._instrument.again(pad, int(index))
        if remade is None:
            request.complain("not_made", asked, "no such hit was heard just now")
        elif len(self._waiting) >= MAX_WAITING:
            request.complain("busy", address, "too many hits are being made again; ask later")
        else:
            until_ns = self._clock() + PATIENCE_NS
            self._waiting.append(_Waiting(request.peer, asked, remade, until_ns))

    def _learn(self, request: OscRequest, address: str, target: Target) -> None:
        """``pad|master [param]``; without arguments: wait no more."""
        if not request.args:
            self._instrument.post(Learn(cancel=True), request.arrival_ns, None)
            return
        owner, param = request.args[0], str(request.args[1]) if len(request.args) > 1 else ""
        pad = None if owner == "master" else self._pad(request)
        if pad is None and owner != "master":
            return
        if pad is None and not param:
            request.complain("bad_args", address, "/learn master takes a parameter of the mix")
            return
        names = request.space.patch.pad_names()
        place = f"/master/{param}" if pad is None else f"/p/{names[pad]}/{param}"
        if param and place not in request.space.flat:
            request.complain("unsupported_param", param, f"no parameter '{param}' to learn")
            return
        self._instrument.post(Learn(pad, param), request.arrival_ns, None)

    def _record(self, request: OscRequest, address: str, target: Target) -> None:
        on = number(request.args[0]) if request.args else 1.0
        if on is None:
            request.complain("bad_args", address, "/record takes 1 or 0")
            return
        self._instrument.post(Record(on != 0), request.arrival_ns, None)

    def _save(self, request: OscRequest, address: str, target: Target) -> None:
        if len(request.args) != 1 or not isinstance(request.args[0], str):
            request.complain("bad_args", address, "/save takes a name for the kit")
            return
        self._instrument.post(Save(request.args[0]), request.arrival_ns, None)

    def _pad(self, request: OscRequest) -> int | None:
        name = request.args[0] if request.args else ""
        pad = pad_of(name, request.space.patch)
        if pad is None:
            request.complain("unknown_voice", str(name), request.space.no_pad(str(name)))
        return pad


def _pieces(remade: Remade, samples: bytes, names: list[str]) -> list[OscReply]:
    """``/samples pad seed rate, bytes before, bytes in all, b float32 little-endian``."""
    pad = names[remade.pad] if remade.pad < len(names) else str(remade.pad)
    facts = [pad, f"{remade.seed:016x}", round(remade.rate)]
    return [
        OscReply("/samples", [*facts, at, len(samples), samples[at : at + PIECE]])
        for at in range(0, max(len(samples), 1), PIECE)
    ]
