"""A patch's ``[midi]`` tables: what controllers turn, how devices differ, the set list."""

from astrodrum_live.control.patch import EVERY_PAD, TRANSPORT, Binding
from astrodrum_live.control.patch_section import PatchSource, Section, show
from astrodrum_live.control.sequencer_targets import OWNER, is_pressed, target_row
from astrodrum_live.params import (
    Param,
    master_param,
    nearest,
    orbit_number,
    orbit_param,
    pad_param,
    transport_param,
)

RESERVED_CC = {120: "all sound off", 123: "all notes off"}
_RANGE_KEYS = ("to", "from", "till", "over", "reverse")
_FORMS = (
    f"PAD.PARAM, {EVERY_PAD}.PARAM, orbitN.PARAM, master.PARAM, {TRANSPORT}.PARAM or {OWNER}.WHAT"
)
_MOST_KITS = 128  # as many as there are program numbers


def cc_bindings(
    source: PatchSource, midi: Section, pad_names: list[str], patterns: list[str]
) -> dict[int, tuple[Binding, ...]]:
    """``[midi.cc]``: controller number to what it turns. Errors: ``PatchError``."""
    table = midi.table.get("cc", {})
    known = table if isinstance(table, dict) else ()
    section = Section(source, ("midi", "cc"), table, known, "[midi.cc]")
    bindings = {}
    for key, given in section.table.items():
        if not key.isdecimal() or len(key) > 3 or int(key) > 127:
            raise section.error(key, f"{show(key)} is not a controller number from 0 to 127")
        if int(key) in RESERVED_CC:
            text = f"controller {key} is {RESERVED_CC[int(key)]}; bind another one"
            raise section.error(key, text)
        several = given if isinstance(given, list) else [given]
        bindings[int(key)] = tuple(
            _binding(section, key, one, pad_names, patterns) for one in several
        )
    return bindings


def note_targets(
    source: PatchSource, midi: Section, pad_names: list[str], patterns: list[str]
) -> dict[int, str]:
    """``[midi.notes]``: notes that play no pad but the sequencer: ``96 = "seq.play"``.

    Errors: ``PatchError``.
    """
    table = midi.table.get("notes", {})
    known = table if isinstance(table, dict) else ()
    section = Section(source, ("midi", "notes"), table, known, "[midi.notes]")
    targets = {}
    for key in section.table:
        text = section.text(key)
        if not key.isdecimal() or int(key) > 127:
            raise section.error(key, f"'{key}' is not a note from 0 to 127")
        owner, row = _target(section, key, text, pad_names, patterns)
        if owner != OWNER or not is_pressed(row.name):
            text = f"a note cannot turn '{text}'; it can do {OWNER}.play and the like"
            raise section.error(key, text)
        targets[int(key)] = row.name
    return targets


def device_thresholds(source: PatchSource, midi: Section) -> dict[str, int]:
    """``[midi.devices."NAME"]``: a part of a port's name to its ``choke_at``."""
    table = midi.table.get("devices", {})
    known = table if isinstance(table, dict) else ()
    devices = Section(source, ("midi", "devices"), table, known, "[midi.devices]")
    thresholds = {}
    for name, given in devices.table.items():
        at, title = ("midi", "devices", name), f'[midi.devices."{name}"]'
        device = Section(source, at, given, ("choke_at",), title)
        if "choke_at" not in device.table:
            raise devices.error(name, f"{title} says nothing: give it choke_at")
        thresholds[name] = device.whole("choke_at", 0, 127, 0)
    return thresholds


def set_list(midi: Section) -> tuple[str, ...]:
    """``kits``: what program changes ask for, by name or path."""
    kits = midi.items("kits")
    for kit in kits:
        if not isinstance(kit, str) or not kit:
            text = f'kits has {show(kit)}; it lists kits by name, as in kits = ["default"]'
            raise midi.error("kits", text)
    if len(kits) > _MOST_KITS:
        raise midi.error("kits", f"kits has {len(kits)}; programs go to {_MOST_KITS}")
    return tuple(str(kit) for kit in kits)


def _binding(
    section: Section, key: str, given: object, pad_names: list[str], patterns: list[str]
) -> Binding:
    """One target: text, or a table that says over which range it is turned."""
    if isinstance(given, str):
        pad, row = _target(section, key, given, pad_names, patterns)
        return Binding(pad, row.name, row.low, row.high)
    if not isinstance(given, dict):
        text = f'controller {key} is {show(given)}; it is "{_FORMS}", or {{ to = "..." }}'
        raise section.error(key, text)
    at = (*section.at, key)
    sweep = Section(section.source, at, given, _RANGE_KEYS, f"controller {key}")
    pad, row = _target(sweep, "to", sweep.text("to"), pad_names, patterns)
    start, end = _value(sweep, "from", row, row.low), _value(sweep, "till", row, row.high)
    if sweep.flag("reverse", False):
        start, end = end, start
    return Binding(pad, row.name, start, end, _over(sweep))


def cc_target(
    text: str, pad_names: list[str], patterns: list[str] | None = None
) -> tuple[str | None, Param]:
    """Whose row a controller is to turn (None: the mix's), and the row.

    Errors: ``ValueError`` naming the nearest pad or row.
    """
    pad, dot, param = text.partition(".")
    if not dot:
        raise ValueError(f"'{text}' is not {_FORMS}")
    if pad == OWNER and OWNER not in pad_names:
        return OWNER, target_row(param, pad_names, patterns or ())
    find = {"master": master_param}.get(pad, pad_param)
    if orbit_number(pad) is not None:
        find = orbit_param
    elif pad == TRANSPORT and TRANSPORT not in pad_names:
        find = transport_param
    elif pad not in (*pad_names, "master", EVERY_PAD):
        hint = nearest(pad, [*pad_names, "master"])
        raise ValueError(f"'{text}' names no pad of this kit{hint}")
    try:
        row = find(param)
    except KeyError as error:
        raise ValueError(f"'{text}': {error.args[0]}") from None
    return None if pad == "master" else pad, row


def _target(
    section: Section, key: str, text: str, pad_names: list[str], patterns: list[str]
) -> tuple[str | None, Param]:
    try:
        return cc_target(text, pad_names, patterns)
    except ValueError as error:
        raise section.error(key, str(error)) from None


def _value(sweep: Section, key: str, row: Param, default: float) -> float:
    value = sweep.table.get(key, default)
    if type(value) not in (int, float) or not row.low <= value <= row.high:
        span = f"{row.low:g} to {row.high:.10g} {row.unit}".rstrip()
        raise sweep.error(key, f"{key} is {show(value)}; {row.name} goes from {span}")
    return float(value)


def _over(sweep: Section) -> tuple[int, int]:
    """The controller values between which it turns."""
    over = sweep.table.get("over", [0, 127])
    whole = isinstance(over, list) and len(over) == 2 and all(type(value) is int for value in over)
    if not whole or not 0 <= over[0] < over[1] <= 127:
        text = f"over is {show(over)}; it is two controller values, as in over = [0, 90]"
        raise sweep.error("over", text)
    return over[0], over[1]
