"""The one table of SuperDirt's keys: what each of them does here.

Names, units and ranges are SuperDirt's and those of its clients, Tidal's and Strudel's. What is not
in the table may still be a row of the pad: ``KEYS_BY_NAME`` has those too.
"""

from collections.abc import Callable
from dataclasses import dataclass

from astrodrum_live.params import ONE_HIT_STAGES, ORBITS, PAD_PARAMS, nearest

PLAYS = "plays"  # which hit, how loud, how high, how long, when: the modules beside this one
ROW = "row"  # a row of the pad, for this hit only
ORBIT = "orbit"  # a row of the effects that the orbit's hits share
NOTHING = "nothing"  # accepted; there is nothing to do
ABSENT = "absent"  # SuperDirt does this, we do not: said once

_ABSENT = """
    channel curve distort squiz triode krush kcutoff octer octersub octersubsub ring ringf ringdf
    waveloss vowel tremolorate tremolodepth phaserrate phaserdepth tilt plat psrate psdisp timescale
    timescalewin leslie lrate lsize fadeTime comb smear scram binshift hbrick lbrick freeze real
    imag enhance partials xsdelay tsdelay dur midichan ccn ccv cc"""


def _same(value: float) -> float:
    return value


def fold(value: float) -> float:
    """``value`` reflected into 0..1, as SuperCollider's ``fold(0, 1)`` does."""
    return 1.0 - abs(value % 2.0 - 1.0)


@dataclass(frozen=True, slots=True)
class Key:
    """One key. ``row``: what it turns, if not the row of its own name. ``convert``: from its unit
    to the row's. ``text``: its value may be a word, so ``"c12"`` need not be a control bus.
    """

    name: str
    fate: str
    aliases: tuple[str, ...] = ()
    row: str = ""
    convert: Callable[[float], float] = _same
    text: bool = False


KEYS: tuple[Key, ...] = (
    Key("pad", PLAYS, text=True),  # ours: a sound that SuperDirt beside us does not hear of
    Key("s", PLAYS, text=True),
    Key("sound", PLAYS, text=True),
    Key("bank", PLAYS, text=True),
    Key("n", PLAYS, ("number",)),
    Key("gain", PLAYS),
    Key("overgain", PLAYS),
    Key("amp", PLAYS),
    Key("velocity", PLAYS),
    Key("note", PLAYS, ("up",), text=True),
    Key("midinote", PLAYS),
    Key("octave", PLAYS),
    Key("freq", PLAYS),
    Key("unit", PLAYS, text=True),
    Key("speed", PLAYS),
    Key("begin", PLAYS),
    Key("end", PLAYS),
    Key("loop", PLAYS),
    Key("legato", PLAYS, ("clip",)),
    Key("sustain", PLAYS, ("sus",)),
    Key("delta", PLAYS),
    Key("attack", PLAYS, ("att",)),
    Key("hold", PLAYS),
    Key("release", PLAYS, ("rel",)),
    Key("lag", PLAYS),
    Key("offset", PLAYS),
    Key("accelerate", ROW),
    Key("cut", ROW),
    Key("pan", ROW, convert=lambda value: 2.0 * fold(value) - 1.0),
    Key("orbit", ROW, convert=lambda value: float(int(value) % ORBITS)),
    Key("shape", ROW),
    Key("crush", ROW),
    Key("coarse", ROW),
    Key("cutoff", ROW, ("lpf", "ctf", "lp")),
    Key("resonance", ROW, ("lpq",)),
    Key("hcutoff", ROW, ("hpf", "hp")),
    Key("hresonance", ROW, ("hpq",)),
    Key("bandf", ROW, ("bpf", "bp")),
    Key("bandq", ROW, ("bpq",)),
    Key("djf", ROW),
    Key("room", ORBIT),
    Key("size", ORBIT, ("sz", "roomsize")),
    Key("dry", ORBIT),
    Key("delay", ORBIT),
    Key("delaytime", ORBIT, ("delayt", "dt")),
    Key("delayfeedback", ORBIT, ("delayfb", "dfb")),
    Key("lock", ORBIT),
    Key("cps", ORBIT),
    Key("brightness", ROW, ("bright",)),
    Key("noisiness", ROW, ("noisy", "noise")),
    Key("tuning", ROW, ("tune",)),
    Key("dynamics", ROW, ("dyn",)),
    Key("decay", ROW),  # from Tidal; Strudel's is an envelope's (reading.py), hence the next
    Key("long", ROW, row="decay"),
    Key("morph_to", ROW, ("morphto",), text=True),
    Key("cycle", NOTHING),
    Key("nudge", NOTHING),  # already in the time tag
    Key("_id_", NOTHING, text=True),
    Key("kit", NOTHING, text=True),  # what the two-target boot selects events by
    *(Key(name, ABSENT, text=True) for name in _ABSENT.split()),
)

_BY_NAME = {name: key for key in KEYS for name in (key.name, *key.aliases)}
_ROWS = {
    name: Key(row.key if row.name in _BY_NAME else row.name, ROW, row=row.name)
    for row in PAD_PARAMS
    if row.stage in ONE_HIT_STAGES
    for name in (row.key, row.name)  # gain_db is the pad's row, gain is SuperDirt's law
    if name not in _BY_NAME
}
KEYS_BY_NAME = _BY_NAME | _ROWS
"""Every key by its name, an alias, or as a row of the pad."""


def unknown_key(name: str) -> str:
    """The words for a key that nobody knows, with the nearest one that does something."""
    known = [word for word, key in KEYS_BY_NAME.items() if key.fate in (PLAYS, ROW, ORBIT)]
    return f"{name}: not a parameter{nearest(name, known)}"
