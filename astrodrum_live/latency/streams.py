"""What is played: shapes of strokes that players and sequencers send, drawn from a seed.

Neighbouring strokes are on different pads, so that each can be told from its neighbours in the
sound however close they are. Figures of the shapes: counted in the Groove MIDI Dataset's
446,312 hits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

PADS = 12
FIRST_NOTE = 36  # pad p is this note + p, on channel 10

SLOWEST_HZ, FASTEST_HZ = 5.0, 34.0  # of rolls; 34 in a second is the densest human one on a pad
CLUSTER_S = 0.25  # in which twelve notes lie, the densest human quarter of a second
FLOOD_HZ = 5000.0
CLOCK_HZ = 24 * 140 / 60  # 140 beats a minute
FLAM_S = (0.001, 0.030)

_FLOODING = 1  # the modulation wheel: on the test kit it turns a row of every pad
_CLOCK = b"\xf8"


@dataclass(frozen=True)
class Stream:
    """``at_s``: (n,) when each stroke is sent, rising. ``pads``: (n,) which pad it strikes.

    ``others``: (seconds, message) of what is sent among them and strikes nothing; MIDI only.
    """

    name: str
    at_s: np.ndarray
    pads: np.ndarray
    others: Sequence[tuple[float, bytes]] = ()

    def __len__(self) -> int:
        return len(self.at_s)


def note_on(pad: int) -> bytes:
    """The MIDI message that strikes a pad as hard as can be."""
    return bytes((0x99, FIRST_NOTE + pad, 127))


def make_stream(name: str, seconds: float, seed: int = 1) -> Stream:
    """A stream of ``seconds``; the same ``seed`` gives the same one.

    Errors: ``ValueError`` for a name that is none.
    """
    if name not in STREAMS:
        raise ValueError(f"no stream '{name}'; there are: {', '.join(STREAMS)}, or a MIDI file")
    return STREAMS[name](seconds, np.random.default_rng(seed))


def from_performance(
    name: str, performance: Sequence[tuple[float, bytes]], seconds: float
) -> Stream:
    """The first ``seconds`` of a performance: its notes in turn on the test kit's pads, at its own
    times, and all its other messages where they are. Errors: ``ValueError`` without a note."""
    first_s = next((at for at, message in performance if _strikes(message)), 0.0)
    part = [(at - first_s, message) for at, message in performance if 0 <= at - first_s < seconds]
    at_s = np.array([at for at, message in part if _strikes(message)])
    if not len(at_s):
        raise ValueError(f"{name}: no note in its first {seconds:g} s")
    others = [one for one in part if one[1][0] & 0xF0 not in (0x80, 0x90, 0xA0, 0xC0)]
    return replace(_in_turn(name, at_s), others=tuple(others))


def _strikes(message: bytes) -> bool:
    return message[0] & 0xF0 == 0x90 and message[2] > 0


def _in_turn(name: str, at_s: np.ndarray) -> Stream:
    return Stream(name, at_s, np.arange(len(at_s)) % PADS)


def _notes(seconds: float, rng: np.random.Generator) -> Stream:
    """Single notes, 20 to 40 ms apart: at every phase of a block."""
    steps = rng.uniform(0.020, 0.040, int(seconds / 0.030))
    return _in_turn("notes", np.cumsum(steps))


def _flams(seconds: float, rng: np.random.Generator) -> Stream:
    grace = np.cumsum(rng.uniform(0.060, 0.080, int(seconds / 0.070)))
    both = np.stack([grace, grace + rng.uniform(*FLAM_S, len(grace))], axis=1)
    return _in_turn("flams", both.ravel())


def _rolls(seconds: float, rng: np.random.Generator) -> Stream:
    """Ever faster, from the slowest to the fastest, in steps of five strokes."""
    steps: list[float] = []
    while sum(steps) < seconds:
        share = sum(steps) / seconds
        rate_hz = SLOWEST_HZ * (FASTEST_HZ / SLOWEST_HZ) ** share
        steps += list(1 / rate_hz * rng.uniform(0.97, 1.03, 5))
    at_s = np.cumsum(steps)
    return _in_turn("rolls", at_s[at_s < seconds])


def _clusters(seconds: float, rng: np.random.Generator) -> Stream:
    starts = np.arange(max(1, int(seconds / 0.4))) * 0.4
    inside = np.sort(rng.uniform(0.0, CLUSTER_S, (len(starts), PADS)), axis=1)
    return _in_turn("clusters", (starts[:, None] + inside).ravel())


def _flood(seconds: float, rng: np.random.Generator) -> Stream:
    """Notes among 5,000 controller messages a second."""
    count = int(seconds * FLOOD_HZ)
    messages = [bytes((0xB9, _FLOODING, step % 128)) for step in range(count)]
    others = tuple((step / FLOOD_HZ, message) for step, message in enumerate(messages))
    return replace(_notes(seconds, rng), name="flood", others=others)


def _clock(seconds: float, rng: np.random.Generator) -> Stream:
    """Notes among the ticks of a MIDI clock."""
    ticks = tuple((tick / CLOCK_HZ, _CLOCK) for tick in range(int(seconds * CLOCK_HZ)))
    return replace(_notes(seconds, rng), name="clock", others=ticks)


def _mixed(seconds: float, rng: np.random.Generator) -> Stream:
    """A quarter each of notes, flams, rolls and clusters."""
    parts = [shape(seconds / 4, rng) for shape in (_notes, _flams, _rolls, _clusters)]
    starts = np.arange(4) * seconds / 4
    at_s = np.sort(
        np.concatenate([part.at_s + start for part, start in zip(parts, starts, strict=True)])
    )
    return _in_turn("mixed", at_s)


STREAMS: dict[str, Callable[[float, np.random.Generator], Stream]] = {
    "mixed": _mixed,
    "notes": _notes,
    "flams": _flams,
    "rolls": _rolls,
    "clusters": _clusters,
    "flood": _flood,
    "clock": _clock,
}
