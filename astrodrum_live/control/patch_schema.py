"""What a patch may say: TOML text to a ``Patch``, or one ``PatchError`` with line and remedy."""

import math
import re
from pathlib import Path

from astrodrum_live.config import MAX_VOICES, TIMING_MODES, EngineConfig
from astrodrum_live.control.drum_map import DEFAULT_MAP, MAPS
from astrodrum_live.control.patch import (
    NOTE_OFF_MODES,
    FrozenHit,
    MidiSettings,
    PadLatent,
    PadPatch,
    Patch,
)
from astrodrum_live.control.patch_chokes import choke_targets, group_fades
from astrodrum_live.control.patch_midi import (
    cc_bindings,
    device_thresholds,
    note_targets,
    set_list,
)
from astrodrum_live.control.patch_orbits import orbit_sections
from astrodrum_live.control.patch_patterns import KEY_OF_PATTERNS, patterns_of
from astrodrum_live.control.patch_section import PatchSource, Section, show
from astrodrum_live.control.patch_transport import clock_outputs, kit_cps, transport_values
from astrodrum_live.params import (
    MASTER_PARAMS,
    MAX_PADS,
    ORBIT_PARAMS,
    ORBITS,
    PAD_PARAMS,
    orbit_number,
    pad_param,
)

FORMAT = "astrodrum-kit"
VERSION = 1

_TOP_KEYS = ("format", "version", "name", "author", "license", "seed", "model")
_TOP_TABLES = (
    *("engine", "master", "midi", "morph", "choke_group", "orbit", "transport", "pad"),
    KEY_OF_PATTERNS,
)
_HIHAT_KEYS = ("hihat_cc", "hihat_open_below", "hihat_choke_at")
_MIDI_KEYS = (
    *("channel", "map", "note_off", "choke_at", *_HIHAT_KEYS, "cc", "devices", "kits", "notes"),
    *("freeze_note", "freeze_cc", "home_note", "home_cc", "clock", "clock_out"),
)
_CHOKE_KEYS = ("choke_group", "chokes", "aftertouch_choke")
KEY_OF_FROZEN = "frozen"
_PAD_KEYS = ("name", "class", "notes", "note_off", *_CHOKE_KEYS, "latent", KEY_OF_FROZEN)
_HIT_ROWS = [row for row in PAD_PARAMS if row.stage == "hit"]
_HASH = re.compile(r"[0-9a-f]{12}")
_SEED = re.compile(r"[0-9a-f]{16}")
PAD_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
_CHOKE_AT = 64  # an e-kit sends only 0 and 127 when a cymbal is grabbed


def parse_patch(text: str, path: Path | str = "patch") -> Patch:
    """The patch that ``text`` describes. Errors: ``PatchError``. Thread: any; no I/O."""
    source = PatchSource(text, path)
    top = Section(source, (), source.data, (*_TOP_KEYS, *_TOP_TABLES))
    _check_format(top)
    defaults = EngineConfig()
    engine = Section(source, ("engine",), source.data.get("engine", {}), ("voices", "timing"))
    master = Section(
        source, ("master",), source.data.get("master", {}), [row.key for row in MASTER_PARAMS]
    )
    pads = _pads(source, top)
    names = [pad.name for pad in pads]
    patterns = patterns_of(source, top, names)
    transport = transport_values(source)
    return Patch(
        name=top.text("name", Path(path).stem),
        author=top.text("author"),
        license=top.text("license"),
        seed=top.whole("seed", 0, 2**32 - 1, 1),
        model=top.text("model") or None,
        voices=engine.whole("voices", 1, MAX_VOICES, defaults.voices),
        timing=engine.choice("timing", TIMING_MODES, defaults.timing),
        master=master.values(MASTER_PARAMS),
        midi=_midi(source, names, [pattern.name for pattern in patterns]),
        pads=pads,
        path=path if isinstance(path, Path) else None,
        orbits=_orbits(source, top, kit_cps(transport)),
        transport=transport,
        patterns=patterns,
        morph_to=_morph_to(source),
    )


def _check_format(top: Section) -> None:
    if top.table.get("format") != FORMAT:
        raise top.error("format", f'a patch begins with: format = "{FORMAT}"')
    version = top.table.get("version")
    if type(version) is not int or version != VERSION:
        given = "missing" if version is None else show(version)
        text = f"version is {given}; this program reads version = {VERSION}"
        raise top.error("version", text)


