"""Ableton Link: one tempo and one beat with every other program on the network that has it.

By the binding LinkPython (``.venv/bin/pip install -e '.[link]'``). Link is under the GPL, 2 or
later, which covers what it is built into: that is why it is an extra. Its beats count from
anywhere; what peers share is the tempo, the place within ``quantum`` beats, which is our bar, and
whether they play.
"""

from collections.abc import Callable
from typing import Any

from astrodrum_live.now import now_ns as clock_ns
from astrodrum_live.params import transport_param
from astrodrum_live.transport.follower import Follower

MISSING = "Ableton Link needs its binding: .venv/bin/pip install -e '.[link]'"
Log = Callable[[str], None]
_SAME = 1e-5  # tempos that differ by less are one
_ONE_MOMENT_NS, _TRIES = 20_000, 5


class LinkMissing(RuntimeError):
    """There is no Link here; the message says how to get it."""


def open_link() -> Any:
    """A session of Link's own. Errors: ``LinkMissing``."""
    try:
        import link
    except ImportError:
        raise LinkMissing(MISSING) from None
    session = link.Link(transport_param("tempo").default)
    session.startStopSyncEnabled = True
    session.enabled = True
    return session


class LinkPeer:
    """Keeps a transport and a Link session together; ``session`` as of ``open_link``.

    With peers the transport goes with the session's beat, and starts and stops with it; what is
    turned here goes there. Alone it is as without. Thread: one at a time. Realtime-safe: no.
    """

    def __init__(
        self,
        follower: Follower,
        session: Any,
        log: Log,
        clock: Callable[[], int] = clock_ns,
    ) -> None:
        self.peers = 0
        self._follower, self._session, self._log, self._clock = follower, session, log, clock
        self._tempo = follower.transport.tempo
        self._playing = follower.transport.playing
        self._offset_ns = 0

    def look(self, now_ns: int, leads: bool = True) -> None:
        """One look at the session, to be had often. ``leads`` False: another clock is followed,
        and only its tempo goes there."""
        self._count()
        state = self._session.captureAppSessionState()
        micros = self._micros(now_ns)
        self._share_tempo(state, micros, now_ns, leads)
        if self.peers and leads:
            self._share_playing(state, micros, now_ns)
            self._go_with(state, micros, now_ns)
        else:
            self._playing = self._follower.transport.playing

    def begin(self, now_ns: int) -> bool:
        """Start with the session's next bar; False if there is nobody to be together with."""
        if not self.peers:
            return False
        state, micros = self._session.captureAppSessionState(), self._micros(now_ns)
        state.setIsPlaying(True, micros)
        self._session.commitAppSessionState(state)
        self._start(state, micros, now_ns)
        return True

    def close(self) -> None:
        """Leave the session."""
        self._session.enabled = False

    @property
    def _quantum(self) -> float:
        return float(self._follower.transport.beats_per_bar)

    def _count(self) -> None:
        peers = self._session.numPeers()
        if peers != self.peers:
            self._log(f"Ableton Link: {peers} peer{'s' * (peers != 1)}")
        self.peers = peers

    def _share_tempo(self, state: Any, micros: int, now_ns: int, leads: bool) -> None:
        here = self._follower.transport.tempo
        if here != self._tempo or not leads:
            if abs(state.tempo() / here - 1.0) > _SAME:
                state.setTempo(here, micros)
                self._session.commitAppSessionState(state)
        elif abs(state.tempo() / here - 1.0) > _SAME:
            self._follower.tempo(state.tempo(), now_ns)
        self._tempo = self._follower.transport.tempo

    def _share_playing(self, state: Any, micros: int, now_ns: int) -> None:
        here, there = self._follower.transport.playing, state.isPlaying()
        if here != self._playing and here != there:
            state.setIsPlaying(here, micros)
            self._session.commitAppSessionState(state)
        elif here != there:
            if there:
                self._start(state, micros, now_ns)
            else:
                self._follower.stop(self._follower.beat_at(now_ns), now_ns)
        self._playing = self._follower.transport.playing

    def _start(self, state: Any, micros: int, now_ns: int) -> None:
        quantum = self._quantum
        bar = -(-state.beatAtTime(micros, quantum) // quantum) * quantum
        at_ns = state.timeAtBeat(bar, quantum) * 1000 + self._offset_ns
        self._follower.start(0, at_ns, now_ns)
        self._playing = True

    def _go_with(self, state: Any, micros: int, now_ns: int) -> None:
        if not self._follower.moves_at(now_ns):  # a start may still lie ahead
            return
        ours = float(self._follower.beat_at(now_ns))
        quantum = self._quantum
        apart = (state.beatAtTime(micros, quantum) - ours + quantum / 2) % quantum - quantum / 2
        if ours + apart >= 0:
            self._follower.go_with(ours + apart, now_ns, state.tempo(), now_ns)

    def _micros(self, now_ns: int) -> int:
        """``now_ns`` on Link's clock, which is another one than ours and runs beside it."""
        readings = []
        for _ in range(_TRIES):
            before, micros, after = self._clock(), self._session.clock().micros(), self._clock()
            readings.append((after - before, (before + after) // 2 - micros * 1000))
            if after - before <= _ONE_MOMENT_NS:
                break
        took_ns, offset_ns = min(readings)
        if took_ns <= _ONE_MOMENT_NS or not self._offset_ns:
            self._offset_ns = offset_ns
        return round((now_ns - self._offset_ns) / 1000)
