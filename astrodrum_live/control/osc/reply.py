"""What goes back to whoever sent: replies as datagrams, and errors that cannot become a flood."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from astrodrum_live.control.osc.encode import bundle, encode
from astrodrum_live.now import now_ns

Peer = tuple[str, int]

MAX_DATAGRAM = 1200  # below any network's packet, so nothing is split on its way
_PLAIN_REPLIES = 64  # a default receive buffer keeps 256 small datagrams: more go in bundles
_ERROR_EVERY_NS = 2_000_000_000
_MAX_KEYS = 1024
_LONGEST = 400  # characters of what is told: a name that nobody knows may have 60,000
_TIDAL_PORT = 6010  # Tidal prints what it did not ask for into its user's editor


@dataclass(frozen=True, slots=True)
class OscReply:
    """One message back. ``tags``: OSC types of the ``args``, "" for one that its value tells."""

    address: str
    args: Sequence[object] = ()
    tags: Sequence[str] = ()


def datagrams(replies: Iterable[OscReply]) -> Iterator[bytes]:
    """Replies as they are sent: plain messages, or bundles of them where there are many.

    Errors: ``ValueError`` for an argument OSC has no type for.
    """
    messages = [_encoded(reply) for reply in replies]
    if len(messages) <= _PLAIN_REPLIES:
        yield from messages
        return
    batch: list[bytes] = []
    size = 16
    for message in messages:
        if batch and size + 4 + len(message) > MAX_DATAGRAM:
            yield bundle(batch)
            batch, size = [], 16
        batch.append(message)
        size += 4 + len(message)
    yield bundle(batch)


class ErrorLimiter:
    """Errors to a peer: at most one per (peer, code, key) in 2 s, with the count of those left out.

    Thread: one at a time.
    """

    def __init__(self, clock: Callable[[], int] = now_ns) -> None:
        self._clock = clock
        self._last: dict[tuple[Peer, str, str], list[int]] = {}  # -> [when told, left out since]

    def error(self, peer: Peer, address: str, code: str, key: str, text: str) -> list[OscReply]:
        """``/error address code text [count]``, or nothing for now."""
        if peer[1] == _TIDAL_PORT:
            return []
        address, key, text = address[:_LONGEST], key[:_LONGEST], text[:_LONGEST]
        now = self._clock()
        entry = self._last.setdefault((peer, code, key), [now - _ERROR_EVERY_NS, 0])
        if now - entry[0] < _ERROR_EVERY_NS:
            entry[1] += 1
            return []
        left_out = entry[1]
        entry[:] = now, 0
        self._forget()
        counted = [left_out] if left_out else []
        return [OscReply("/error", [address, code, text, *counted])]

    def _forget(self) -> None:
        """Bounded, whatever a peer invents as addresses: the oldest half goes."""
        if len(self._last) > _MAX_KEYS:
            oldest = sorted(self._last, key=lambda key: self._last[key][0])
            for key in oldest[: _MAX_KEYS // 2]:
                del self._last[key]


def _encoded(reply: OscReply) -> bytes:
    try:
        return encode(reply.address, reply.args, reply.tags)
    except ValueError as error:
        raise ValueError(f"{reply.address} cannot be sent back: {error}") from None
