"""Makes a transport go with another beat: no jumps, but a pace a little faster or slower."""

from collections.abc import Callable
from fractions import Fraction

from astrodrum_live.transport.timeline import Beat
from astrodrum_live.transport.transport import Transport

NEAR_BEATS = 0.005  # a smaller difference is the clock's noise as like as not
SLEW_BEATS, NEAR_SLEW_BEATS = 0.5, 2.0  # in which most of a difference is made up for
JUMP_BEATS = 0.5  # a larger difference is not made up for, but jumped over
_SLOWEST, _FASTEST = 0.5, 2.0


class Follower:
    """Steers ``transport`` along beats whose times are told in ns of ``astrodrum_live.now``.

    ``frame_at``: the frame rendered at a time, as a float, below 0 while there is none.
    ``latency_ns``: from rendering to loudspeaker: a beat is rendered so much early, that it may be
    *heard* when it is due. ``offset_ns``: and so much later. ``lead_frames``: what begins at once
    begins so many frames from now, so that its first hit can be in time.
    Thread: one at a time. Realtime-safe: no.
    """

    def __init__(
        self,
        transport: Transport,
        frame_at: Callable[[int], float],
        lead_frames: int = 0,
        latency_ns: Callable[[], int] = lambda: 0,
    ) -> None:
        self.transport = transport
        self.offset_ns = 0
        self._frame_at, self._latency_ns, self._lead = frame_at, latency_ns, lead_frames
        self._jumps = transport.snapshot().jumps

    @property
    def left_alone(self) -> bool:
        """Whether nobody else has started, stopped or located the transport since we last did."""
        return self.transport.snapshot().jumps == self._jumps

    def adopt(self) -> None:
        """Go on with what somebody else has made of it."""
        self._jumps = self.transport.snapshot().jumps

    def start(self, beat: Beat, at_ns: float, now_ns: int) -> None:
        """Play from ``beat`` at ``at_ns``; if that is too soon, as soon as can be."""
        soonest = self._now(now_ns) + self._lead
        self.transport.start(max(round(self._frame(at_ns)), soonest), beat)
        self.adopt()

    def stop(self, beat: Beat, now_ns: int) -> None:
        """Stop now; ``beat`` is where it will continue."""
        frame = self._now(now_ns)
        self.transport.stop(frame)
        self.transport.locate(beat, frame)
        self.adopt()

    def locate(self, beat: Beat, now_ns: int) -> None:
        """Stand at ``beat``, while stopped."""
        self.transport.locate(beat, self._now(now_ns))
        self.adopt()

    def beat_at(self, at_ns: float) -> Fraction:
        """The transport's own beat at a time."""
        return self.transport.beat_at(round(self._frame(at_ns)))

    def moves_at(self, at_ns: float) -> bool:
        """Whether the transport plays at a time."""
        return self.transport.snapshot().moves_at(round(self._frame(at_ns)))

    def tempo(self, bpm: float, now_ns: int) -> None:
        """The tempo, while nothing plays."""
        self.transport.set_tempo(bpm, self._now(now_ns))

    def go_with(
        self, beat: Beat, at_ns: float, bpm: float, now_ns: int, tempo: float | None = None
    ) -> None:
        """Be at ``beat`` at ``at_ns`` and go on from there at ``bpm``. ``tempo``: to be told."""
        timeline = self.transport.snapshot()
        frame = max(self._now(now_ns), timeline.segments[-1].frame)
        passed = (frame - self._frame(at_ns)) * bpm / (60.0 * timeline.rate)
        behind = float(beat - timeline.beat_at(frame)) + passed
        if abs(behind) > JUMP_BEATS:
            self.transport.locate(timeline.beat_at(frame) + Fraction(behind), frame)
            self.adopt()
            behind = 0.0
        slew = NEAR_SLEW_BEATS if abs(behind) < NEAR_BEATS else SLEW_BEATS
        pace = bpm * min(max(1.0 + behind / slew, _SLOWEST), _FASTEST)
        self.transport.steer(frame, pace, tempo)

    def _now(self, now_ns: int) -> int:
        return max(round(self._frame_at(now_ns)), 0)

    def _frame(self, at_ns: float) -> float:
        """The frame of something that is due to be heard at ``at_ns``."""
        return self._frame_at(round(at_ns + self.offset_ns - self._latency_ns()))
