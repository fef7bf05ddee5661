"""The OSC methods that play the instrument: each becomes events, or one complaint."""

from collections.abc import Callable, Mapping

from astrodrum_live.control.events import Choke, Event, Hush, LoadKit, Panic, Set, SetOrbit
from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.mapping import Mapping as MidiMapping
from astrodrum_live.control.osc.asked_kit import asked_kit
from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.osc.reply import ErrorLimiter, OscReply, Peer
from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.control.osc.space import Target
from astrodrum_live.control.osc.strike import pad_of, strike, velocity_of
from astrodrum_live.control.patch import class_index

_RELEASED = "velocity 0 is a button let go"
_KIT_PATIENCE_NS = 5_000_000_000
_NOTE_USAGE = "/note takes a note from 0 to 127, a velocity, and if wanted a channel"


class OscPlay:
    """Hits, notes, parameters, chokes, panic and kits, posted to an ``Instrument``.

    Thread: one at a time (the receiver's). Realtime-safe: no.
    """

    def __init__(
        self, instrument: Instrument, kits: Callable[[], list[str]], clock: Callable[[], int]
    ) -> None:
        self._instrument, self._kits, self._clock = instrument, kits, clock
        self._mapping = MidiMapping(instrument.patch)
        self._waiting: dict[Peer, tuple[str, int]] = {}
        self.handlers: Mapping[str, Callable[[OscRequest, str, Target], None]] = {
            "hit": self._hit,
            "note": self._note,
            "p": self._set,
            "master": self._set,
            "orbit": self._set,
            "choke": self._choke,
            "panic": self._panic,
            "hush": self._hush,
            "kit": self._kit,
        }

    def poll(self, errors: ErrorLimiter) -> list[tuple[Peer, OscReply]]:
        """``/kit name`` to those whose kit has come, ``/error`` to those who waited in vain."""
        told: list[tuple[Peer, OscReply]] = []
        playing, now_ns = self._instrument.patch.kit, self._clock()
        for peer, (kit, until_ns) in list(self._waiting.items()):
            if kit == playing:
                told.append((peer, OscReply("/kit", [kit])))
            elif now_ns >= until_ns:
                text = f"kit '{kit}' did not load; '{playing}' plays on, and the log says why"
                replies = errors.error(peer, "/kit", "load_failed", kit, text)
                told += [(peer, reply) for reply in replies]
            else:
                continue
            del self._waiting[peer]
        return told

    def _post(self, request: OscRequest, event: Event) -> None:
        """A stale parameter or choke is applied at once; a stale hit does not come here."""
        due_ns = None if request.due.stale else request.due.due_ns
        self._instrument.post(event, request.arrival_ns, due_ns)

    def _hit(self, request: OscRequest, address: str, target: Target) -> None:
        args = request.args if target.pad is not None else request.args[1:]
        pad = target.pad if target.pad is not None else self._named_pad(request)
        if pad is None:
            return
        hit, problems = strike(pad, args, self._instrument.classes())
        for problem in problems:
            request.complain(*problem)
        if hit is None and not problems:
            request.reasons.append(_RELEASED)
        if hit is not None and not _too_late(request):
            self._post(request, hit)

    def _named_pad(self, request: OscRequest) -> int | None:
        if not request.args:
            request.complain("bad_args", "pad", "which pad? Its name, or its index from 0")
            return None
        pad = pad_of(request.args[0], request.space.patch)
        if pad is None:
            name = str(request.args[0])
            request.complain("unknown_voice", name, request.space.no_pad(name))
        return pad

    def _note(self, request: OscRequest, address: str, target: Target) -> None:
        defaults: tuple[object, ...] = (None, 1.0, None)
        given = request.args[:3]
        note, velocity, channel = given + defaults[len(given) :]
        number_of, level = number(note), velocity_of(velocity)
        if number_of is None or not 0 <= number_of <= 127 or level is None:
            request.complain("bad_args", address, _NOTE_USAGE)
            return
        patch = request.space.patch
        other_channel = channel is not None and patch.midi.channel not in (None, channel)
        if level == 0.0 or other_channel:
            why = _RELEASED if level == 0.0 else f"the kit listens to channel {patch.midi.channel}"
            request.reasons.append(why)
            return
        if patch is not self._mapping.patch:
            self._mapping = MidiMapping(patch)
        hits = self._mapping.hits(int(number_of), level)
        if not hits:
            text = f"no pad of this kit plays note {note}"
            request.complain("unknown_voice", f"note {note}", text)
        elif not _too_late(request):
            for hit in hits:
                self._post(request, hit)

    def _set(self, request: OscRequest, address: str, target: Target) -> None:
        row = target.row
        given = request.args[0] if request.args else None
        if row is not None and row.of == "class" and isinstance(given, str):
            try:
                given = float(class_index(given, self._instrument.classes()))
            except KeyError as error:
                request.complain("bad_args", address, str(error.args[0]))
                return
        value = number(given)
        if row is None or value is None:
            request.complain("bad_args", address, f"{address} takes one finite number")
            return
        if not row.low <= value <= row.high:
            span = f"{row.low:g} to {row.high:.10g} {row.unit}".rstrip()
            text = f"{value:g} is moved into the range of {address}, {span}"
            request.complain("out_of_range", address, text)
        if target.orbit is not None:
            self._post(request, SetOrbit(target.orbit, row.name, row.clamp(value)))
        else:
            self._post(request, Set(target.pad, row.name, row.clamp(value)))

    def _choke(self, request: OscRequest, address: str, target: Target) -> None:
        pad = self._named_pad(request) if request.args else None
        if pad is not None or not request.args:
            self._post(request, Choke(pad))

    def _panic(self, request: OscRequest, address: str, target: Target) -> None:
        """At arrival, whatever the bundle's time tag says."""
        self._instrument.post(Panic(), request.arrival_ns, None)

    def _hush(self, request: OscRequest, address: str, target: Target) -> None:
        """At arrival too: it is about the events that come later."""
        self._instrument.post(Hush(), request.arrival_ns, None)

    def _kit(self, request: OscRequest, address: str, target: Target) -> None:
        if not request.args:
            request.replies.append(OscReply("/kit", [request.space.patch.kit]))
            return
        if name := asked_kit(request, self._kits()):
            self._waiting[request.peer] = (name, self._clock() + _KIT_PATIENCE_NS)
            self._instrument.post(LoadKit(name), request.arrival_ns, None)


def _too_late(request: OscRequest) -> bool:
    """Whether the hit is dropped for it: a stalled laptop would fire twenty at once."""
    if not request.due.stale:
        return False
    request.counters["dropped_late"] += 1
    late_ms = request.due.late_ns // 1_000_000
    text = f"{late_ms} ms late, dropped; raise the sender's latency (oLatency) by as much"
    request.complain("late", "late", text)
    return True
