"""Peers that are told when a value changes: surfaces that follow each other, and the monitor."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from astrodrum_live.control.feed import FEED, Feeds
from astrodrum_live.control.monitor import Monitor
from astrodrum_live.control.osc.packet import number
from astrodrum_live.control.osc.pattern import matches
from astrodrum_live.control.osc.reply import OscReply, Peer
from astrodrum_live.control.osc.request import OscRequest
from astrodrum_live.control.osc.sequence_told import BRANCH, asked, changes
from astrodrum_live.control.osc.space import AddressSpace, Target
from astrodrum_live.sequencer.now import SequencerNow

Reading = str | int | float

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
    places: frozenset[str]
    changed: set[str] = field(default_factory=set)  # and not told yet
    turned: dict[str, tuple[object, int]] = field(default_factory=dict)  # by itself: to what, when


class Subscriptions:
    """``/sub`` and ``/unsub``. A pattern stands for all addresses below it too.

    Changes of readable values are told at most 30 times a second, the latest value only, and not
    to who turned them, unless it became another value. They outlive a change of the kit.
    What the sequencer tells (``/seq``) and the ``feeds`` by name (``/feed/NAME``) is told to all
    alike. ``reading`` is the value at an address, ``sequence`` what the sequencer does.
    Thread: one at a time, but for ``read``.
    """

    def __init__(
        self,
        reading: Callable[[Target], Reading],
        clock: Callable[[], int],
        monitor: Monitor,
        sequence: Callable[[], SequencerNow],
        feeds: Feeds | None = None,
    ) -> None:
        self._reading, self._clock, self._monitor = reading, clock, monitor
        self._feeds = {FEED + name: feed for name, feed in (feeds or {}).items()}
        self._sequence, self._played = sequence, sequence()
        self._subscriptions: dict[tuple[Peer, str], _Subscription] = {}
        self._space: AddressSpace | None = None
        self._places: list[tuple[str, Target]] = []
        self._readings: dict[str, Reading] = {}
        self._fresh: tuple[list[tuple[str, Target]], dict[str, Reading]] = [], {}
        self._next_ns = 0
        self.handlers: Mapping[str, Callable[[OscRequest, str, Target], None]] = {
            "sub": self._subscribe,
            "unsub": self._unsubscribe,
        }

    def turned(self, source: Peer, address: str, value: object) -> None:
        """``source`` has set this: it knows, if that is what becomes of it."""
        for subscription in self._subscriptions.values():
            if subscription.source == source and address in subscription.places:
                subscription.turned[address] = value, self._clock()
                subscription.changed.add(address)

    def read(self) -> None:
        """Read what the next ``poll`` will compare, if it will: a millisecond and more, in which
        hits need not wait. Thread: one, beside the one at a time."""
        if self._clock() >= self._next_ns and self._asked_for_values():
            places = self._places
            self._fresh = places, self._read(places)

    def poll(self, space: AddressSpace) -> list[tuple[Peer, OscReply]]:
        """What has changed, for whom. Call more often than 30 times a second."""
        now_ns = self._clock()
        if not self._subscriptions or now_ns < self._next_ns:
            return []
        self._next_ns = now_ns + _EVERY_NS
        changed = self._look(space, *self._fresh) if self._asked_for_values() else set()
        told: list[tuple[Peer, OscReply]] = []
        news = self._news()
        sequenced = self._sequenced(space) if any(map(_of_sequencer, self._patterns())) else []
        for (peer, pattern), subscription in list(self._subscriptions.items()):
            if now_ns >= subscription.until_ns:
                self._forget(peer, pattern)
            elif pattern in news:
                told += [(peer, reply) for reply in news[pattern]]
            elif _of_sequencer(pattern):
                told += [(peer, one) for one in sequenced if asked(pattern, one.address)]
            else:
                subscription.changed |= changed & subscription.places
                told += [(peer, reply) for reply in self._changes(subscription, now_ns)]
        return told

    def _asked_for_values(self) -> bool:
        return any(subscription.places for subscription in list(self._subscriptions.values()))

    def _read(self, places: list[tuple[str, Target]]) -> dict[str, Reading]:
        return {address: self._reading(target) for address, target in places}

    def _look(
        self,
        space: AddressSpace,
        places: Sequence[tuple[str, Target]] = (),
        read: dict[str, Reading] | None = None,
    ) -> set[str]:
        """The addresses whose values are other than at the last look, or new: a look for all.
        ``read``: the values at ``places``, if they were read just now."""
        if space is not self._space:
            self._space, self._places = space, space.readable()
            for (_, pattern), subscription in self._subscriptions.items():
                subscription.places = (
                    frozenset() if _of_sequencer(pattern) else below(pattern, space)
                )
        before = self._readings
        self._readings = read if read and places is self._places else self._read(self._places)
        self._fresh = [], {}
        return {
            address for address, value in self._readings.items() if before.get(address) != value
        }

    def _changes(self, subscription: _Subscription, now_ns: int) -> Iterator[OscReply]:
        for address in sorted(subscription.changed):
            known, turned_ns = subscription.turned.get(address, (None, -_SETTLING_NS))
            if now_ns - turned_ns < _SETTLING_NS:
                continue
            subscription.changed.discard(address)
            subscription.turned.pop(address, None)
            value = self._readings.get(address)
            if value is not None and value != known:
                yield OscReply(address, [value])

    def _news(self) -> dict[str, list[OscReply]]:
        """What is told in full to all who asked for it, by what they asked for."""
        fed = {
            address: [OscReply(address, args) for args in feed.take()] if feed.watched else []
            for address, feed in self._feeds.items()
        }
        return {MONITOR: self._watched(), **fed}

    def _patterns(self) -> list[str]:
        return [pattern for _, pattern in self._subscriptions]

    def _sequenced(self, space: AddressSpace) -> list[OscReply]:
        """What the sequencer tells since the last time."""
        before, self._played = self._played, self._sequence()
        return changes(before, self._played, space.patch.pad_names())

    def _watched(self) -> list[OscReply]:
        return [
            OscReply(
                MONITOR, [seen.source, seen.what, seen.did, seen.why, seen.lead_ms, seen.count]
            )
            for seen in self._monitor.take()
        ]

    def _subscribe(self, request: OscRequest, address: str, target: Target) -> None:
        asked = _asked(request)
        if asked is None:
            request.complain("bad_args", address, _USAGE)
            return
        peer, pattern, ttl_s = asked
        known = self._subscriptions.get((peer, pattern))
        renewal = known is not None and self._space is request.space
        sequencer = _of_sequencer(pattern)
        places = known.places if known and renewal else below(pattern, request.space)
        places = frozenset() if sequencer else places
        told_in_full = pattern == MONITOR or sequencer or pattern in self._feeds
        if not places and not told_in_full:
            request.complain("unknown_address", pattern, f"no value at {pattern}, nor below it")
            return
        key = (peer, pattern)
        if len(self._subscriptions) >= MAX_SUBSCRIPTIONS and key not in self._subscriptions:
            text = f"there are {MAX_SUBSCRIPTIONS} subscriptions already; /unsub some"
            request.complain("busy", address, text)
            return
        if not self._asked_for_values():
            self._look(request.space)  # what is so by now is no change
        if sequencer and not any(map(_of_sequencer, self._patterns())):
            self._played = self._sequence()
        until_ns = self._clock() + round(ttl_s * 1e9)
        kept = self._subscriptions.setdefault(key, _Subscription(request.peer, until_ns, places))
        kept.source, kept.until_ns = request.peer, until_ns
        self._monitor.watched = self._monitor.watched or pattern == MONITOR
        if pattern in self._feeds:
            feed = self._feeds[pattern]
            feed.watched = True
            if known is None:
                feed.restart()
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
        if any(kept == pattern for _, kept in self._subscriptions):
            return
        if pattern == MONITOR:
            self._monitor.watched = False
            self._monitor.take()
        elif pattern in self._feeds:
            self._feeds[pattern].watched = False


def _of_sequencer(pattern: str) -> bool:
    return pattern == BRANCH or pattern.startswith(BRANCH + "/")


def below(pattern: str, space: AddressSpace) -> frozenset[str]:
    """The readable addresses that match a pattern, or stand below a branch that does."""
    parts = pattern.split("/")
    exact = {address for address, _ in space.resolve(pattern)}
    return frozenset(
        address
        for address, _ in space.readable()
        if address in exact or _begins(address.split("/"), parts)
    )


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