def _morph_to(source: PatchSource) -> str | None:
    """``[morph] to``: the kit at the fader's other end; if it is not there, its reader says so."""
    if "morph" not in source.data:
        return None
    morph = Section(source, ("morph",), source.data["morph"], ("to",))
    name = morph.text("to")
    if not name:
        raise morph.error("to", '[morph] leads nowhere; it needs a kit, as in to = "electro"')
    return name


def _orbits(source: PatchSource, top: Section, cps: float | None) -> tuple[dict[str, float], ...]:
    """The patch's ``[[orbit]]`` tables by number; the others rest at their defaults. Orbits that
    say nothing of ``cps`` have the kit's."""
    given = dict(orbit_sections(source, top))
    orbits = [{row.name: row.default for row in ORBIT_PARAMS} for _ in range(ORBITS)]
    for number, section in given.items():
        orbits[number] = section.values(ORBIT_PARAMS)
    for number, values in enumerate(orbits):
        said = number in given and "cps" in given[number].table
        if cps is not None and not said:
            values["cps"] = cps
    return tuple(orbits)


def _pads(source: PatchSource, top: Section) -> tuple[PadPatch, ...]:
    tables = top.items("pad")
    if not tables:
        raise top.error("pad", "a patch needs at least one [[pad]]")
    if len(tables) > MAX_PADS:
        text = f"a patch has at most {MAX_PADS} pads, not {len(tables)}"
        raise source.error(("pad", MAX_PADS), text)
    sections = [_pad_section(source, index, table) for index, table in enumerate(tables)]
    names: list[str] = []
    for section in sections:
        names.append(_pad_name(section, names))
    midi_map = source.data.get("midi")
    from_pads = isinstance(midi_map, dict) and midi_map.get("map") == "pads36"
    fades = group_fades(source, [section.text("choke_group") for section in sections])
    return tuple(_pad(section, names, from_pads, fades) for section in sections)


def _pad_section(source: PatchSource, index: int, table: object) -> Section:
    known = (*_PAD_KEYS, *(row.key for row in PAD_PARAMS))
    name = table.get("name") if isinstance(table, dict) else None
    title = f"pad '{name}'" if isinstance(name, str) else f"pad number {index + 1}"
    return Section(source, ("pad", index), table, known, title)


def _pad_name(section: Section, taken: list[str]) -> str:
    name = section.text("name")
    if not PAD_NAME.fullmatch(name):
        raise section.error(
            "name", f"a pad needs a name of 1 to 32 letters, digits, - or _ , not {show(name)}"
        )
    if name == "master":
        raise section.error("name", "'master' is the mix, not a pad; choose another name")
    if orbit_number(name) is not None:
        raise section.error("name", f"'{name}' is an orbit, not a pad; choose another name")
    if name in taken:
        raise section.error("name", f"two pads are called '{name}'; give each its own name")
    return name


def _pad(section: Section, names: list[str], from_pads: bool, fades: dict[str, float]) -> PadPatch:
    classes = _classes(section)
    group = section.text("choke_group") or None
    values = section.values(PAD_PARAMS)
    if group in fades and pad_param("choke_fade").key not in section.table:
        values["choke_fade"] = fades[group]
    own_note_off = "note_off" in section.table
    # Finger pads stream pressure 1..127 all the time; only an e-kit's cymbals mean "grabbed" by it.
    cymbal = max(classes, key=lambda name: classes[name]) == "cymbal"
    return PadPatch(
        name=section.text("name"),
        classes=classes,
        notes=_notes(section),
        values=values,
        choke_group=group,
        chokes=choke_targets(section, names),
        aftertouch_choke=section.flag("aftertouch_choke", cymbal and not from_pads),
        latent=_latent(section),
        class_rows={
            row.name: section.text(row.key)
            for row in PAD_PARAMS
            if row.of == "class" and isinstance(section.table.get(row.key), str)
        },
        note_off=section.choice("note_off", NOTE_OFF_MODES, "") if own_note_off else None,
        frozen=_frozen(section),
    )


def _classes(section: Section) -> dict[str, float]:
    value = section.table.get("class")
    if value is None:
        raise section.error("class", f'{section.title} needs a class, as in class = "kick"')
    mix = {value: 1.0} if isinstance(value, str) else value
    if not isinstance(mix, dict) or not mix or "" in mix:
        raise section.error(
            "class", f"class is {show(value)}; it is a name, or a mix as in {{ kick = 2, tom = 1 }}"
        )
    for name, weight in mix.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < 1e6:
            text = f"the weight of class '{name}' is {show(weight)}; it must be above 0"
            raise section.error("class", text)
    total = sum(mix.values())
    return {name: weight / total for name, weight in mix.items()}


