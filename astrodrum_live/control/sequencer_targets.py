"""What of the sequencer a MIDI note or controller may turn: ``seq.fill``, ``seq.mute.kick``..."""

from collections.abc import Collection

from astrodrum_live.control.events import (
    Event,
    Fill,
    MoveTransport,
    Mute,
    Select,
    SetSwing,
    SetTransport,
)
from astrodrum_live.params import SEQ_PARAMS, Param, nearest

OWNER = "seq"
_ROWS = {row.name: row for row in SEQ_PARAMS}
_OF_ONE = ("mute", "solo", "pattern")
_SWEPT = ("tempo", "swing")
_DOWN = 0.5
_FORMS = ", ".join(
    (*(f"{OWNER}.{name}" for name in (*_ROWS, "tap")), *(f"{OWNER}.{one}.NAME" for one in _OF_ONE))
)


def target_row(text: str, pads: Collection[str], patterns: Collection[str]) -> Param:
    """The row of a target, ``fill`` or ``mute.kick``, what stands behind ``seq.``.

    ``patterns``: of the kit; empty where they are not known.
    Errors: ``ValueError`` naming the nearest pad or pattern.
    """
    if text in _ROWS:
        return _ROWS[text]
    what, _, name = text.partition(".")
    known = patterns if what == "pattern" else pads
    if text != "tap" and (what not in _OF_ONE or not name):
        raise ValueError(f"'{OWNER}.{text}' is not one of {_FORMS}")
    if name and known and name not in known:
        hint = nearest(name, list(known)) or f"; there are {', '.join(known)}"
        of = "pattern" if what == "pattern" else "pad"
        raise ValueError(f"'{OWNER}.{text}': no {of} '{name}'{hint}")
    return Param(text, "", 0.0, 1.0, 0.0, "pattern", "a switch", integer=True)


def turned_to(target: str, value: float) -> tuple[Event, ...]:
    """A controller has brought a target to ``value`` of its row; switches: 0 or 1. Those that begin
    something do so when they go down."""
    what, _, name = target.partition(".")
    down = value >= _DOWN
    match what:
        case "tempo":
            return (SetTransport("tempo", value),)
        case "swing":
            return (SetSwing(value),)
        case "fill":
            return (Fill(down),)
        case "mute" | "solo":
            return (Mute(name, down, what == "solo"),)
    return pressed(target, True) if down else ()


def pressed(target: str, down: bool) -> tuple[Event, ...]:
    """A note is struck, or let go: fills last as long as it is held, all else is toggled by the
    stroke."""
    what, _, name = target.partition(".")
    if what == "fill":
        return (Fill(down),)
    if not down:
        return ()
    match what:
        case "play":
            return (MoveTransport("toggle"),)
        case "tap":
            return (MoveTransport("tap"),)
        case "mute" | "solo":
            return (Mute(name, None, what == "solo"),)
        case "pattern":
            return (Select(name),)
    return ()


def is_pressed(target: str) -> bool:
    """Whether a note can do it: a tempo is turned, not struck."""
    return target not in _SWEPT
