"""The one table of everything that can be turned.

OSC addresses, patch keys, the engine's ramps, the generator's inputs, the docs and the tests are
all derived from these rows. To add a control, add a row; the stage says who acts on it:

``voice``    the callback, as a ramp of ``slew_ms`` on sounding and coming voices
``trigger``  the callback, on the next hit
``hit``      the generator: the pad's ready hits become stale and new ones are made
``control``  the Python side, when an event is mapped
``master``   the callback, as a ramp on the mix
``orbit``    the callback, on the effects that all hits of one orbit share
``transport``  the transport, on where the music stands
``pattern``  the sequencer, when it works out what is due
"""

import difflib
import math
from dataclasses import dataclass

MAX_PADS = 16
ORBITS = 12  # as many as SuperDirt starts with
LATENT_AXES = 8
MAX_STEPS = 64  # of a track
EXCURSIONS = 16.0  # of a drifting pad, each to another place; then they come again
STEPS = 256  # to a row's range, for hits made to order

_SUFFIX = {"dB": "_db", "ms": "_ms", "Hz": "_hz", "st": "_st", "bpm": "_bpm"}


@dataclass(frozen=True, slots=True)
class Param:
    """One row. ``low <= default <= high`` in ``unit``; ``integer`` rows are rounded."""

    name: str
    unit: str
    low: float
    high: float
    default: float
    stage: str
    text: str
    warp: str = "linear"  # how a 0..1 controller spreads over the range: linear | log
    slew_ms: float = 0.0
    integer: bool = False
    of: str = ""  # "class": a number here may be given as the name of one of the model's classes

    @property
    def key(self) -> str:
        """The patch key: the name with its unit, e.g. ``gain_db``."""
        return self.name + _SUFFIX.get(self.unit, "")

    def clamp(self, value: float) -> float:
        """The value moved into range (and rounded, for integer rows). NaN becomes the default."""
        if math.isnan(value):
            return self.default
        value = min(max(value, self.low), self.high)
        return float(round(value)) if self.integer else float(value)

    def from_unit(self, position: float) -> float:
        """A controller position 0..1 to a value, along the row's warp."""
        return self.between(self.low, self.high, position)

    def between(self, start: float, end: float, position: float) -> float:
        """As ``from_unit``, over a part of the range; ``start`` may lie above ``end``."""
        position = min(max(position, 0.0), 1.0)
        if self.warp == "log":
            return self.clamp(start * (end / start) ** position)
        return self.clamp(start + (end - start) * position)

    def stepped(self, value: float) -> float:
        """The value on the nearest of 257 even steps along the row's warp (a whole number, for
        integer rows): what comes again is then equal, and the middle and both ends are exact."""
        value = self.clamp(value)
        if self.integer:
            return value
        if self.warp == "log":
            position = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            position = (value - self.low) / (self.high - self.low)
        return self.from_unit(round(position * STEPS) / STEPS)


