"""The transport: tempo, playing or stopped, and which beat falls on which frame."""

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from astrodrum_live.params import transport_param
from astrodrum_live.transport.tap import TapTempo
from astrodrum_live.transport.timeline import MICRO, Beat, Segment, Timeline

KEPT = 128  # segments that can still be asked about; a followed clock makes about 50 a second
LONGEST_BEAT = 2**40  # a locate beyond is moved to it: 20,000 years at 120 BPM


class Transport:
    """The one clock of musical time, live and offline: its time is the engine's frame.

    Every change begins a segment at a frame, in the order in which changes are asked for: one that
    is asked for a frame before the last segment's takes place at that one's. Floats are clamped to
    their rows of ``TRANSPORT_PARAMS``; NaN changes nothing. Stopped at beat 0 in the beginning.
    Thread: any, for every method; who reads never waits. Realtime-safe: no.
    """

    def __init__(
        self, rate: int, tempo: float | None = None, beats_per_bar: float | None = None
    ) -> None:
        row, bar = transport_param("tempo"), transport_param("beats_per_bar")
        told = row.default if tempo is None else row.clamp(tempo)
        beats = bar.default if beats_per_bar is None else bar.clamp(beats_per_bar)
        self._lock = threading.Lock()
        self._taps = TapTempo(rate)
        self._listeners: list[Callable[[], None]] = []
        start = (Segment(0, 0, 0),)
        self._now = Timeline(rate, told, int(beats), start, known=tempo is not None)

    def snapshot(self) -> Timeline:
        """All of it as it is at this moment."""
        return self._now

    def listen(self, told: Callable[[], None]) -> None:
        """Have ``told`` called after every jump, in the thread of whoever caused it: to wake one
        who looks ahead. It must not wait, and change nothing."""
        self._listeners.append(told)

    @property
    def rate(self) -> int:
        """Frames a second."""
        return self._now.rate

    @property
    def tempo(self) -> float:
        """BPM."""
        return self._now.tempo

    @property
    def playing(self) -> bool:
        """Whether it plays (or will, from the frame that was asked for)."""
        return self._now.playing

    @property
    def beats_per_bar(self) -> int:
        """Beats in a bar."""
        return self._now.beats_per_bar

    def beat_at(self, frame: int) -> Fraction:
        """See ``Timeline.beat_at``."""
        return self._now.beat_at(frame)

    def frame_of(self, beat: Beat) -> int | None:
        """See ``Timeline.frame_of``."""
        return self._now.frame_of(beat)

    def bar_at(self, frame: int) -> tuple[int, Fraction]:
        """See ``Timeline.bar_at``."""
        return self._now.bar_at(frame)

    def start(self, frame: int, beat: Beat = 0) -> None:
        """Play from ``beat``, which falls upon ``frame``."""
        with self._lock:
            self._begin(frame, self._now.part_of(_beat(beat)), self._own_pace(), jump=True)
        self._tell()

    def stop(self, frame: int) -> None:
        """Stop, and stay where it then stands. Stopped already: nothing happens."""
        with self._lock:
            if self._now.playing:
                self._begin(frame, None, 0, jump=True)
        self._tell()

    def continue_(self, frame: int) -> None:
        """Play from where it stands. Playing already: nothing happens."""
        with self._lock:
            if not self._now.playing:
                self._begin(frame, None, self._own_pace(), jump=True)
        self._tell()

    def locate(self, beat: Beat, frame: int) -> None:
        """Go to ``beat``, playing or stopped as before."""
        with self._lock:
            pace = self._now.segments[-1].pace
            self._begin(frame, self._now.part_of(_beat(beat)), pace, jump=True)
        self._tell()

    def set_tempo(self, bpm: float, frame: int) -> float:
        """The tempo from ``frame`` on; returns the clamped one. The beat is the same there."""
        with self._lock:
            if not math.isnan(bpm):
                self._tell_tempo(transport_param("tempo").clamp(bpm))
                playing = self._now.playing
                self._begin(frame, None, self._own_pace() if playing else 0)
            return self._now.tempo

    def set_beats_per_bar(self, beats: float) -> int:
        """Beats in a bar; returns the clamped number. At once, and for all bars since beat 0."""
        with self._lock:
            if not math.isnan(beats):
                row = transport_param("beats_per_bar")
                self._now = replace(
                    self._now,
                    beats_per_bar=int(row.clamp(beats)),
                    serial=self._now.serial + 1,
                )
            return self._now.beats_per_bar

    def tap(self, frame: int) -> float | None:
        """One tap at ``frame``. From the second of a row on its tempo is taken, and returned."""
        with self._lock:
            bpm = self._taps.tap(frame)
        return None if bpm is None else self.set_tempo(bpm, frame)

    def steer(self, frame: int, pace_bpm: float, tempo: float | None = None) -> None:
        """Go at ``pace_bpm`` from ``frame`` on, while playing, without calling it the tempo: how
        one who follows a clock makes up for being ahead or behind. ``tempo``: called so from now.
        """
        with self._lock:
            if tempo is not None:
                self._tell_tempo(transport_param("tempo").clamp(tempo))
            if self._now.playing:
                self._begin(frame, None, max(round(pace_bpm * MICRO), 1))

    def _tell(self) -> None:
        for told in self._listeners:
            told()

    def _own_pace(self) -> int:
        return round(self._now.tempo * MICRO)

    def _tell_tempo(self, bpm: float) -> None:
        self._now = replace(self._now, tempo=round(bpm * MICRO) / MICRO, known=True)

    def _begin(self, frame: int, part: int | None, pace: int, jump: bool = False) -> None:
        """A segment at ``frame``; ``part`` None: where the last one brings us."""
        now = self._now
        last = now.segments[-1]
        frame = max(int(frame), last.frame)
        place = last.part_at(frame) if part is None else part
        kept = now.segments[:-1] if frame == last.frame else now.segments[1 - KEPT :]
        self._now = replace(
            now,
            segments=(*kept, Segment(frame, place, pace)),
            jumps=now.jumps + jump,
            jumped=frame if jump else now.jumped,
            serial=now.serial + 1,
        )


def _beat(beat: Beat) -> Beat:
    """A beat that there is: from 0 on."""
    if isinstance(beat, float) and not math.isfinite(beat):
        raise ValueError(f"beat is {beat}; it must be a number from 0 on")
    return min(max(beat, 0), LONGEST_BEAT)
