"""What MIDI and OSC need of the instrument they play: one small door, so that tests can hold it."""

from typing import Protocol

from astrodrum_live.control.events import Event, HeardHit
from astrodrum_live.control.feed import Feeds
from astrodrum_live.control.patch import Patch
from astrodrum_live.sequencer.now import SequencerNow

TRANSPORT_STATES = {
    "playing": "1 while the music plays",
    "beat": "beats since the beginning, whole ones",
    "bar": "bars since the beginning, whole ones",
    "clock": "whose clock is followed; empty: none's",
}
"""What there is to know of the transport besides its rows."""


class Remade(Protocol):
    """A hit that is being made again, to be seen. Thread: any."""

    @property
    def pad(self) -> int:
        """Of which pad it is."""

    @property
    def seed(self) -> int:
        """Its name."""

    @property
    def rate(self) -> float:
        """Of its samples, Hz."""

    def samples(self) -> bytes | None:
        """Its samples, float32 little-endian; None as long as they are not there."""


class Instrument(Protocol):
    """The running instrument as the control side sees it. Thread: any, for every method."""

    @property
    def patch(self) -> Patch:
        """The kit that is playing."""

    def post(self, event: Event, arrival_ns: int, due_ns: int | None = None) -> None:
        """Queue an event. Times are ``astrodrum_live.now``; ``due_ns`` None means: live, now.

        Returns at once, or when the event has become a command with a frame.
        """

    def value(self, pad: int | None, param: str) -> float:
        """The latest wanted value of a row (pad None: the master's)."""

    def orbit_value(self, orbit: int, param: str) -> float:
        """The latest wanted value of a row of an orbit, 0..11."""

    def transport_value(self, param: str) -> float:
        """The latest value of a row of the transport."""

    def transport_state(self, what: str) -> str | int:
        """One of ``TRANSPORT_STATES``."""

    def classes(self) -> tuple[str, ...]:
        """The classes of the model that plays: a row that is one of them takes its name too."""

    def knobs(self, pad: int) -> dict[str, tuple[bool, float]]:
        """Of each knob of a pad: whether it moves anything, and its grade (rho, NaN for none).

        Empty for a model without knobs.
        """

    def heard(self) -> list[HeardHit]:
        """The hits just heard, at most 8, the newest first."""

    @property
    def feeds(self) -> Feeds:
        """What can be subscribed to, by name."""

    def again(self, pad: int | None, index: int) -> Remade | None:
        """Have the hit just heard made again (``pad``, ``index``: as ``Freeze`` names it); of a pad
        that was not heard, its hit number 0. None where there is no hit."""

    def sequence(self) -> SequencerNow:
        """What the sequencer plays and what there is of patterns, at this moment."""

    def info(self) -> dict[str, str | int | float]:
        """name, version, rate, block, latency_ms, kit, voices, device."""

    def stats(self) -> dict[str, int | float]:
        """Counters since start: played, late, repeated, stolen, xruns, voices, fresh, ..."""
