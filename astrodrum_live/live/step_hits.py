"""Strokes of patterns as hits of a kit, and the frames they fall on: the same live and offline."""

from collections.abc import Iterable, Iterator, Mapping

from astrodrum_live.control.events import Hit
from astrodrum_live.sequencer.pattern import Pattern
from astrodrum_live.sequencer.player import Strike, strikes
from astrodrum_live.transport.transport import Transport


def pads_of(names: Iterable[str]) -> dict[str, int]:
    """The index of each pad by its name."""
    return {name: index for index, name in enumerate(names)}


def hit_of(strike: Strike, pads: Mapping[str, int]) -> Hit | None:
    """What a stroke strikes; None where the kit has no such pad."""
    pad = pads.get(strike.track)
    if pad is None:
        return None
    step = strike.step
    return Hit(pad, step.velocity, step.locks, None if step.n < 0 else step.n)


def rendered_hits(
    pattern: Pattern,
    bars: int,
    tempo: float,
    rate: int,
    pads: Mapping[str, int],
    fill: bool = False,
) -> Iterator[tuple[int, Hit]]:
    """``bars`` bars of a pattern as ``(frame, hit)``, in order, from frame 0 on.

    ``tempo``: BPM. ``fill``: whether steps of fills are heard.
    """
    transport = Transport(rate, tempo)
    transport.start(0)
    timeline = transport.snapshot()
    for strike in strikes(pattern, 0.0, float(bars * pattern.beats), fill):
        hit, frame = hit_of(strike, pads), timeline.frame_of(strike.beat)
        if hit is not None and frame is not None:
            yield frame, hit
