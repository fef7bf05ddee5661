"""A drumkit for Hydrogen 1.2 and later: ``drumkit.xml`` by its ``drumkit.xsd``, and it all packed.

Exact under Hydrogen's own settings (its default pan law, no humanising): layers, their turns,
level, pan and pitch. Approximate: Hydrogen multiplies by the velocity itself, so a layer's gain
makes up for the pad's curve in the middle of the layer only (a curve of 1.6, from a quarter of full
force up: within 1.1 dB with one hit to a layer, 1.9 with more); a choke's fade has Hydrogen's
shape.
"""

import gzip
import math
import tarfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from astrodrum_live.control.drum_map import FIRST_PAD_NOTE, pads_by_note
from astrodrum_live.export.chokes import choke_groups
from astrodrum_live.export.kit import Format, Kit
from astrodrum_live.export.strokes import gain_at, layer_ranges
from astrodrum_live.layers import LAYERS
from astrodrum_live.units import db_to_gain, ms_to_frames

NAMESPACE = "http://www.hydrogen-music.org/drumkit"
MAX_LAYERS = 16  # of an instrument; what is more is not played (InstrumentComponent::m_nMaxLayers)
NONE = -1


def drumkit_xml(kit: Kit) -> tuple[bytes, list[str]]:
    """``drumkit.xml``, and what of the kit it cannot tell."""
    chokes = choke_groups(kit.patch, kit.pads, one_way=False)
    root = ET.Element("drumkit_info", xmlns=NAMESPACE)
    _add(root, "name", kit.name)
    _add(root, "author", kit.patch.author)
    _add(root, "info", f"{kit.patch.name}, exported by AstroDrum Live")
    _add(root, "license", kit.patch.license)
    _add(root, "image", "")
    _add(root, "imageLicense", "")
    component = ET.SubElement(ET.SubElement(root, "componentList"), "drumkitComponent")
    _add(component, "id", 0)
    _add(component, "name", "Main")
    _add(component, "volume", 1)
    instruments = ET.SubElement(root, "instrumentList")
    for number, pad in enumerate(kit.pads):
        instrument = ET.SubElement(instruments, "instrument")
        for name, value in _settings(kit, pad, number, chokes.member.get(pad, NONE)):
            _add(instrument, name, value)
        _add_layers(ET.SubElement(instrument, "instrumentComponent"), kit, pad)
    ET.indent(root, " ")
    return ET.tostring(root, "UTF-8", xml_declaration=True) + b"\n", chokes.untold


def pan_of(pan: float) -> tuple[float, float]:
    """Hydrogen's pan and a gain that together are our constant-power ``pan``, -1..1.

    By its default law, ``RATIO_STRAIGHT_POLYGONAL``, one side has gain 1 and the other 1 - |pan|.
    """
    angle = (pan + 1) * math.pi / 4
    left, right = math.cos(angle), math.sin(angle)
    louder = max(left, right)
    side = 1 - min(left, right) / louder
    return math.copysign(max(side, 0.0), pan), louder


def bands(low: int, high: int, count: int) -> list[tuple[int, int]]:
    """MIDI velocities ``low..high`` in ``count`` parts, of equal size as near as may be."""
    count = min(count, high - low + 1)
    edges = [low + (high + 1 - low) * part // count for part in range(count + 1)]
    return [(first, after - 1) for first, after in pairwise(edges)]


def _settings(kit: Kit, pad: int, number: int, mute_group: int) -> Iterator[tuple[str, object]]:
    """Elements of an instrument in the order of ``drumkit.xsd``."""
    own = kit.patch.pads[pad]
    pan, pan_gain = pan_of(own.values["pan"])
    turns = any(len(kit.files[key]) > 1 for key in kit.files if key[0] == pad)
    yield from (("id", number), ("name", own.name), ("volume", round(pan_gain, 6)))
    yield from (("isMuted", False), ("isSoloed", False), ("pan", round(pan, 6)))
    yield from (("pitchOffset", 0), ("randomPitchFactor", 0))
    yield from (("gain", round(db_to_gain(kit.gain_db(pad)), 6)), ("applyVelocity", True))
    yield from (("filterActive", False), ("filterCutoff", 1), ("filterResonance", 0))
    yield from (("Attack", 0), ("Decay", 0), ("Sustain", 1))
    yield ("Release", ms_to_frames(own.values["choke_fade"], kit.rate))
    yield from (("muteGroup", mute_group), ("midiOutChannel", NONE))
    yield ("midiOutNote", _main_note(kit, pad, number))
    yield ("isStopNote", False)
    yield ("sampleSelectionAlgo", "ROUND_ROBIN" if turns else "VELOCITY")
    yield from (("isHihat", NONE), ("lower_cc", 0), ("higher_cc", 127))
    yield from ((f"FX{send}Level", 0) for send in range(1, 5))


def _main_note(kit: Kit, pad: int, number: int) -> int:
    """The first note that plays the pad, else the one Hydrogen gives an instrument by its place."""
    mapped = [note for note, pads in pads_by_note(kit.patch).items() if pad in pads]
    return [*kit.patch.pads[pad].notes, *mapped, FIRST_PAD_NOTE + number][0]


def _add_layers(component: ET.Element, kit: Kit, pad: int) -> None:
    values = kit.patch.pads[pad].values
    ranges = sorted(layer_ranges(values).items())
    used = sum(len(kit.files[pad, layer]) for layer, _ in ranges)
    _add(component, "component_id", 0)
    _add(component, "gain", 1)
    for layer, (low, high) in ranges:
        for first, last in bands(low, high, MAX_LAYERS // used):
            for path in kit.files[pad, layer]:
                element = ET.SubElement(component, "layer")
                _add(element, "filename", path.rpartition("/")[2])
                # Half way between two MIDI velocities: a note on an edge would play either side.
                _add(element, "min", round((first - 0.5) / 127, 6) if first > 1 else 0)
                _add(element, "max", round((last + 0.5) / 127, 6) if last < 127 else 1)
                _add(element, "gain", round(_band_gain(values, first / 127, last / 127), 6))
                _add(element, "pitch", round(values["pitch"], 6))


def _band_gain(values: Mapping[str, float], low: float, high: float) -> float:
    """What a band's velocities are off the pad's law by, in the middle of its upper octave."""
    middle = math.sqrt(high * max(low, high / 2))
    return gain_at(values, middle) / middle


def _finish(kit: Kit, folder: Path) -> list[str]:
    text, untold = drumkit_xml(kit)
    (folder / kit.name / "drumkit.xml").write_bytes(text)
    _pack(folder / kit.name, folder / f"{kit.name}.h2drumkit")
    return untold


def _pack(kit: Path, packed: Path) -> None:
    """A gzipped tar of the kit's folder: the same bytes for the same files."""
    with (
        packed.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for path in [kit, *sorted(kit.iterdir())]:
            tar.add(path, path.relative_to(kit.parent).as_posix(), recursive=False, filter=_bare)


def _bare(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.isdir() else 0o644
    return member


def _add(parent: ET.Element, name: str, value: object) -> None:
    text = str(value).lower() if isinstance(value, bool) else f"{value}"
    ET.SubElement(parent, name).text = text


FORMAT = Format(
    layered=True,
    most=MAX_LAYERS // LAYERS,
    carries=frozenset({"gain", "pan", "pitch", "choke_fade", "curve", "floor", "ceiling"}),
    within=lambda kit, pad: kit,
    finish=_finish,
)
