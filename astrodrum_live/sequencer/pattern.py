"""What a pattern is: plain values that never change; an edit makes another one."""

from dataclasses import dataclass, replace

from astrodrum_live.params import (
    MAX_PADS,
    MAX_STEPS,
    PATTERN_PARAMS,
    STEP_PARAMS,
    TRACK_LENGTH,
    nearest,
)
from astrodrum_live.sequencer.names import NoTrack, good_name

MAX_PATTERNS = 128
_DEFAULTS = {row.name: row.default for row in (*PATTERN_PARAMS, *STEP_PARAMS)}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a track; the fields are the rows of ``STEP_PARAMS``.

    ``velocity`` 0 is a rest. ``when``: see ``conditions``. ``n``: hit of the pad's endless folder,
    -1 for a fresh one. ``locks``: ``(row name, value)`` of pad rows, for this step only.
    """

    velocity: float = _DEFAULTS["velocity"]
    probability: float = _DEFAULTS["probability"]
    ratchet: int = int(_DEFAULTS["ratchet"])
    shift: float = _DEFAULTS["shift"]
    when: str = ""
    n: int = int(_DEFAULTS["n"])
    locks: tuple[tuple[str, float], ...] = ()


REST = Step()


@dataclass(frozen=True, slots=True)
class Track:
    """The steps of one pad, by its name; ``MAX_STEPS`` of them, of which ``length`` are played."""

    name: str
    length: int = int(TRACK_LENGTH.default)
    steps: tuple[Step, ...] = (REST,) * MAX_STEPS

    def played(self) -> tuple[Step, ...]:
        """Those that are played."""
        return self.steps[: self.length]

    def with_step(self, index: int, step: Step) -> "Track":
        """Another step at ``index``, 0..63."""
        return replace(self, steps=(*self.steps[:index], step, *self.steps[index + 1 :]))


def track_of(name: str, steps: tuple[Step, ...]) -> Track:
    """A track as long as ``steps``, 1..64 of them."""
    return Track(name, len(steps), steps + (REST,) * (MAX_STEPS - len(steps)))


@dataclass(frozen=True, slots=True)
class Pattern:
    """The fields are the rows of ``PATTERN_PARAMS``. ``key`` stays its own through all edits."""

    name: str
    tempo: float = _DEFAULTS["tempo"]
    swing: float = _DEFAULTS["swing"]
    grid: int = int(_DEFAULTS["grid"])
    beats: int = int(_DEFAULTS["beats"])
    seed: int = int(_DEFAULTS["seed"])
    tracks: tuple[Track, ...] = ()
    key: int = 0

    def track(self, name: str) -> Track:
        """Errors: ``NoTrack`` naming the nearest."""
        for track in self.tracks:
            if track.name == name:
                return track
        names = [track.name for track in self.tracks]
        hint = nearest(name, names) or f"; it has {', '.join(names) or 'none'}"
        raise NoTrack(f"pattern '{self.name}' has no track '{name}'{hint}")

    def with_track(self, track: Track) -> "Pattern":
        """With ``track`` in the place of its namesake, or as the last one.

        Errors: ``ValueError`` for a 17th track or a name that is none.
        """
        names = [one.name for one in self.tracks]
        if track.name in names:
            at = names.index(track.name)
            tracks = (*self.tracks[:at], track, *self.tracks[at + 1 :])
        elif len(names) >= MAX_PADS:
            raise ValueError(f"a pattern has at most {MAX_PADS} tracks")
        else:
            tracks = (*self.tracks, replace(track, name=good_name(track.name, "track")))
        return replace(self, tracks=tracks)

    @property
    def steps(self) -> int:
        """Of its longest track."""
        return max((track.length for track in self.tracks), default=int(TRACK_LENGTH.default))
