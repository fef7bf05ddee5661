"""OSC messages to events and answers. No sockets and no sleeping: what to say is returned."""

import time
from collections import Counter
from collections.abc import Callable

from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.play import OscPlay
from astrodrum_live.control.osc.queries import OscQueries
from astrodrum_live.control.osc.reply import ErrorLimiter, OscReply, Peer
from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.control.osc.space import AddressSpace
from astrodrum_live.control.patch_file import patch_names
from astrodrum_live.control.superdirt.superdirt import SuperDirt
from astrodrum_live.now import now_ns

# What others' clients send past us, and what an instrument like this one answers: never answered,
# or two of them would talk for ever.
_IGNORED = ("/dirt/", "/code/", "/error", "/pong")


class OscRoutes:
    """The address space of OSC.md 7.2 on an ``Instrument``.

    ``kits``: the names that ``/kit`` may load. ``clock``: monotonic ns. ``wall``: Unix seconds.
    Thread: one at a time (the receiver's). Realtime-safe: no.
    """

    def __init__(
        self,
        instrument: Instrument,
        kits: Callable[[], list[str]] = patch_names,
        clock: Callable[[], int] = now_ns,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.counters: Counter[str] = Counter()
        self._instrument = instrument
        self._errors = ErrorLimiter(clock)
        self._space = AddressSpace(instrument.patch)
        self._play = OscPlay(instrument, kits, clock)
        self._dirt = SuperDirt(instrument, self.counters, clock=clock)
        queries = OscQueries(instrument, kits, wall, self.counters)
        self._handlers = {**self._play.handlers, **queries.handlers}

    def handle(self, message: OscMessage, peer: Peer, arrival_ns: int, due: Due) -> list[OscReply]:
        """Do what a message asks and return what to tell ``peer``, errors too. Never sleeps."""
        address = "/" + message.address.removeprefix("/")
        self._dirt.poll(arrival_ns)
        if address in self._dirt.addresses:
            self.counters["received"] += 1
            return self._dirt.handle(message, peer, arrival_ns, due)
        if address.startswith(_IGNORED):
            self.counters["ignored"] += 1
            return []
        self.counters["received"] += 1
        space = self._current_space()
        request = OscRequest(message, peer, arrival_ns, due, space, self._errors, self.counters)
        found = space.resolve(address)
        for concrete, target in found:
            self._handlers[target.method](request, concrete, target)
        if not found:
            code, text = space.unknown(address)
            request.complain(code, address, text)
        return request.replies

    def poll(self) -> list[tuple[Peer, OscReply]]:
        """Answers that had to wait: the kit has come, or will not. Call a few times a second."""
        self._dirt.poll()
        return self._play.poll(self._errors)

    def _current_space(self) -> AddressSpace:
        if self._instrument.patch is not self._space.patch:
            self._space = AddressSpace(self._instrument.patch)
        return self._space
