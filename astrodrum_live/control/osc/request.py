"""One OSC message on its way through the routes, with what is to be told to its sender."""

from collections import Counter
from dataclasses import dataclass, field

from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.reply import ErrorLimiter, OscReply, Peer
from astrodrum_live.control.osc.space import AddressSpace


@dataclass(slots=True)
class OscRequest:
    """``replies`` go to ``peer``, ``reasons`` for what was not done to who watches.

    ``arrival_ns`` and ``due`` are on ``astrodrum_live.now``.
    """

    message: OscMessage
    peer: Peer
    arrival_ns: int
    due: Due
    space: AddressSpace
    errors: ErrorLimiter
    counters: Counter[str]
    replies: list[OscReply] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def args(self) -> tuple[object, ...]:
        """The message's arguments."""
        return self.message.args

    def complain(self, code: str, key: str, text: str) -> None:
        """Tell the sender, unless it was told of the same key within 2 s."""
        self.counters["errors"] += 1
        self.reasons.append(text)
        self.replies += self.errors.error(self.peer, self.message.address, code, key, text)