PAD_PARAMS: tuple[Param, ...] = (
    Param("gain", "dB", -60.0, 12.0, 0.0, "voice", "level of the pad", slew_ms=10.0),
    Param("pan", "", -1.0, 1.0, 0.0, "voice", "-1 left, 0 centre, 1 right", slew_ms=10.0),
    Param("pitch", "st", -24.0, 24.0, 0.0, "voice", "transposition by playback rate", slew_ms=20.0),
    Param("attack", "ms", 0.0, 500.0, 0.0, "trigger", "fade-in; 0 keeps the hit's own attack"),
    Param("hold", "ms", 0.0, 10000.0, 10000.0, "trigger", "time before the release begins"),
    Param("release", "ms", 1.0, 5000.0, 60.0, "trigger", "fade-out after the hold", warp="log"),
    Param("choke_fade", "ms", 1.0, 2000.0, 8.0, "trigger", "fade when choked", warp="log"),
    Param("speed", "", -16.0, 16.0, 1.0, "trigger", "playback rate; below 0 backwards"),
    Param("accelerate", "", -8.0, 8.0, 0.0, "trigger", "rate at the end: speed * (1 + it)"),
    Param("fit", "Hz", 0.0, 100.0, 0.0, "trigger", "lengths of the hit played a second; 0 is off"),
    Param("begin", "", 0.0, 1.0, 0.0, "trigger", "where in the hit it starts"),
    Param("end", "", 0.0, 1.0, 1.0, "trigger", "where in the hit it stops"),
    Param("loop", "", 1.0, 64.0, 1.0, "trigger", "times it is played", integer=True),
    Param("shape", "", 0.0, 1.0, 0.0, "trigger", "wave shaping: louder and rounder"),
    Param("crush", "", 0.0, 16.0, 0.0, "trigger", "bits left by a bit crusher; 0 is off"),
    Param("coarse", "", 1.0, 256.0, 1.0, "trigger", "frames each sample is held", integer=True),
    Param("cutoff", "Hz", 20.0, 22050.0, 22050.0, "trigger", "low-pass; top is off", warp="log"),
    Param("resonance", "", 0.0, 1.0, 0.0, "trigger", "of the low-pass"),
    Param("hcutoff", "Hz", 10.0, 22050.0, 10.0, "trigger", "high-pass; 10 is off", warp="log"),
    Param("hresonance", "", 0.0, 1.0, 0.0, "trigger", "of the high-pass"),
    Param("bandf", "Hz", 10.0, 22050.0, 10.0, "trigger", "band-pass; 10 is off", warp="log"),
    Param("bandq", "", 1.0, 100.0, 10.0, "trigger", "quality of the band-pass", warp="log"),
    Param("djf", "", 0.0, 1.0, 0.5, "trigger", "below 0.5 a low-pass, above a high-pass"),
    Param(
        "cut",
        "",
        -999.0,
        999.0,
        0.0,
        "trigger",
        "group cut on its orbit; < 0: own pad only",
        integer=True,
    ),
    Param("orbit", "", 0.0, ORBITS - 1.0, 0.0, "trigger", "whose effects it shares", integer=True),
    Param("curve", "", 0.1, 4.0, 1.6, "control", "velocity to gain: gain = velocity ** curve"),
    Param("floor", "", 0.0, 1.0, 0.0, "control", "velocity of the softest hit"),
    Param("ceiling", "", 0.0, 1.0, 1.0, "control", "velocity of the hardest hit"),
    Param("fixed", "", 0.0, 1.0, 0.0, "control", "velocity of every hit; 0: as it was struck"),
    Param("retrigger", "ms", 0.0, 1000.0, 0.0, "control", "MIDI notes closer than this are one"),
    Param(
        "round_robin",
        "",
        0.0,
        32.0,
        0.0,
        "control",
        "0: every hit fresh; N: the same N in turn",
        integer=True,
    ),
    Param("seed", "", 0.0, 2.0**32 - 1, 1.0, "hit", "centre of the pad in latents", integer=True),
    Param("radius", "", 0.0, 2.0, 0.6, "hit", "0 machine, 1 drummer, 2 chaos"),
    *(
        Param(f"z{axis + 1}", "", -3.0, 3.0, 0.0, "hit", f"shift along latent axis {axis + 1}")
        for axis in range(LATENT_AXES)
    ),
    *(
        Param(name, "", 0.0, 1.0, 0.5, "hit", f"{text}; 0.5 leaves the pad as it is")
        for name, text in (
            ("brightness", "dull to bright"),
            ("decay", "short to long"),
            ("punch", "soft to hard attack"),
            ("body", "thin to full low end"),
            ("noisiness", "tone to noise"),
            ("tuning", "low to high pitch of the drum itself"),
        )
    ),
    Param("dynamics", "", 0.0, 1.0, 0.5, "hit", "how far velocity turns brightness and punch"),
    Param("morph", "", 0.0, 1.0, 0.0, "hit", "from the pad's own class 0 to morph_to 1"),
    Param(
        "morph_to",
        "",
        0.0,
        63.0,
        0.0,
        "hit",
        "class to morph to, by name or number",
        integer=True,
        of="class",
    ),
    Param("kit_morph", "", 0.0, 1.0, 0.0, "hit", "from this kit 0 to the kit of [morph] 1"),
    Param(
        "kit_follow",
        "",
        0.0,
        1.0,
        1.0,
        "control",
        "1: goes with the mix's kit_morph; 0: its own only",
        integer=True,
    ),
    Param("drift", "", 0.0, 1.0, 0.0, "hit", "how far the pad wanders from its home; 0 is off"),
    Param("drift_bars", "", 0.25, 64.0, 4.0, "control", "bars to one excursion", warp="log"),
    Param("wander", "", 0.0, EXCURSIONS, 0.0, "hit", "where on its drift; moved by the bar"),
    Param("lowpass", "Hz", 200.0, 22050.0, 22050.0, "hit", "Butterworth cutoff", warp="log"),
    Param("lowpass_order", "", 0.0, 10.0, 0.0, "hit", "Butterworth order; 0 is off", integer=True),
    Param("average", "", 1.0, 64.0, 1.0, "hit", "moving average, points; 1 is off", integer=True),
    Param("tail", "ms", 1.0, 200.0, 12.0, "hit", "raised-cosine fade at the end", warp="log"),
    Param("level", "dB", -40.0, 0.0, -16.0, "hit", "loudness every hit is matched to"),
)

