"""``/play``: the positional event of the first Dirt, which Tidal still can send."""

from collections.abc import Sequence

# Tidal's ``dirtShape``: keys in order, with the values that mean: not given
_SHAPE: tuple[tuple[str, object], ...] = (
    ("cps", 0.0),
    ("s", None),
    ("offset", 0.0),
    ("begin", 0.0),
    ("end", 1.0),
    ("speed", 1.0),
    ("pan", 0.5),
    ("velocity", 0.5),
    ("vowel", ""),
    ("cutoff", 0.0),
    ("resonance", 0.0),
    ("accelerate", 0.0),
    ("shape", 0.0),
    ("kriole", 0),
    ("gain", 1.0),
    ("cut", 0),
    ("delay", 0.0),
    ("delaytime", -1.0),
    ("delayfeedback", -1.0),
    ("crush", 0.0),
    ("coarse", 0),
    ("hcutoff", 0.0),
    ("hresonance", 0.0),
    ("bandf", 0.0),
    ("bandq", 0.0),
    ("unit", "rate"),
    ("loop", 0.0),
    ("n", 0.0),
    ("attack", -1.0),
    ("hold", 0.0),
    ("release", -1.0),
    ("orbit", 0),
)
_UNKNOWN_HERE = "kriole"


def as_pairs(args: Sequence[object]) -> list[object]:
    """A classic event as key value pairs, without what it leaves at its default.

    ``n`` 0 is what Tidal sends when there is none, and so asks for a fresh hit.
    """
    pairs: list[object] = []
    for (key, default), value in zip(_SHAPE, args, strict=False):
        if value != default and key != _UNKNOWN_HERE:
            pairs += (key, value)
    return pairs


def stamp_ns(args: Sequence[object]) -> int | None:
    """The Unix time of an event that begins with whole seconds and microseconds
    (``Pre MessageStamp``), 0 for one that leaves it open; None for one that begins otherwise."""
    if len(args) < 2:
        return None
    seconds, micros = args[:2]
    if type(seconds) is not int or type(micros) is not int:  # a bool is none
        return None
    return max(seconds * 1_000_000_000 + micros * 1000, 0)
