"""OSC messages to events and answers. No sockets and no sleeping: what to say is returned."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from astrodrum_live.control import osc_queries
from astrodrum_live.control.events import Choke, Event, Hit, LoadKit, Panic, Set
from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.osc_packet import OscMessage, number
from astrodrum_live.control.osc_reply import ErrorLimiter, OscReply, Peer
from astrodrum_live.control.osc_space import AddressSpace, Target
from astrodrum_live.control.osc_strike import pad_of, strike, velocity_of
from astrodrum_live.control.osc_time import Due
from astrodrum_live.control.patch_file import patch_names
from astrodrum_live.params import nearest

_KIT_PATIENCE_NS = 5_000_000_000
# What others' clients send past us, and what an instrument like this one answers: never answered,
# or two of them would talk for ever.
_IGNORED = ("/dirt/", "/code/", "/error", "/pong")


@dataclass(slots=True)
class OscRequest:
    """One message on its way. ``replies`` go to ``peer``. Times are ``time.monotonic_ns``."""

    message: OscMessage
    peer: Peer
    arrival_ns: int
    due: Due
    replies: list[OscReply] = field(default_factory=list)


class OscRoutes:
    """The address space of OSC.md 7.2 on an ``Instrument``.

    ``kits``: the names ``/kit`` may load; never a path.
    Thread: one at a time (the receiver's). Realtime-safe: no.
    """

    def __init__(
        self,
        instrument: Instrument,
        kits: Callable[[], list[str]] = patch_names,
        clock: Callable[[], int] = time.monotonic_ns,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.counters: Counter[str] = Counter()
        self._instrument, self._kits, self._clock, self._wall = instrument, kits, clock, wall
        self._errors = ErrorLimiter(clock)
        self._waiting: dict[Peer, tuple[str, int]] = {}
        self._set_patch()
        self._handlers: dict[str, Callable[[OscRequest, str, Target], None]] = {
            "hit": self._hit,
            "note": self._note,
            "p": self._set,
            "master": self._set,
            "choke": self._choke,
            "panic": self._panic,
            "hush": self._panic,
            "kit": self._kit,
            "get": self._get,
            "sync": self._sync,
            "list": self._list,
            "help": self._help,
            "info": self._info,
            "stats": self._stats,
            "ping": self._ping,
        }

    def handle(
        self, message: OscMessage, peer: Peer, arrival_ns: int, due: Due
    ) -> list[OscReply]:
        """Do what a message asks and return what to tell ``peer``, errors included. Never sleeps."""
        address = "/" + message.address.removeprefix("/")
        if address.startswith(_IGNORED):
            self.counters["ignored"] += 1
            return []
        self.counters["received"] += 1
        if self._instrument.patch is not self._space.patch:
            self._set_patch()
        request = OscRequest(message, peer, arrival_ns, due)
        found = self._space.resolve(address)
        for concrete, target in found:
            self._handlers[target.method](request, concrete, target)
        if not found:
            code, text = self._space.unknown(address)
            self._complain(request, code, address, text)
        return request.replies

    def poll(self) -> list[tuple[Peer, OscReply]]:
        """``/kit name`` to those whose kit has come, ``/error`` to those who waited in vain. Call often."""
        told = []
        playing, now = self._instrument.patch.kit, self._clock()
        for peer, (kit, until_ns) in list(self._waiting.items()):
            if kit == playing:
                told.append((peer, OscReply("/kit", [kit])))
            elif now >= until_ns:
                text = f"kit '{kit}' did not load; '{playing}' plays on, and the log says why"
                told += [(peer, reply) for reply in self._errors.error(peer, "/kit", "load_failed", kit, text)]
            else:
                continue
            del self._waiting[peer]
        return told

    def _set_patch(self) -> None:
        patch = self._instrument.patch
        self._space, self._mapping = AddressSpace(patch), Mapping(patch)

    def _complain(self, request: OscRequest, code: str, key: str, text: str) -> None:
        self.counters["errors"] += 1
        address = request.message.address
        request.replies += self._errors.error(request.peer, address, code, key, text)

    def _post(self, request: OscRequest, event: Event) -> None:
        """A stale parameter or choke is applied at once; stale hits do not come here."""
        due_ns = None if request.due.stale else request.due.due_ns
        self._instrument.post(event, request.arrival_ns, due_ns)

    def _too_late(self, request: OscRequest) -> bool:
        if not request.due.stale:
            return False
        self.counters["dropped_late"] += 1
        late_ms = request.due.late_ns // 1_000_000
        text = f"{late_ms} ms late, dropped; raise the sender's latency (oLatency, s.latency) by as much"
        self._complain(request, "late", "late", text)
        return True

    def _hit(self, request: OscRequest, address: str, target: Target) -> None:
        args = list(request.message.args)
        pad = target.pad
        if pad is None:
            pad = pad_of(args.pop(0), self._space.patch) if args else None
        if pad is None:
            named = request.message.args[:1]
            if named and isinstance(named[0], str):
                self._complain(request, "unknown_voice", named[0], self._space.no_pad(named[0]))
            else:
                text = "/hit needs a pad: its name or its index, counted from 0"
                self._complain(request, "bad_args", "/hit", text)
            return
        hit, problems = strike(pad, args)
        for code, key, text in problems:
            self._complain(request, code, key, text)
        if hit is not None and not self._too_late(request):
            self._post(request, hit)

    def _note(self, request: OscRequest, address: str, target: Target) -> None:
        note = number(request.message.args[0]) if request.message.args else None
        velocity = velocity_of(request.message.args[1]) if len(request.message.args) > 1 else 1.0
        if note is None or not 0 <= note <= 127 or velocity is None:
            text = "/note takes a note from 0 to 127, a velocity, and if wanted a channel"
            self._complain(request, "bad_args", "/note", text)
            return
        channel = number(request.message.args[2]) if len(request.message.args) > 2 else None
        wanted = self._space.patch.midi.channel
        if velocity == 0.0 or (channel is not None and wanted is not None and channel != wanted):
            return
        hits = self._mapping.hits(int(note), velocity)
        if not hits:
            self._complain(request, "unknown_voice", str(note), f"no pad of this kit plays note {note:g}")
        elif not self._too_late(request):
            for hit in hits:
                self._post(request, hit)

    def _set(self, request: OscRequest, address: str, target: Target) -> None:
        row = target.row
        value = number(request.message.args[0]) if request.message.args else None
        if row is None or value is None:
            self._complain(request, "bad_args", address, f"{address} takes one finite number")
            return
        if not row.low <= value <= row.high:
            span = f"{row.low:g} to {row.high:.10g}{' ' + row.unit if row.unit else ''}"
            self._complain(
                request, "out_of_range", address, f"{value:g} is moved into the range {span} of {address}"
            )
        self._post(request, Set(target.pad, row.name, row.clamp(value)))

    def _choke(self, request: OscRequest, address: str, target: Target) -> None:
        args = request.message.args
        pad = pad_of(args[0], self._space.patch) if args else None
        if args and pad is None:
            text = self._space.no_pad(str(args[0]))
            self._complain(request, "unknown_voice", str(args[0]), text)
            return
        self._post(request, Choke(pad))

    def _panic(self, request: OscRequest, address: str, target: Target) -> None:
        self._instrument.post(Panic(), request.arrival_ns, None)

    def _kit(self, request: OscRequest, address: str, target: Target) -> None:
        args = request.message.args
        if not args:
            request.replies.append(OscReply("/kit", [self._space.patch.kit]))
            return
        kits = self._kits()
        name = args[0]
        if not isinstance(name, str) or name not in kits:
            hint = nearest(str(name), kits) or f"; there are: {', '.join(kits)}"
            self._complain(request, "load_failed", str(name), f"no kit '{name}'{hint}")
            return
        self._waiting[request.peer] = (name, self._clock() + _KIT_PATIENCE_NS)
        self._instrument.post(LoadKit(name), request.arrival_ns, None)

    def _get(self, request: OscRequest, address: str, target: Target) -> None:
        wanted = self._wanted_address(request)
        found = [(a, t) for a, t in self._space.resolve(wanted) if t.readable] if wanted else []
        request.replies += [osc_queries.value_reply(self._instrument, a, t) for a, t in found]
        if not found:
            self._complain(request, "unknown_address", wanted, self._unreadable(wanted))

    def _sync(self, request: OscRequest, address: str, target: Target) -> None:
        request.replies += osc_queries.sync(self._instrument, self._space)

    def _list(self, request: OscRequest, address: str, target: Target) -> None:
        what = str(request.message.args[0]) if request.message.args else ""
        items = osc_queries.listing(what, self._space, self._kits)
        if items is None:
            text = f"/list takes one of {', '.join(osc_queries.LISTS)}, not '{what}'"
            self._complain(request, "bad_args", "/list", text)
        else:
            request.replies += items

    def _help(self, request: OscRequest, address: str, target: Target) -> None:
        wanted = self._wanted_address(request)
        if not wanted:
            request.replies += osc_queries.all_help()
            return
        found = self._space.resolve(wanted)
        request.replies += [osc_queries.help_reply(a, t) for a, t in found]
        if not found:
            self._complain(request, "unknown_address", wanted, self._space.unknown(wanted)[1])

    def _info(self, request: OscRequest, address: str, target: Target) -> None:
        request.replies.append(osc_queries.info(self._instrument))

    def _stats(self, request: OscRequest, address: str, target: Target) -> None:
        request.replies.append(osc_queries.stats(self._instrument, self.counters))

    def _ping(self, request: OscRequest, address: str, target: Target) -> None:
        args = list(request.message.args)
        request.replies.append(OscReply("/pong", [*args, self._wall()], wall_tag=True))

    def _wanted_address(self, request: OscRequest) -> str:
        args = request.message.args
        return "/" + args[0].removeprefix("/") if args and isinstance(args[0], str) else ""

    def _unreadable(self, wanted: str) -> str:
        if not wanted:
            return "/get takes an address, such as /p/*/gain"
        if self._space.resolve(wanted):
            return f"{wanted} has no value to get"
        return self._space.unknown(wanted)[1]
