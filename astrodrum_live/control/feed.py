"""What an instrument tells of itself while it plays, to whoever has subscribed."""

from collections.abc import Mapping, Sequence
from typing import Protocol

FEED = "/feed/"


class Feed(Protocol):
    """News of one kind, as arguments of messages ``/feed/NAME``.

    ``watched``: whether anybody wants it; while nobody does, it costs nothing.
    Thread: one at a time, for every method.
    """

    watched: bool

    def take(self) -> Sequence[Sequence[object]]:
        """What is new since the last time, one message each."""

    def restart(self) -> None:
        """Somebody else has come: tell the whole state at the next ``take``."""


Feeds = Mapping[str, Feed]
