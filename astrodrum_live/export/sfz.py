"""An SFZ instrument: https://sfzformat.com.

Exact in sfizz (``tests/export/test_sfz.py`` measures it there), up to a gain that is the same for
all: the law of velocity (its value at each of MIDI's 127 velocities), constant-power pan, volume,
layers, round robin. Approximate: the shape of a choke's fade, and how a pitched sample is
interpolated, are the player's; a pad's notes take turns each for itself; hits of one note never
choke each other, though those of two notes of a pad do; notes of the very same time may choke.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from astrodrum_live.control.drum_map import pads_by_note
from astrodrum_live.export.chokes import Groups, choke_groups
from astrodrum_live.export.kit import Format, Kit
from astrodrum_live.export.strokes import MIDI_VELOCITIES, gain_at, layer_ranges

LONGEST_TURN = 100  # seq_length ends there
CURVE_COLUMNS = 4


def sfz_text(kit: Kit) -> tuple[str, list[str]]:
    """The instrument, and what of the kit it cannot tell."""
    chokes = choke_groups(kit.patch, kit.pads, one_way=True)
    law = _curve(kit.patch.pads[kit.pads[0]].values)
    lines = [
        *(f"// {line}" for line in _heading(kit)),
        "<global>",
        f"loop_mode={_loop_mode(kit)} pitch_keytrack=0 off_mode=time amp_veltrack=100",
        *law,
    ]
    for pad in kit.pads:
        values = kit.patch.pads[pad].values
        own = _curve(values)
        lines += ["", f"// {kit.patch.pads[pad].name}", "<group>"]
        lines += _told(_group(kit, pad, chokes))
        lines += own if own != law else []
        lines += _regions(kit, pad)
    return "\n".join(lines) + "\n", chokes.untold


def _heading(kit: Kit) -> Iterator[str]:
    for line in (kit.patch.name, kit.patch.author, kit.patch.license):
        if line:
            yield " ".join(line.split())
    yield "exported by AstroDrum Live"


def _loop_mode(kit: Kit) -> str:
    return "one_shot" if kit.patch.midi.note_off == "ignore" else "no_loop"


def _group(kit: Kit, pad: int, chokes: Groups) -> dict[str, object]:
    values = kit.patch.pads[pad].values
    semitones = round(values["pitch"])
    fade_s = f"{values['choke_fade'] / 1000:.6g}"
    return {
        "volume": f"{kit.gain_db(pad):.6g}",
        "pan": f"{100 * values['pan']:.6g}",
        "transpose": semitones,
        "tune": f"{100 * (values['pitch'] - semitones):.6g}",
        "group": chokes.member.get(pad, 0),
        "off_by": chokes.silenced_by.get(pad, 0),
        "off_time": fade_s if pad in chokes.silenced_by else 0,
        "ampeg_release": fade_s if _loop_mode(kit) == "no_loop" else 0,
    }


def _told(opcodes: Mapping[str, object]) -> list[str]:
    """A line of those opcodes that are off their defaults, which all are 0 here; none for none."""
    told = [f"{name}={value}" for name, value in opcodes.items() if str(value) not in ("0", "-0")]
    return [" ".join(told)] if told else []


def _curve(values: Mapping[str, float]) -> list[str]:
    points = [
        f"amp_velcurve_{velocity}={gain_at(values, velocity / 127):.6f}"
        for velocity in MIDI_VELOCITIES
    ]
    starts = range(0, len(points), CURVE_COLUMNS)
    return [" ".join(points[start : start + CURVE_COLUMNS]) for start in starts]


def _regions(kit: Kit, pad: int) -> Iterator[str]:
    notes = [note for note, pads in pads_by_note(kit.patch).items() if pad in pads]
    for layer, (low, high) in sorted(layer_ranges(kit.patch.pads[pad].values).items()):
        paths = kit.files[pad, layer]
        for keys in _runs(notes):
            for turn, path in enumerate(paths, 1):
                seq = f" seq_length={len(paths)} seq_position={turn}" if len(paths) > 1 else ""
                yield f"<region> sample={path} {keys} lovel={low} hivel={high}{seq}"


def _runs(notes: Iterable[int]) -> list[str]:
    """Notes as few ranges of keys."""
    runs: list[list[int]] = []
    for note in sorted(notes):
        if runs and note == runs[-1][1] + 1:
            runs[-1][1] = note
        else:
            runs.append([note, note])
    return [f"key={a}" if a == b else f"lokey={a} hikey={b}" for a, b in runs]


def _finish(kit: Kit, folder: Path) -> list[str]:
    text, untold = sfz_text(kit)
    (folder / f"{kit.name}.sfz").write_text(text, encoding="utf-8")
    return untold


FORMAT = Format(
    layered=True,
    most=LONGEST_TURN,
    carries=frozenset({"gain", "pan", "pitch", "choke_fade", "curve", "floor", "ceiling"}),
    within=lambda kit, pad: "samples",
    finish=_finish,
)
