"""Which drum a MIDI note means, and who plays it in a kit that has no such drum.

The notes are General MIDI's percussion key map, corrected for Roland modules with the nine classes
of Magenta's ``ROLAND_DRUM_PITCH_CLASSES``: 22 and 26 are the hi-hat's edge, 58 the low tom's rim,
40 the snare's rim. Of the Groove MIDI Dataset's 446,312 hits a plain GM map loses 10 %.
"""

from collections.abc import Mapping

from astrodrum_live.control.patch import Patch

DEFAULT_MAP = "roland+gm"
FIRST_PAD_NOTE = 36  # finger pads send 36..51, bottom left first

_GM: dict[str, tuple[int, ...]] = {
    "kick": (35, 36),
    "rim": (37,),
    "snare": (38, 40),
    "clap": (39,),
    "tom_low": (41, 43),
    "hat_closed": (42,),
    "hat_pedal": (44,),
    "tom_mid": (45, 47),
    "hat_open": (46,),
    "tom_high": (48, 50),
    "crash": (49, 52, 55),
    "crash_2": (57,),
    "ride": (51, 59),
    "bell": (53,),
    "perc": (54, 56, 58, *range(60, 82)),
}
_ROLAND: dict[str, tuple[int, ...]] = {
    **_GM,
    "snare": (38,),
    "rimshot": (40,),
    "hat_closed": (42, 22),
    "hat_open": (46, 26),
    "tom_low": (41, 43, 58),
    "crash": (49, 55),
    "crash_2": (57, 52),
    "perc": (54, 56, *range(60, 82)),
}


def _by_note(roles: Mapping[str, tuple[int, ...]]) -> dict[int, str]:
    return {note: role for role, notes in roles.items() for note in notes}


MAPS: dict[str, dict[int, str]] = {
    "roland+gm": _by_note(_ROLAND),
    "gm": _by_note(_GM),
    "pads36": {},  # by place, not by drum: note 36 is the first pad
}

# Who plays a role: the first of these that is a pad's name, then the first that is a pad's class.
# So a kit of three pads still plays a whole performance, every note on the nearest thing it has.
STAND_INS: dict[str, tuple[str, ...]] = {
    "kick": ("kick", "tom"),
    "snare": ("snare", "rimshot", "clap"),
    "rimshot": ("rimshot", "snare"),
    "rim": ("rim", "perc", "snare"),
    "clap": ("clap", "snare"),
    "hat_closed": ("hat_closed", "hat", "hat_pedal", "hat_open", "perc"),
    "hat_pedal": ("hat_pedal", "hat_closed", "hat", "perc"),
    "hat_open": ("hat_open", "hat", "hat_closed", "cymbal"),
    "tom_low": ("tom_low", "tom", "tom_mid", "kick"),
    "tom_mid": ("tom_mid", "tom", "tom_low", "tom_high", "snare"),
    "tom_high": ("tom_high", "tom", "tom_mid", "snare"),
    "crash": ("crash", "cymbal", "ride", "hat_open", "hat"),
    "crash_2": ("crash_2", "crash", "cymbal", "ride", "hat_open", "hat"),
    "ride": ("ride", "cymbal", "crash", "hat_closed", "hat"),
    "bell": ("bell", "ride", "cymbal", "crash", "hat_closed", "hat"),
    "perc": ("perc", "rim", "clap", "hat_closed", "snare"),
}


def pads_by_note(patch: Patch) -> dict[int, tuple[int, ...]]:
    """Every note that sounds, to the 0-based pads it plays.

    A pad's own ``notes`` win over the map; pads that share a note sound together.
    Errors: none; notes missing here are for the caller to count.
    """
    pads = _by_place(patch) if patch.midi.map == "pads36" else _by_role(patch)
    own: dict[int, tuple[int, ...]] = {}
    for index, pad in enumerate(patch.pads):
        for note in pad.notes:
            own[note] = (*own.get(note, ()), index)
    return pads | own


def role_pad(patch: Patch, role: str) -> int | None:
    """The pad that plays ``role`` here, by name, then by class, an electronic one's too; None if
    nothing comes near."""
    names = [name.lower().replace("-", "_") for name in patch.pad_names()]
    classes = [pad.main_class for pad in patch.pads]
    acoustic = [name.removeprefix("e_") for name in classes]  # a circuit's kick is a kick
    for known in (names, classes, acoustic):
        for stand_in in STAND_INS[role]:
            if stand_in in known:
                return known.index(stand_in)
    return None


def _by_role(patch: Patch) -> dict[int, tuple[int, ...]]:
    players = {role: role_pad(patch, role) for role in STAND_INS}
    notes = MAPS[patch.midi.map]
    return {note: (pad,) for note, role in notes.items() if (pad := players[role]) is not None}


def _by_place(patch: Patch) -> dict[int, tuple[int, ...]]:
    return {FIRST_PAD_NOTE + index: (index,) for index in range(len(patch.pads))}