def _latent(section: Section) -> PadLatent | None:
    if "latent" not in section.table:
        return None
    at = (*section.at, "latent")
    title = f"the latent of {section.title}"
    latent = Section(section.source, at, section.table["latent"], ("model", "z"), title)
    model, z = latent.text("model"), latent.items("z")
    if not _HASH.fullmatch(model):
        text = f"model is {show(model)}; it is the model's hash, 12 hex digits, as in its card"
        raise latent.error("model", text)
    if not z:
        raise latent.error("z", f"{title} needs z = [ ... ], one number per latent dimension")
    for value in z:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value):  # type: ignore[arg-type]
            raise latent.error("z", f"z has {show(value)}; it is a list of numbers")
    return PadLatent(model, tuple(float(value) for value in z))  # type: ignore[arg-type]


def _frozen(section: Section) -> FrozenHit | None:
    if KEY_OF_FROZEN not in section.table:
        return None
    at = (*section.at, KEY_OF_FROZEN)
    title = f"what {section.title} is frozen to"
    known = ("model", "hit", "made_for", *(row.key for row in _HIT_ROWS))
    frozen = Section(section.source, at, section.table[KEY_OF_FROZEN], known, title)
    model, seed, made_for = frozen.text("model"), frozen.text("hit"), frozen.table.get("made_for")
    if not _HASH.fullmatch(model):
        text = f"model is {show(model)}; it is the model's hash, 12 hex digits, as in its card"
        raise frozen.error("model", text)
    if not _SEED.fullmatch(seed):
        text = f"hit is {show(seed)}; it is its seed, 16 hex digits in quotes, as /heard lists it"
        raise frozen.error("hit", text)
    if type(made_for) not in (int, float) or not 0 <= made_for <= 1:  # type: ignore[operator]
        raise frozen.error("made_for", f"made_for is {show(made_for)}; it is a velocity, 0 to 1")
    values = {row.name: frozen.row(row) for row in _HIT_ROWS if row.key in frozen.table}
    return FrozenHit(model, int(seed, 16), float(made_for), values)  # type: ignore[arg-type]


def _notes(section: Section) -> tuple[int, ...]:
    notes = section.items("notes")
    for note in notes:
        if type(note) is not int or not 0 <= note <= 127:
            text = f"notes has {show(note)}; a MIDI note is a whole number from 0 to 127"
            raise section.error("notes", text)
        if notes.count(note) > 1:
            raise section.error("notes", f"notes has {note} twice; take one out")
    return tuple(note for note in notes if isinstance(note, int))


def _midi(source: PatchSource, pad_names: list[str], patterns: list[str]) -> MidiSettings:
    midi = Section(source, ("midi",), source.data.get("midi", {}), _MIDI_KEYS)
    mapping = midi.choice("map", tuple(MAPS), DEFAULT_MAP)
    return MidiSettings(
        channel=_channel(midi),
        map=mapping,
        note_off=midi.choice("note_off", NOTE_OFF_MODES, "ignore"),
        choke_at=midi.whole("choke_at", 0, 127, 0 if mapping == "pads36" else _CHOKE_AT),
        hihat_cc=midi.whole("hihat_cc", 0, 119, 0),
        hihat_open_below=midi.whole("hihat_open_below", 0, 127, 64),
        bindings=cc_bindings(source, midi, pad_names, patterns),
        notes=note_targets(source, midi, pad_names, patterns),
        hihat_choke_at=midi.whole("hihat_choke_at", 0, 127, 0),
        devices=device_thresholds(source, midi),
        kits=set_list(midi),
        freeze_note=midi.whole("freeze_note", 0, 127, 0) if "freeze_note" in midi.table else None,
        freeze_cc=midi.whole("freeze_cc", 0, 119, 0),
        clock=midi.text("clock"),
        clock_out=clock_outputs(midi),
        home_note=midi.whole("home_note", 0, 127, 0) if "home_note" in midi.table else None,
        home_cc=midi.whole("home_cc", 0, 119, 0),
    )


def _channel(midi: Section) -> int | None:
    value = midi.table.get("channel", "any")
    if value == "any":
        return None
    if type(value) is not int or not 1 <= value <= 16:
        text = f'channel is {show(value)}; it is "any" or a number from 1 to 16'
        raise midi.error("channel", text)
    return value
