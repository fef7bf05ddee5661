"""Peers that are told when a value changes: surfaces that follow each other, and the monitor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from astrodrum_live.control.monitor import Monitor
from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.osc.pattern import matches
from astrodrum_live.control.osc.reply import OscReply, Peer
from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.control.osc.space import AddressSpace, Target

MONITOR = "/monitor"
EVERYTHING = "/*"
TTL_S, LONGEST_S = 10.0, 3600.0
MAX_SUBSCRIPTIONS = 64

_EVERY_NS = 33_000_000  # 30 Hz
# Between a fader's message and the value that the instrument tells lies a moment of the old value,
# which must not pull the fader back.
_SETTLING_NS = 100_000_000
_USAGE = "/sub takes [pattern] [port] [seconds], such as /sub /p/*/gain 9000 10"


@dataclass(slots=True)
class _Subscription:
    source: Peer  # who asked
    until_ns: int
    space: AddressSpace | None = None
    places: list[tuple[str, Target]] = field(default_factory=list)
    known: dict[str, object] = field(default_factory=dict)
    settling: dict[str, int] = field(default_factory=dict)  # address -> until when


class Subscriptions:
    """``/sub`` and ``/unsub``. A pattern stands for all addresses below it too.

    Changes of readable values are told at most 30 times a second, the latest value only, and not
    to who turned them, unless it became another value. They outlive a change of the kit.
    ``value`` answers for an address. Thread: one at a time.
    """

    def __init__(
        self,
        value: Callable[[str, Target], OscReply],
        clock: Callable[[], int],
        monitor: Monitor,
    ) -> None:
        self._value, self._clock, self._monitor = value, clock, monitor
        self._subscriptions: dict[tuple[Peer, str], _Subscription] = {}
        self._next_ns = 0
        self.handlers: Mapping[str, Callable[[OscRequest, str, Target], None]] = {
            "sub": self._subscribe,
            "unsub": self._unsubscribe,
        }

    def turned(self, source: Peer, address: str, value: object) -> None:
        """``source`` has set this: it knows."""
        for subscription in self._subscriptions.values():
            if subscription.source == source and address in subscription.known:
                subscription.known[address] = value
                subscription.settling[address] = self._clock() + _SETTLING_NS

    def poll(self, space: AddressSpace) -> list[tuple[Peer, OscReply]]:
        """What has changed, for whom. Call more often than 30 times a second."""
        now_ns = self._clock()
        if not self._subscriptions or now_ns < self._next_ns:
            return []
        self._next_ns = now_ns + _EVERY_NS
        told: list[tuple[Peer, OscReply]] = []
        watched = self._watched()
        for (peer, pattern), subscription in list(self._subscriptions.items()):
            if now_ns >= subscription.until_ns:
                self._forget(peer, pattern)
            elif pattern == MONITOR:
                told += [(peer, reply) for reply in watched]
            else:
                told += [(peer, reply) for reply in self._changes(subscription, pattern, space)]
        return told

    def _watched(self) -> list[OscReply]:
        return [
            OscReply(
                MONITOR, [seen.source, seen.what, seen.did, seen.why, seen.lead_ms, seen.count]
            )
            for seen in self._monitor.take()
        ]

    def _changes(
        self, subscription: _Subscription, pattern: str, space: AddressSpace
    ) -> list[OscReply]:
        if subscription.space is not space:
            subscription.space, subscription.places = space, below(pattern, space)
        changes, now_ns = [], self._clock()
        for address, target in subscription.places:
            reply = self._value(address, target)
            if subscription.known.get(address) == reply.args[0]:
                continue
            if now_ns < subscription.settling.get(address, 0):
                continue
            subscription.known[address] = reply.args[0]
            changes.append(reply)
        return changes

    def _subscribe(self, request: OscRequest, address: str, target: Target) -> None:
        asked = _asked(request)
        if asked is None:
            request.complain("bad_args", address, _USAGE)
            return
        peer, pattern, ttl_s = asked
        places = below(pattern, request.space)
        if not places and pattern != MONITOR:
            request.complain("unknown_address", pattern, f"no value at {pattern}, nor below it")
            return
        key = (peer, pattern)
        if len(self._subscriptions) >= MAX_SUBSCRIPTIONS and key not in self._subscriptions:
            text = f"there are {MAX_SUBSCRIPTIONS} subscriptions already; /unsub some"
            request.complain("busy", address, text)
            return
        until_ns = self._clock() + round(ttl_s * 1e9)
        known = self._subscriptions.get(key)
        if known is None:
            told = {place: self._value(place, what).args[0] for place, what in places}
            known = _Subscription(request.peer, until_ns, request.space, places, told)
            self._subscriptions[key] = known
        known.source, known.until_ns = request.peer, until_ns
        self._monitor.watched = self._monitor.watched or pattern == MONITOR
        request.replies.append(OscReply("/sub/done", [pattern, len(places), ttl_s]))

    def _unsubscribe(self, request: OscRequest, address: str, target: Target) -> None:
        """What the pattern names to the letter, all that the peer has without one."""
        asked = _asked(request)
        if asked is None:
            request.complain("bad_args", address, _USAGE.replace("/sub", "/unsub"))
            return
        for peer, pattern in list(self._subscriptions):
            if peer == asked[0] and (not request.args or pattern == asked[1]):
                self._forget(peer, pattern)

    def _forget(self, peer: Peer, pattern: str) -> None:
        del self._subscriptions[peer, pattern]
        if pattern == MONITOR and not any(kept == MONITOR for _, kept in self._subscriptions):
            self._monitor.watched = False
            self._monitor.take()


def below(pattern: str, space: AddressSpace) -> list[tuple[str, Target]]:
    """The readable addresses that match a pattern, or stand below a branch that does."""
    parts = pattern.split("/")
    exact = {address for address, _ in space.resolve(pattern)}
    return [
        (address, target)
        for address, target in space.readable()
        if address in exact or _begins(address.split("/"), parts)
    ]


def _begins(address: list[str], pattern: list[str]) -> bool:
    return len(pattern) <= len(address) and all(map(matches, pattern, address))


def _asked(request: OscRequest) -> tuple[Peer, str, float] | None:
    """``[pattern] [port] [ttl]`` as whom to tell, of what, how long; None if it is not that."""
    args = list(request.args)
    pattern = args.pop(0) if args and isinstance(args[0], str) else EVERYTHING
    assert isinstance(pattern, str)
    numbers = [number(value) for value in args]
    if len(numbers) > 2 or any(value is None for value in numbers):
        return None
    port, ttl_s = [value or 0.0 for value in numbers] + [0.0] * (2 - len(numbers))
    if not 0 <= port <= 65535 or ttl_s < 0:
        return None
    host, own = request.peer
    ttl_s = min(max(ttl_s, 1.0), LONGEST_S) if ttl_s else TTL_S
    return (host, int(port) or own), "/" + pattern.removeprefix("/"), ttl_s
