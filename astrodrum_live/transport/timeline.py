"""Beats on frames, exactly: stretches of even tempo, in whole numbers, so that nothing adds up.

A beat is a quarter note. The tempo is kept in millionths of a BPM and the place in parts of a beat
of which exactly so many pass in a frame: ``beat = part / (60e6 * rate)``. At 48 kHz a part is
3.5e-13 of a beat. Twelfths, twenty-fourths and 960ths of a beat are whole numbers of parts.
"""

from dataclasses import dataclass
from fractions import Fraction

MICRO = 1_000_000
Beat = int | float | Fraction


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of even tempo, from ``frame`` on.

    ``part``: where the music stands at ``frame``. ``pace``: parts that pass in a frame, which are
    millionths of a BPM; 0 while it is stopped.
    """

    frame: int
    part: int
    pace: int

    def part_at(self, frame: int) -> int:
        """Where the music stands at ``frame``, as if the stretch had no ends."""
        return self.part + (frame - self.frame) * self.pace

    def frame_of(self, part: int) -> int:
        """The frame nearest to ``part``; of two as near the later. Only where ``pace`` > 0."""
        return self.frame + (2 * (part - self.part) + self.pace) // (2 * self.pace)


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a ``Transport`` knows at one moment, and does not change any more.

    ``tempo``: BPM. ``playing``: whether its last segment moves. ``beats_per_bar``: bars are counted
    from beat 0. ``jumps`` grows when the music starts, stops or is located: what was worked out
    ahead from before is void; a change of tempo alone is no jump. ``jumped``: the frame of the
    last. ``serial`` grows with every change. ``known``: whether anybody has said what the tempo is,
    or it is just the default. ``segments``: the latest, oldest first; the last has no end.
    Thread: any, for every method. Realtime-safe: no.
    """

    rate: int
    tempo: float
    beats_per_bar: int
    segments: tuple[Segment, ...]
    jumps: int = 0
    jumped: int = 0
    serial: int = 0
    known: bool = False

    @property
    def playing(self) -> bool:
        """Whether it goes on from the last segment's frame."""
        return self.segments[-1].pace > 0

    def beat_at(self, frame: int) -> Fraction:
        """Where the music stands, in beats, exactly. Stopped: where it would continue."""
        return Fraction(self._segment(frame).part_at(frame), self._parts)

    def moves_at(self, frame: int) -> bool:
        """Whether the music plays at ``frame``."""
        return self._segment(frame).pace > 0

    def frame_of(self, beat: Beat) -> int | None:
        """The frame nearest to ``beat``, the last time it comes by; None if it does not.

        A beat that a tempo change falls upon has one frame; one that a locate jumps over has none.
        ``frame_of(beat_at(f)) == f`` while it plays, at any tempo and as long as it may.
        """
        part = self.part_of(beat)
        end: int | None = None
        for segment in reversed(self.segments):
            if segment.pace > 0 and part >= segment.part:
                frame = segment.frame_of(part)
                if end is None or segment.part_at(end) > part:
                    return frame if end is None else min(frame, end)
            end = segment.frame
        return None

    def bar_at(self, frame: int) -> tuple[int, Fraction]:
        """The bar, from 0, and the beat within it, from 0."""
        bar, beat = divmod(self.beat_at(frame), self.beats_per_bar)
        return int(bar), beat

    def part_of(self, beat: Beat) -> int:
        """A beat in parts, to the nearest."""
        return round(Fraction(beat) * self._parts)

    @property
    def _parts(self) -> int:
        """Parts in a beat."""
        return 60 * MICRO * self.rate

    def _segment(self, frame: int) -> Segment:
        for segment in reversed(self.segments):
            if segment.frame <= frame:
                return segment
        return self.segments[0]