MASTER_PARAMS: tuple[Param, ...] = (
    Param("gain", "dB", -60.0, 12.0, 0.0, "master", "level of the mix", slew_ms=20.0),
    Param(
        "ceiling",
        "dB",
        -12.0,
        0.0,
        -0.3,
        "master",
        "the limiter lets nothing above this",
        slew_ms=20.0,
    ),
    Param("recovery", "ms", 10.0, 1000.0, 120.0, "master", "limiter release", warp="log"),
    Param("kit_morph", "", 0.0, 1.0, 0.0, "control", "from this kit 0 to the kit of [morph] 1"),
)

ORBIT_PARAMS: tuple[Param, ...] = (
    Param("room", "", 0.0, 1.0, 0.0, "orbit", "share that goes into the reverb", slew_ms=20.0),
    Param("size", "", 0.0, 1.0, 0.1, "orbit", "how large the room is"),
    Param("dry", "", 0.0, 1.0, 0.0, "orbit", "1 takes the reverb away", slew_ms=20.0),
    Param("delay", "", 0.0, 1.0, 0.0, "orbit", "share that goes into the delay", slew_ms=20.0),
    Param("delaytime", "", 0.0, 4.0, 0.25, "orbit", "seconds to the echo; cycles with lock"),
    Param(
        "delayfeedback",
        "",
        0.0,
        0.99,
        0.5,
        "orbit",
        "how much of an echo comes again",
        slew_ms=20.0,
    ),
    Param("lock", "", 0.0, 1.0, 0.0, "orbit", "1: delaytime counts cycles", integer=True),
    Param("cps", "", 0.01, 16.0, 0.5625, "orbit", "cycles a second"),
)

TRANSPORT_PARAMS: tuple[Param, ...] = (
    Param("tempo", "bpm", 20.0, 999.0, 120.0, "transport", "beats (quarter notes) a minute"),
    Param("beats_per_bar", "", 1.0, 32.0, 4.0, "transport", "beats in a bar", integer=True),
    Param("follow", "", 0.0, 1.0, 1.0, "transport", "1: a MIDI clock is obeyed", integer=True),
    Param("offset", "ms", -100.0, 100.0, 0.0, "transport", "> 0: later than the clock followed"),
    Param("send_clock", "", 0.0, 1.0, 1.0, "transport", "1: MIDI clock to clock_out", integer=True),
    Param("orbits", "", 0.0, 1.0, 1.0, "transport", "1: tempo turns orbits' cps", integer=True),
)

_SWING = Param("swing", "", 0.5, 0.75, 0.5, "pattern", "where in a pair its second step begins")

SEQ_PARAMS: tuple[Param, ...] = (
    TRANSPORT_PARAMS[0],
    _SWING,
    Param("play", "", 0.0, 1.0, 0.0, "pattern", "1 plays, 0 is stopped", integer=True),
    Param("fill", "", 0.0, 1.0, 0.0, "pattern", "1: steps of fills are heard", integer=True),
)
"""What is turned while patterns play, whichever plays: ``swing`` is that of the one that does."""

