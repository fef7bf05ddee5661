"""OSC from everybody: the ports, and what is done with what they bring."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from astrodrum_live.control.instrument import Instrument
from astrodrum_live.control.osc.endpoint import (
    DEFAULT_ENDPOINT,
    OscPortError,
    is_local,
    parse_endpoint,
)
from astrodrum_live.control.osc.inbox import Answer, Arrived, Inbox
from astrodrum_live.control.osc.losses import Losses
from astrodrum_live.control.osc.packet import OscMessage, kind_of
from astrodrum_live.control.osc.quiet_log import QuietLog
from astrodrum_live.control.osc.reply import OscReply, Peer
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.osc.short_way import ShortWay, StrokeWay
from astrodrum_live.control.osc.tcp import TcpPort
from astrodrum_live.control.osc.time_tags import TimeTags
from astrodrum_live.control.osc.udp import UdpPort
from astrodrum_live.control.relay import Relay
from astrodrum_live.control.slowest import Slowest
from astrodrum_live.now import now_ns
from astrodrum_live.urgency import hurry

__all__ = ["DEFAULT_ENDPOINT", "OscOptions", "OscPortError", "OscServer", "parse_endpoint"]

DIRT_PORT, WEBSOCKET_PORT = 57120, 8080
TIDAL: Peer = ("127.0.0.1", 6010)  # where a Tidal up to 1.9 listens for SuperDirt

_REACH_TIDAL = ("127.", "0.0.0.0")  # where a socket is bound that has a way to it

_LOG = logging.getLogger(__name__)
_TICK_S = 1 / 30
_MAX_WAYS = 1024
_FEW = 4  # messages of a packet that its port's thread may handle
_BESIDE_SUPERDIRT = (
    "for Tidal beside SuperDirt, boot with: tidal <- startStream defaultConfig"
    " [(superdirtTarget {{oLatency = 0.1}}, [superdirtShape]),"
    ' (superdirtTarget {{oName = "drum", oPort = {port}, oBusPort = Just {port}, oLatency = 0.1}},'
    ' [OSC "/dirt/play" $ Named {{requiredArgs = ["s", "kit"]}}])], which sends us what has # kit'
)


@dataclass(frozen=True, slots=True)
class OscOptions:
    """What is open besides the port itself. None: not.

    ``dirt``: SuperDirt's UDP port. ``websocket``: a port on 127.0.0.1. ``origins``: pages that may
    use it besides Strudel's and this machine's. ``hello``: ask a Tidal that runs for its handshake.
    ``late``, ``trim_ms``: see ``TimeTags``. ``stroke_way``: the instrument's, for the port itself.
    """

    dirt: int | None = None
    websocket: int | None = None
    origins: Sequence[str] = ()
    hello: bool = False
    late: str = "drop"
    trim_ms: float = 0.0
    stroke_way: StrokeWay | None = None


class OscServer:
    """Receives OSC and plays ``instrument``. Bound when made, so errors come at once.

    ``endpoint``: see ``parse_endpoint``, over UDP, and TCP at the same number; loopback unless
    another host is asked for, since whoever reaches the port can play. ``address`` is what was
    bound, ``notices`` in plain lines what a user should know of the other ports.
    Errors: ``OscPortError``, if the UDP port of ``endpoint`` cannot be had.
    Thread: its own, and one or more to a port, which stamp, decode, and handle what is quick to do
    if nothing was before it; ``close`` from any, it returns when they have ended.
    Realtime-safe: no.
    """

    def __init__(
        self,
        instrument: Instrument,
        endpoint: str = DEFAULT_ENDPOINT,
        routes: OscRoutes | None = None,
        options: OscOptions = OscOptions(),
    ) -> None:
        self.routes = routes or OscRoutes(instrument)
        self.notices: list[str] = []
        self._log = QuietLog()
        self._inbox = Inbox()
        self._relay: Relay[Arrived] = Relay(self._inbox, self._take, self._dare, self._be_unsure)
        self._inbox.send = self._relay.send
        self._tags = TimeTags(self._log, options.late, options.trim_ms)
        self.routes.figures.append(self.figures)
        self._ways: dict[Peer, Answer] = {}
        self._losses = Losses(lambda: self._dropped() + self._inbox.lost, self._log.warn)
        self._open = ExitStack()
        self._short: ShortWay | None = None
        try:
            self._open_ports(*parse_endpoint(endpoint), options)
        except BaseException:
            self._open.close()
            raise
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="astrodrum-osc", daemon=True)
        self._relay.start()
        self._thread.start()
        if options.hello and self.address[0].startswith(_REACH_TIDAL):
            self._udp[-1].send(TIDAL, [OscReply("/dirt/hello")])

    @property
    def address(self) -> Peer:
        """Host and UDP port as bound."""
        return self._udp[0].address

    @property
    def slowest(self) -> Slowest:
        """How long packets waited for the ports' threads."""
        return self._inbox.slowest

    def close(self) -> None:
        """Stop receiving and free the ports."""
        self._open.close()
        self._stop.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _open_ports(self, host: str, port: int, options: OscOptions) -> None:
        way = options.stroke_way
        if way:
            self._short = ShortWay(way, self.routes, self._relay, self._inbox)
        self.routes.monitor.begins = self._be_unsure
        self._udp = [self._keep(UdpPort(host, port, self._inbox, self._log, self._short))]
        bound = self.address[1]
        self._tcp = self._try(lambda: TcpPort(host, bound, self._inbox, self._log))
        if options.dirt is not None:
            self._open_dirt(host, options.dirt, bound)
        self.websocket: Peer | None = None
        if options.websocket is not None:
            held = [udp.address[1] for udp in self._udp]
            self._open_websocket(options.websocket, options.origins, held)
        if not is_local(host):
            self.notices.append(
                f"OSC listens on {host}: anybody who reaches port {bound} can play this instrument"
            )

    def _be_unsure(self) -> None:
        """Something must come before the next stroke, or be told of it: no short way."""
        if self._short:
            self._short.forget()

    def _open_dirt(self, host: str, dirt: int, own: int) -> None:
        try:
            self._udp.append(self._keep(UdpPort(host, dirt, self._inbox, self._log)))
        except OscPortError:
            hint = _BESIDE_SUPERDIRT.format(port=own)
            self.notices.append(f"port {dirt} is taken (by SuperDirt?); {hint}")
        else:
            self.notices.append(
                f"OSC also on port {dirt}, where Tidal and Strudel look for SuperDirt, which cannot"
                " start meanwhile (--no-dirt leaves it the port)"
            )

    def _open_websocket(self, port: int, origins: Sequence[str], ports: Sequence[int]) -> None:
        from astrodrum_live.control.osc.websocket import WebSocketPort  # takes 0.1 s

        opened = self._try(lambda: WebSocketPort(port, self._inbox, self._log, origins, ports))
        if opened is not None:
            self.websocket = opened.address
            host, port = opened.address
            self.notices.append(f"strudel.cc plays here with .osc(): WebSocket on {host}:{port}")

    def _keep(self, port):
        self._open.callback(port.close)
        return port

    def _try(self, make: Callable):
        """A port that can be done without: a line if it cannot be had."""
        try:
            return self._keep(make())
        except OscPortError as error:
            self.notices.append(f"{error}; going on without it")
            return None

    def _run(self) -> None:
        hurry()
        look_ns = 0
        while not self._stop.is_set():
            self._relay.work(_TICK_S)
            if now_ns() >= look_ns:
                look_ns = now_ns() + round(_TICK_S * 1e9)
                self._tried(self.routes.read)
                with self._relay.turn:
                    self._tried(lambda: self._look_around(now_ns()))
        self._relay.stop()

    def _dare(self, arrived: Arrived) -> bool:
        """Handle it if it is hits and knobs; in the thread of its port, maybe."""
        content = arrived.content
        if isinstance(content, bytes) and self.routes.strike(content, arrived.arrival_ns):
            return True
        packet = arrived.packet
        if packet.problems or len(packet.messages) > _FEW:
            return False
        if not all(map(self.routes.is_quick, packet.messages)):
            return False
        self._take(arrived)
        return True

    def _take(self, arrived: Arrived) -> None:
        self._tried(lambda: self._handle_all(arrived))

    def _tried(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:  # nothing that arrives may end the threads that all others need
            self.routes.counters["failed"] += 1
            _LOG.exception("OSC failed")

    def _handle_all(self, arrived: Arrived) -> None:
        self._ways.pop(arrived.peer, None)
        self._ways[arrived.peer] = arrived.answer
        if len(self._ways) > _MAX_WAYS:
            del self._ways[next(iter(self._ways))]
        for problem in arrived.packet.problems:
            self.routes.counters["malformed"] += 1
            self.routes.misunderstood(problem, arrived.peer)
            self._log.warn(problem, kind_of(problem))
        for message in arrived.packet.messages:
            self._handle(message, arrived)

    def _handle(self, message: OscMessage, arrived: Arrived) -> None:
        try:
            when = self._tags.due(message, arrived)
            replies = self.routes.handle(message, arrived.peer, arrived.arrival_ns, when)
        except Exception:  # one message must not keep the packet's next from being handled
            self.routes.counters["failed"] += 1
            _LOG.exception("OSC %s failed", message.address)
            return
        if replies:
            arrived.answer(replies)

    def _look_around(self, at_ns: int) -> None:
        """What is told later: to peers, and in the log."""
        for peer, told in groupby(self.routes.poll(), key=lambda pair: pair[0]):
            way = self._ways.get(peer) or partial(self._udp[0].send, peer)
            way([reply for _, reply in told])
        self._tags.lateness.look(at_ns)
        self._losses.look(at_ns)

    def _dropped(self) -> int:
        return sum(port.dropped for port in self._udp)

    def figures(self) -> dict[str, int | float]:
        """What the ports and the clocks add to ``/stats``."""
        posted = self._short.posted if self._short else 0
        came = {"received": self.routes.counters["received"] + posted}
        lost = {"dropped_by_kernel": self._dropped(), "dropped_full": self._inbox.lost}
        return {**self._tags.figures(), **came, **lost}
