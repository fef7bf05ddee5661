"""What effects remember from frame to frame: a voice's own, and an orbit's reverb and delay."""

import numpy as np

_i4, _i8, _f4, _f8 = np.int32, np.int64, np.float32, np.float64

LINES = 8  # of the reverb
LINE_MS = (31.0, 37.3, 41.9, 47.7, 53.3, 61.1, 67.9, 79.3)  # at size 1
LONGEST_LINE_S = max(LINE_MS) * 1e-3
LONGEST_DELAY_S = 4.0  # as SuperDirt's

FILTER = np.dtype(
    [
        ("on", _i4),
        ("a1", _f8),
        ("a2", _f8),
        ("a3", _f8),
        ("of_input", _f8),  # what of input, band and low makes the output
        ("of_band", _f8),
        ("of_low", _f8),
        ("state_1", _f8),
        ("state_2", _f8),
    ],
    align=True,
)

VOICE_EFFECTS = np.dtype(
    [
        ("shape", _f4),  # k of the wave shaper; 0: off
        ("crush", _f4),  # distance of the levels; 0: off
        ("coarse", _i8),  # frames each sample is held; 1: off
        ("held_for", _i8),  # frames the held sample has still to last
        ("held", _f4),
        ("high_pass", FILTER),
        ("band_pass", FILTER),
        ("low_pass", FILTER),
        ("dj", FILTER),
    ],
    align=True,
)

RAMP = np.dtype(
    [
        ("start", _f4),
        ("step", _f4),  # per frame
        ("target", _f4),
        ("begin", _i8),  # engine frame
        ("frames", _i8),
    ],
    align=True,
)

REVERB = np.dtype(
    [
        ("awake", _i4),
        ("send", RAMP),
        ("at", _i8),  # where in the lines the next frame is written
        ("written", _i8),  # frames since it woke: what lies behind them is not read
        ("young", _i8),  # of these, written since the last panic
        ("dying", _i8),  # frames of a panic's fade to go
        ("quiet", _i8),  # frames since the lines last took anything loud
        ("fade_left", _i8),  # frames of the way from the first of each pair to the second
        ("size", _f8, (2,)),
        ("length", _i8, (2, LINES)),
        ("decay", _f4, (2, LINES)),
        ("damped", _f4, (LINES,)),
    ],
    align=True,
)

DELAY = np.dtype(
    [
        ("awake", _i4),
        ("send", RAMP),
        ("feedback", RAMP),
        ("at", _i8),
        ("written", _i8),
        ("young", _i8),
        ("dying", _i8),
        ("quiet", _i8),
        ("fade_left", _i8),
        ("length", _i8, (2,)),
    ],
    align=True,
)

ORBIT = np.dtype([("reverb", REVERB), ("delay", DELAY)], align=True)


def reverb_frames(rate: float) -> int:
    """Frames that a line of the reverb can hold. Thread: any. Realtime-safe: no."""
    return int(LONGEST_LINE_S * rate) + 2


def delay_frames(rate: float) -> int:
    """Frames that a channel of the delay can hold. Thread: any. Realtime-safe: no."""
    return int(LONGEST_DELAY_S * rate) + 2


def orbit_frames(rate: float) -> int:
    """Samples that the effects of one orbit need: the reverb's lines, then the delay's two.

    Thread: any. Realtime-safe: no.
    """
    return LINES * reverb_frames(rate) + 2 * delay_frames(rate)
