"""OSC messages to events and answers. No sockets and no sleeping: what to say is returned."""

import struct
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import cast

from astrodrum_live.control.events import Hit
from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.monitor import Monitor, Seen, WatchedInstrument
from astrodrum_live.control.osc.budget import Budget
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.keeping import OscKeeping
from astrodrum_live.control.osc.morphing import OscMorphing
from astrodrum_live.control.osc.packet import OscMessage, number
from astrodrum_live.control.osc.pattern import is_pattern
from astrodrum_live.control.osc.play import OscPlay
from astrodrum_live.control.osc.queries import OscQueries
from astrodrum_live.control.osc.reply import ErrorLimiter, OscReply, Peer
from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.control.osc.sequence import OscSequence
from astrodrum_live.control.osc.sequence_told import ONLY_TOLD
from astrodrum_live.control.osc.space import AddressSpace
from astrodrum_live.control.osc.studio import OscStudio
from astrodrum_live.control.osc.subscriptions import MONITOR, Subscriptions
from astrodrum_live.control.osc.tempo import OscTempo
from astrodrum_live.control.patch_file import patch_names
from astrodrum_live.control.superdirt.superdirt import SuperDirt
from astrodrum_live.now import now_ns

# What others' clients send past us, and what an instrument like this one answers: never answered,
# or two of them would talk for ever.
_IGNORED = ("/dirt/", "/code/", "/error", "/pong", "/sub/", "/monitor", "/feed/", *ONLY_TOLD)

# What has more come back than was sent, or could have: it has a budget.
_ASKING = ("get", "sync", "list", "help", "heard", "info", "stats", "sub")
# What is posted and that is all: no search, no answer, no work that would be felt.
_QUICK = frozenset(("hit", "note", "choke", "p", "master", "orbit"))
_HANDSHAKE = "/dirt/handshake"
_SEARCH = 64  # what it costs to look for a pattern, or for what an unknown address may have meant
_ENOUGH = "more is asked for than can be told at once; ask again in a second, or for less"

_FLOAT = struct.Struct(">f")

_ALWAYS_TOLD = ("received", "ignored", "malformed", "errors", "dropped_late", "failed")


