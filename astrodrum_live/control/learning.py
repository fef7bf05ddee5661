"""Hearing what a player means: the pad that is struck, the knob that is turned."""

from collections.abc import Iterable, Iterator

import mido

from astrodrum_live.control.patch_midi import RESERVED_CC

Heard = tuple[bytes, int] | tuple[bytes, int, str]  # MIDI message, arrival_ns, name of the port

QUIET_NS = 250_000_000  # a stroke's own echoes, and the other zones it shakes, are over by then
TRAVEL = 8  # a pedal that lies still jitters by less


class Listener:
    """Takes notes and knobs out of what arrives; None in it says that nothing came for a moment.

    Thread: one.
    """

    def __init__(self, arrivals: Iterable[Heard | None]) -> None:
        self._arrivals = iter(arrivals)
        self._quiet_until_ns: int | None = None

    def note(self) -> tuple[int, int] | None:
        """The next stroke: note 0..127, channel 1..16. None if the arrivals end before."""
        for message, at_ns in self._messages():
            quiet = self._quiet_until_ns is not None and at_ns < self._quiet_until_ns
            if message.type == "note_on" and message.velocity > 0 and not quiet:
                self._quiet_until_ns = at_ns + QUIET_NS
                return message.note, message.channel + 1
        return None

    def controller(self) -> int | None:
        """The next controller 0..127 that is moved on purpose. None if the arrivals end before."""
        ends: dict[tuple[int, int], tuple[int, int]] = {}
        for message, _ in self._messages():
            if message.type != "control_change" or message.control in RESERVED_CC:
                continue
            key = message.channel, message.control
            low, high = ends.get(key, (message.value, message.value))
            ends[key] = min(low, message.value), max(high, message.value)
            if ends[key][1] - ends[key][0] >= TRAVEL:
                return message.control
        return None

    def _messages(self) -> Iterator[tuple[mido.Message, int]]:
        for arrival in self._arrivals:
            if arrival is None:
                continue
            try:
                yield mido.Message.from_bytes(arrival[0]), arrival[1]
            except (ValueError, IndexError):  # no MIDI: the next will be
                continue
