"""Sends a score to an instrument: MIDI as from a port, OSC through a socket, in time."""

import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator

from astrodrum_live.control.events import Set
from astrodrum_live.control.osc.encode import encode
from astrodrum_live.live.instrument import LiveInstrument
from astrodrum_live.live.morph import FADER
from astrodrum_live.now import now_ns
from astrodrum_live.soak.score import AHEAD_S, Dirt, Midi, Post, Sent, Timed, counted

PORT = "soak"
_UNIX_TO_NTP_S = 2_208_988_800


class Sender:
    """Gives what is sent to ``instrument``, and through a socket to its OSC port at ``osc``.

    ``sent`` counts. ``moved``: told where the fader between two kits goes. Thread: one.
    """

    def __init__(
        self,
        instrument: LiveInstrument,
        osc: tuple[str, int] | None,
        moved: Callable[[float], None] = lambda share: None,
    ) -> None:
        self.sent: Counter[str] = Counter(midi=0, notes=0, dirt=0, kits=0, turns=0)
        self._instrument, self._osc, self._moved = instrument, osc, moved
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, what: Sent) -> None:
        """Now."""
        match what:
            case Midi(data):
                self._instrument.scheduler.post_midi((data, now_ns(), PORT))
            case Post(event):
                self._instrument.post(event, now_ns())
                if isinstance(event, Set) and event.param == FADER:
                    self._moved(event.value)
            case Dirt(args) if self._osc:
                self._socket.sendto(bundle_at(time.time_ns(), args), self._osc)
            case _:
                return
        counted(self.sent, what)

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()


def bundle_at(unix_ns: int, args: tuple[object, ...]) -> bytes:
    """A ``/dirt/play`` in a bundle whose time tag is ``AHEAD_S`` after ``unix_ns``."""
    due_ns = unix_ns + int(AHEAD_S * 1e9)
    seconds, ns = divmod(due_ns, 1_000_000_000)
    message = encode("/dirt/play", args)
    tag = struct.pack(">II", seconds + _UNIX_TO_NTP_S, (ns << 32) // 1_000_000_000)
    return b"#bundle\0" + tag + struct.pack(">i", len(message)) + message


def perform(
    score: Iterator[Timed],
    seconds: float,
    send: Callable[[Sent], None],
    stopped: Callable[[float], bool],
    clock: Callable[[], float] = time.monotonic,
) -> float:
    """Send what of ``score`` is due within ``seconds``; how long it lasted, less if it was stopped.

    ``stopped`` waits so many seconds at most, and says whether to stop. Thread: one.
    """
    began_s = clock()
    for at_s, what in score:
        if at_s > seconds:
            break
        while (wait_s := began_s + at_s - clock()) > 0:
            if stopped(wait_s):
                return clock() - began_s
        send(what)
    while (wait_s := began_s + seconds - clock()) > 0:
        if stopped(wait_s):
            break
    return clock() - began_s
