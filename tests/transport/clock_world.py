"""A transport, a MIDI clock that it follows, and the time between them: frames are ns x rate."""

import random
from fractions import Fraction

from astrodrum_live.transport.clock_in import (
    CONTINUE,
    LOST_NS,
    POSITION,
    START,
    STOP,
    TICK,
    ClockIn,
)
from astrodrum_live.transport.clock_loop import TICKS
from astrodrum_live.transport.follower import Follower
from astrodrum_live.transport.transport import Transport

RATE = 48000
MS = 1_000_000


class ClockWorld:
    """Time goes on with every tick that is sent. ``bpm`` and ``jitter_ms`` are the sender's."""

    def __init__(self, wanted: str = "", jitter_ms: float = 0.0, latency_ns: int = 0) -> None:
        self.lines: list[str] = []
        self.transport = Transport(RATE)
        self.follower = Follower(self.transport, self.frame_at, 0, lambda: latency_ns)
        self.clock = ClockIn(self.follower, self.lines.append, wanted)
        self.now_ns = 10_000 * MS
        self.bpm, self.jitter_ms = 120.0, jitter_ms
        self._chance = random.Random(7)

    def frame_at(self, time_ns: float) -> float:
        return time_ns * RATE / 1e9

    def send(self, *message: int, port: str = "A", at_ns: int | None = None) -> None:
        self.clock.take(bytes(message), self.now_ns if at_ns is None else at_ns, port)

    def ticks(self, count: int, port: str = "A") -> None:
        for _ in range(count):
            late_ns = round(self._chance.uniform(-self.jitter_ms, self.jitter_ms) * MS)
            self.send(TICK, port=port, at_ns=self.now_ns + late_ns)
            self.clock.look(self.now_ns)  # as the tempo's thread does every 20 ms
            self.now_ns += round(60e9 / (TICKS * self.bpm))

    def start(self, port: str = "A") -> None:
        self.send(START, port=port)

    def stop(self, port: str = "A") -> None:
        self.send(STOP, port=port)

    def go_on(self, port: str = "A") -> None:
        self.send(CONTINUE, port=port)

    def position(self, sixteenths: int) -> None:
        self.send(POSITION, sixteenths & 127, sixteenths >> 7)

    def silence(self, ns: int = LOST_NS + MS) -> None:
        self.now_ns += ns
        self.clock.look(self.now_ns)

    def beat(self, back_ticks: int = 0) -> Fraction:
        """Where the transport stands now, or was some ticks ago."""
        at_ns = self.now_ns - back_ticks * round(60e9 / (TICKS * self.bpm))
        return self.transport.beat_at(round(self.frame_at(at_ns)))