class OscRoutes:
    """What comes by OSC, handed to whoever answers for its address, on an ``Instrument``.

    ``kits``: the names that ``/kit`` may load. ``clock``: monotonic ns. ``wall``: Unix seconds.
    ``monitor``: who watches sees what came and what it did. ``figures``: what else ``/stats`` asks.
    Thread: one at a time; ``read`` beside it. Realtime-safe: no.
    """

    def __init__(
        self,
        instrument: Instrument,
        kits: Callable[[], list[str]] = patch_names,
        clock: Callable[[], int] = now_ns,
        wall: Callable[[], float] = time.time,
        monitor: Monitor | None = None,
    ) -> None:
        self.counters: Counter[str] = Counter(dict.fromkeys(_ALWAYS_TOLD, 0))
        self.figures: list[Callable[[], Mapping[str, int | float]]] = []
        self.monitor = monitor or Monitor()
        self._watched = WatchedInstrument(instrument, self.monitor)
        self._played = instrument  # without a look at it
        self._instrument = instrument = cast(Instrument, self._watched)
        self._errors = ErrorLimiter(clock)
        self._budget = Budget()
        self._space = AddressSpace(instrument.patch)
        self._play = OscPlay(instrument, kits, clock)
        self._dirt = SuperDirt(
            instrument, self.counters, clock=clock, because=self._watched.because
        )
        queries = OscQueries(instrument, kits, wall, self.counters, self.figures)
        self._studio = OscStudio(instrument, clock)
        self._subscriptions = Subscriptions(
            queries.reading, clock, self.monitor, instrument.sequence, instrument.feeds
        )
        self._handlers = {
            **self._play.handlers,
            **queries.handlers,
            **OscKeeping(instrument).handlers,
            **self._studio.handlers,
            **OscSequence(instrument).handlers,
            **OscTempo(instrument).handlers,
            **OscMorphing(instrument, kits).handlers,
            **self._subscriptions.handlers,
        }

    def handle(self, message: OscMessage, peer: Peer, arrival_ns: int, due: Due) -> list[OscReply]:
        """Do what a message asks and return what to tell ``peer``, errors too. Never sleeps."""
        replies = self._handle(message, peer, arrival_ns, due)
        if self.monitor.watched and MONITOR not in message.args:  # who watches is not the show
            lead_ns = -due.late_ns if due.late_ns else (due.due_ns or arrival_ns) - arrival_ns
            self._watched.report(
                _source(peer), message.words(), round(lead_ns / 1e6, 3), len(replies)
            )
        return replies

    def strike(self, datagram: bytes, arrival_ns: int) -> bool:
        """Do what a datagram asks if it is a stroke without anything else, by far the commonest
        and the most urgent: as ``handle`` does, in a tenth of the time. False: it is not."""
        pad = self._space.strokes.get(datagram[:-4])
        if pad is None or self.monitor.watched or not self._is_current():
            return False
        (velocity,) = _FLOAT.unpack(datagram[-4:])
        if not 0.0 < velocity <= 1.0:
            return False
        self.counters["received"] += 1
        self._played.post(Hit(pad, velocity), arrival_ns)
        return True

    def strokes(self) -> dict[bytes, int]:
        """What ``strike`` knows now: datagrams without their velocity, and their pads. Empty while
        somebody watches, or until it has heard of another kit. Thread: any."""
        space = self._space
        current = self._played.patch is space.patch and not self.monitor.watched
        return space.strokes if current else {}

    def is_quick(self, message: OscMessage) -> bool:
        """Whether ``handle`` takes no longer than a hit does."""
        target = self._space.flat.get(message.address)
        return target is not None and target.method in _QUICK and self._is_current()

    def misunderstood(self, problem: str, peer: Peer) -> None:
        """What came from ``peer`` could not be read, or not all of it."""
        if self.monitor.watched:
            self.monitor.see(Seen(_source(peer), "unreadable", why=problem))

    def read(self) -> None:
        """Call before ``poll``, without keeping others waiting: see ``Subscriptions.read``."""
        self._subscriptions.read()

    def poll(self) -> list[tuple[Peer, OscReply]]:
        """Answers that had to wait: the kit has come, or will not; a value has changed.

        Call more often than 30 times a second.
        """
        self._dirt.poll()
        self._watched.report_kept()
        told = self._play.poll(self._errors)
        told += self._studio.poll(self._errors, self._instrument.patch.pad_names())
        return told + self._subscriptions.poll(self._current_space())

    def _handle(self, message: OscMessage, peer: Peer, arrival_ns: int, due: Due) -> list[OscReply]:
        address = "/" + message.address.removeprefix("/")
        self._dirt.poll(arrival_ns)
        self._watched.report_kept()
        if address in self._dirt.addresses:
            self.counters["received"] += 1
            if address == _HANDSHAKE and not self._budget.left(peer, arrival_ns):
                return self._errors.error(peer, address, "busy", address, _ENOUGH)
            replies = self._dirt.handle(message, peer, arrival_ns, due)
            if replies:
                self._spend(peer, 0, replies, arrival_ns)
            return replies
        if address.startswith(_IGNORED):
            self.counters["ignored"] += 1
            self._watched.because(lambda: f"{address} is not for instruments like this one")
            return []
        self.counters["received"] += 1
        space = self._current_space()
        request = OscRequest(message, peer, arrival_ns, due, space, self._errors, self.counters)
        flat = not is_pattern(address)
        asks = not flat or address not in space.flat or space.flat[address].method in _ASKING
        if asks and not self._budget.left(peer, arrival_ns):
            request.complain("busy", "budget", _ENOUGH)
            return request.replies
        found = space.resolve(address)
        for concrete, target in found:
            self._handlers[target.method](request, concrete, target)
            if target.row is not None and request.args:
                self._subscriptions.turned(peer, concrete, number(request.args[0]))
        if not found:
            code, text = space.unknown(address)
            request.complain(code, address, text)
        if asks:
            sought = not flat or not found or any(map(is_pattern, map(str, request.args[:1])))
            cost = len(found) + _SEARCH * sought
            self._spend(peer, cost, request.replies, arrival_ns)
        for reason in request.reasons:
            self._watched.because(partial(str, reason))
        return request.replies

    def _spend(self, peer: Peer, reached: int, replies: list[OscReply], at_ns: int) -> None:
        told = sum(1 + len(reply.args) // 8 for reply in replies)
        self._budget.spend(peer, reached + told, at_ns)

    def _is_current(self) -> bool:
        return self._played.patch is self._space.patch

    def _current_space(self) -> AddressSpace:
        if not self._is_current():
            self._space = AddressSpace(self._instrument.patch)
        return self._space


def _source(peer: Peer) -> str:
    return f"osc {peer[0]}:{peer[1]}"