PATTERN_PARAMS: tuple[Param, ...] = (
    Param("tempo", "bpm", 0.0, 999.0, 0.0, "pattern", "it begins with this tempo; 0: as it was"),
    _SWING,
    Param("grid", "", 1.0, 16.0, 4.0, "pattern", "steps to a beat", integer=True),
    Param("beats", "", 1.0, 16.0, 4.0, "pattern", "beats to a bar", integer=True),
    Param("seed", "", 0.0, 2.0**32 - 1, 1.0, "pattern", "of its chances", integer=True),
)

TRACK_LENGTH = Param(
    "length", "", 1.0, MAX_STEPS, 16.0, "pattern", "steps until it comes round", integer=True
)

STEP_PARAMS: tuple[Param, ...] = (
    Param("velocity", "", 0.0, 1.0, 0.0, "pattern", "0 is a rest"),
    Param("probability", "", 0.0, 1.0, 1.0, "pattern", "that it sounds"),
    Param("ratchet", "", 1.0, 8.0, 1.0, "pattern", "strokes, evenly over the step", integer=True),
    Param("shift", "", -0.5, 0.5, 0.0, "pattern", "micro-timing, in steps"),
    Param("n", "", -1.0, 2.0**31 - 1, -1.0, "pattern", "hit of the folder; -1 fresh", integer=True),
)

PAD_INDEX = {row.name: index for index, row in enumerate(PAD_PARAMS)}
MASTER_INDEX = {row.name: index for index, row in enumerate(MASTER_PARAMS)}
ORBIT_INDEX = {row.name: index for index, row in enumerate(ORBIT_PARAMS)}

OWN_ROWS = tuple(row for row in PAD_PARAMS if row.stage in ("voice", "trigger"))
"""What one hit may have a value of its own for, and be ready made all the same."""
ONE_HIT_STAGES = ("voice", "trigger", "hit")
"""Of which a row is whose value one hit may have of its own."""
OWN_INDEX = {row.name: index for index, row in enumerate(OWN_ROWS)}


def pad_param(name: str) -> Param:
    """The pad row called ``name`` (``gain``) or keyed so in a patch (``gain_db``).

    Errors: ``KeyError`` with a message that names the nearest row.
    """
    return _find(PAD_PARAMS, name)


def master_param(name: str) -> Param:
    """The master row called ``name``. Errors: ``KeyError`` naming the nearest row."""
    return _find(MASTER_PARAMS, name)


def orbit_param(name: str) -> Param:
    """The orbit row called ``name``. Errors: ``KeyError`` naming the nearest row."""
    return _find(ORBIT_PARAMS, name)


def transport_param(name: str) -> Param:
    """The transport's row called ``name``. Errors: ``KeyError`` naming the nearest row."""
    return _find(TRANSPORT_PARAMS, name)


def orbit_number(name: str) -> int | None:
    """3 for ``orbit3``, None for what is not the name of an orbit."""
    digits = name.removeprefix("orbit")
    known = digits != name and digits.isascii() and digits.isdecimal() and len(digits) <= 2
    return int(digits) if known and int(digits) < ORBITS and digits == str(int(digits)) else None


def nearest(word: str, choices: list[str]) -> str:
    """`` (did you mean 'x'?)`` for the closest of ``choices``, or an empty string.

    What begins alike may be less like it: ``z9`` means ``z1``, ``nothing`` no ``tom_high``.
    """
    alike = [choice for choice in choices if choice[:1] == word[:1]]
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    close = close or difflib.get_close_matches(word, alike, n=1, cutoff=0.5)
    return f" (did you mean '{close[0]}'?)" if close else ""


def _find(rows: tuple[Param, ...], name: str) -> Param:
    for row in rows:
        if name in (row.name, row.key):
            return row
    raise KeyError(f"no parameter '{name}'{nearest(name, [row.name for row in rows])}")
