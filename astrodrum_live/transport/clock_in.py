"""MIDI clock, start, stop, continue and song position: what they mean to a transport.

MIDI 1.0 Detailed Specification 4.2, "System Real Time" and "Song Position Pointer": 24 ticks to a
quarter note; the first tick after a start is beat 0; a position counts sixteenths of a bar of four.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from astrodrum_live.transport.clock_loop import MEMORY, SETTLED, TICKS, ClockLoop
from astrodrum_live.transport.follower import Follower

TICK, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
CLOCK_BYTES = frozenset((TICK, START, CONTINUE, STOP, POSITION))
"""The first bytes of the messages that are about the tempo."""

LOST_NS = 500_000_000  # without a tick the clock has stopped: at 20 BPM they come every 125 ms
_TICKS_PER_POSITION = 6
_FLOOD_TICKS, _FLOOD_NS = 48, 48 * 2_000_000  # so many in so short a time are no tempo
_NEWS, _SURE_NEWS = 1e-3, 5e-4  # a tempo that differs by less is not told anew

Log = Callable[[str], None]


@dataclass(slots=True)
class _Source:
    """What is known of one port that sends a clock."""

    since_ns: int = 0
    ticks: int = 0
    floods: bool = False
    flood_told: bool = False
    told: bool = False


class ClockIn:
    """Lets a transport follow the MIDI clock of one port, and says in plain lines which.

    ``wanted``: a part of that port's name in any case; empty: the first that sends, and of several
    that which starts. ``ours``: the ports that we send a clock to. ``enabled``: whether any is
    obeyed.
    Ticks give the tempo, always; the beat too, once it plays. What plays when the ticks stop coming
    without a stop plays on at the last tempo. Thread: one at a time. Realtime-safe: no.
    """

    def __init__(
        self,
        follower: Follower,
        log: Log,
        wanted: str = "",
        ours: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self.enabled = True
        self.port = ""  # whose clock is followed
        self.lost = False
        self._follower, self._log, self._wanted = follower, log, wanted.lower()
        self._ours = ours
        self._loop = ClockLoop()
        self._sources: dict[str, _Source] = {}
        self._last_ns = 0  # the latest tick's arrival, or the look after it
        self._ticked = False  # since the last look
        self._running = self._armed = self._settled = False
        self._position: int | None = None  # of the latest tick, in ticks
        self._next = 0  # where a start or a continue begins

    @property
    def follows(self) -> bool:
        """Whether a clock gives the tempo now."""
        return bool(self.port) and not self.lost and self._loop.ready

    def trouble(self) -> str:
        """What a player must know, for the status line; empty if all is well. Thread: any."""
        if not self.lost or not self._follower.transport.playing:
            return ""
        tempo = self._follower.transport.tempo
        return f"MIDI clock of {self.port} gone, going on at {tempo:.1f} bpm"

    def want(self, port: str) -> None:
        """Follow another port from now on; empty: any."""
        if port.lower() != self._wanted:
            self._wanted = port.lower()
            for source in self._sources.values():
                source.told = False
            if self._wanted not in self.port.lower():
                self._leave()

    def enable(self, wanted: bool) -> None:
        """Obey clocks, or let them be."""
        if not wanted and self.enabled:
            self._leave()
        self.enabled = wanted

    def take(self, message: bytes, at_ns: int, port: str) -> None:
        """One message of ``CLOCK_BYTES``, and when it came. What is none is told, once."""
        if not self.enabled or not message or message[0] not in CLOCK_BYTES:
            return
        source = self._sources.setdefault(port, _Source())
        what = message[0]
        if what == TICK and self._floods(source, at_ns, port):
            return
        if not self._is_ours(port, what, source):
            return
        if what == TICK:
            self._tick(at_ns)
        elif what == START:
            self._next = 0
            self._begin(at_ns)
        elif what == CONTINUE:
            if not self._running:
                self._begin(at_ns)
        elif what == STOP:
            self._stop(at_ns)
        else:
            self._locate(message, at_ns, source)

    def look(self, now_ns: int) -> None:
        """See whether the clock still comes. To be called a few times a second.

        What was taken since the last look has come by now, however long ago it was stamped: on a
        machine that is behind, ticks that wait in a queue are no clock that has stopped.
        """
        if self._ticked:
            self._ticked = False
            self._last_ns = max(self._last_ns, now_ns)
        if self.port and not self.lost and now_ns - self._last_ns > LOST_NS:
            self._lose()

    def _is_ours(self, port: str, what: int, source: _Source) -> bool:
        """Whether ``port`` is the one to follow; from now on, perhaps."""
        if self._wanted not in port.lower():
            self._tell_once(source, f"{port} sends MIDI clock; the kit names '{self._wanted}'")
            return False
        if port == self.port:
            return True
        if port in self._ours():
            line = f"{port} gets our MIDI clock: what it sends back is not followed"
            self._tell_once(source, line)
            return False
        starts = what in (START, CONTINUE) and not self._running
        if self.port and not self.lost and not starts:
            self._tell_once(
                source,
                f"{port} sends MIDI clock too; that of {self.port} is followed"
                f' ([midi] clock = "{port}" would choose it)',
            )
            return False
        if what in (STOP, POSITION) and not self.port:
            return False  # from something that sends no clock: not yet worth following
        if self.port:
            self._leave()
        self.port, self.lost = port, False
        self._loop.reset()
        self._log(f"following the MIDI clock of {port}")
        return True

    def _leave(self) -> None:
        self.port, self.lost = "", False
        self._running = self._armed = self._settled = False
        self._position = None
        self._loop.reset()

    def _lose(self) -> None:
        self.lost = True
        self._running = self._settled = False
        self._position = None
        self._loop.reset()
        if self._follower.transport.playing:
            tempo = self._follower.transport.tempo
            self._log(f"the MIDI clock of {self.port} has stopped; going on at {tempo:.1f} bpm")

    def _floods(self, source: _Source, at_ns: int, port: str) -> bool:
        """Whether ticks come faster than any tempo can be."""
        source.ticks += 1
        if source.ticks >= _FLOOD_TICKS:
            took_ns = max(at_ns - source.since_ns, 1)
            flooded, source.floods = source.floods, took_ns < _FLOOD_NS
            if source.floods and flooded and not source.flood_told:  # a whole stretch of them
                source.flood_told = True
                rate = 1e9 * source.ticks / took_ns
                self._log(
                    f"{port} sends {rate:.0f} ticks of MIDI clock a second, faster than any tempo:"
                    " they are not followed"
                )
            if source.floods and port == self.port and not self.lost:
                self._lose()
            source.ticks, source.since_ns = 0, at_ns
        return source.floods

    def _tick(self, at_ns: int) -> None:
        if self.lost:
            self.lost = False
            self._log(f"the MIDI clock of {self.port} is back")
        self._last_ns, self._ticked = at_ns, True
        passed = self._loop.tick(at_ns)
        if self._armed:
            self._armed = False
            self._position = self._next
            if not self._running:
                self._running = True
                self._follower.start(Fraction(self._next, TICKS), at_ns, at_ns)
        elif self._position is not None:
            self._position += passed
        if self._loop.ready:
            self._go_with(at_ns)

    def _go_with(self, now_ns: int) -> None:
        news = self._news()
        if not self._follower.transport.playing:
            if news is not None:
                self._follower.tempo(news, now_ns)
            return
        loop = self._loop
        if self._position is None or not self._follower.left_alone:
            # it plays, but not from a start of this clock: its own beat, on the nearest tick
            self._position = round(self._follower.beat_at(loop.at_ns) * TICKS)
            self._follower.adopt()
        beat = Fraction(self._position, TICKS)
        self._follower.go_with(beat, loop.at_ns, loop.bpm, now_ns, news)

    def _news(self) -> float | None:
        """The tempo, where it is other than told, or has just become sure."""
        loop = self._loop
        if loop.ticks < SETTLED:
            self._settled = False
        off = abs(loop.bpm / self._follower.transport.tempo - 1.0)
        sure = loop.ticks == MEMORY or (loop.ticks >= SETTLED and not self._settled)
        self._settled = self._settled or loop.ticks >= SETTLED
        if sure or off > (_SURE_NEWS if loop.ticks > MEMORY else _NEWS):
            return round(loop.bpm, 2)
        return None

    def _begin(self, at_ns: int) -> None:
        """Play from ``_next`` with the coming tick, whose time a clock that runs foretells."""
        loop = self._loop
        self._armed, self._running, self._position = True, False, None
        self._last_ns = at_ns
        self.lost = False
        if loop.ready and at_ns < loop.at_ns + 2 * loop.period_ns:
            self._running = True
            due_ns = loop.at_ns + loop.period_ns
            self._follower.start(Fraction(self._next, TICKS), due_ns, at_ns)

    def _stop(self, at_ns: int) -> None:
        if self._armed or self._running or self._follower.transport.playing:
            if self._position is not None:
                self._next = self._position + 1
            elif not self._armed:
                self._next = round(self._follower.beat_at(at_ns) * TICKS)
            self._follower.stop(Fraction(self._next, TICKS), at_ns)
        self._armed = self._running = False
        self._position = None

    def _locate(self, message: bytes, at_ns: int, source: _Source) -> None:
        if len(message) != 3 or max(message[1:]) > 127:
            self._tell_once(source, f"{self.port} sends a song position that is none: {message!r}")
            return
        self._next = (message[1] + 128 * message[2]) * _TICKS_PER_POSITION
        if self._running or self._armed:
            self._begin(at_ns)
        elif not self._follower.transport.playing:
            self._follower.locate(Fraction(self._next, TICKS), at_ns)

    def _tell_once(self, source: _Source, line: str) -> None:
        if not source.told:
            source.told = True
            self._log(line)
