"""Hydrogen's drumkit: its elements, how near its law of velocity comes, and the packed kit."""

import math
import tarfile
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import soundfile
from hydrogen_song import QUARTER, Hydrogen

from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.export.hydrogen import NAMESPACE, bands, pan_of
from astrodrum_live.export.strokes import gain_at
from astrodrum_live.units import db_to_gain, gain_to_db


@pytest.fixture
def drumkit(export):
    """The drumkit's root with ``count`` hits to a layer; names without their namespace."""

    def read(count: int) -> ET.Element:
        root = ET.parse(export("hydrogen", count, "--force") / "small" / "drumkit.xml").getroot()
        for element in root.iter():
            assert element.tag.startswith(f"{{{NAMESPACE}}}")
            element.tag = element.tag.rpartition("}")[2]
        return root

    return read


def number(element: ET.Element, name: str) -> float:
    return float(element.findtext(name))


def test_instruments_are_the_pads_in_order(drumkit):
    root = drumkit(2)
    assert [root.findtext(name) for name in ("name", "author", "license")] == [
        "small", "A & B", "CC0 <1.0>",
    ]  # fmt: skip
    kick, closed, opened = root.iter("instrument")
    assert [i.findtext("name") for i in (kick, closed, opened)] == [
        "kick", "hat_closed", "hat_open",
    ]  # fmt: skip
    assert [number(i, "midiOutNote") for i in (kick, closed, opened)] == [36, 37, 38]
    assert [number(i, "muteGroup") for i in (kick, closed, opened)] == [-1, 1, 1]
    assert [number(i, "Release") for i in (kick, closed, opened)] == [384, 384, 1920]
    assert {layer.findtext("pitch") for layer in opened.iter("layer")} == {"-12.0"}
    assert number(kick, "gain") == pytest.approx(db_to_gain(-6.0), abs=1e-5)


def test_layers_of_one_range_take_turns_and_lie_beside_the_file(drumkit, tmp_path):
    for instrument in drumkit(3).iter("instrument"):
        assert instrument.findtext("sampleSelectionAlgo") == "ROUND_ROBIN"
        turns: dict[tuple[str, str], int] = {}
        for layer in instrument.iter("layer"):
            assert (tmp_path / "out" / "small" / layer.findtext("filename")).is_file()
            key = (layer.findtext("min"), layer.findtext("max"))
            turns[key] = turns.get(key, 0) + 1
        assert set(turns.values()) == {3}
        edges = sorted((float(low), float(high)) for low, high in turns)
        assert edges[0][0] == 0.0
        assert edges[-1][1] == 1.0
        assert [high for _, high in edges[:-1]] == [low for low, _ in edges[1:]]


def test_one_hit_to_a_layer_takes_no_turns(drumkit):
    kick = next(drumkit(1).iter("instrument"))
    assert kick.findtext("sampleSelectionAlgo") == "VELOCITY"


@pytest.mark.parametrize(("count", "error_db"), [(1, 1.1), (2, 1.9), (5, 1.9)])
def test_hydrogens_velocity_comes_near_the_pads_and_nearer_with_fewer_turns(
    drumkit, count, error_db
):
    """From a quarter of full force up; 16 layers are all that there can be."""
    kick = next(drumkit(count).iter("instrument"))
    layers = list(kick.iter("layer"))
    assert len(layers) <= 16
    law = {"curve": 1.6, "floor": 0.0, "ceiling": 1.0, "fixed": 0.0}
    for midi in range(32, 128):
        velocity = midi / 127
        fitting = [x for x in layers if number(x, "min") <= velocity <= number(x, "max")]
        assert len(fitting) == count
        played = velocity * number(fitting[0], "gain")
        assert abs(gain_to_db(played / gain_at(law, velocity))) < error_db


@pytest.mark.parametrize("pan", [-1.0, -0.5, 0.0, 0.3, 1.0])
def test_pan_is_constant_power_by_hydrogens_default_law(pan):
    side, gain = pan_of(pan)
    assert -1.0 <= side <= 1.0
    left = gain * min(1.0, 1.0 - side)  # Sampler::ratioStraightPolygonalPanLaw
    right = gain * min(1.0, 1.0 + side)
    angle = (pan + 1) * math.pi / 4
    assert (left, right) == pytest.approx((math.cos(angle), math.sin(angle)), abs=1e-9)


def test_bands_meet_and_are_no_more_than_velocities():
    assert bands(1, 57, 1) == [(1, 57)]
    assert bands(58, 95, 2) == [(58, 76), (77, 95)]
    assert bands(5, 6, 9) == [(5, 5), (6, 6)]


def test_the_packed_kit_holds_the_folder(export):
    folder = export("hydrogen", 1)
    packed = folder / "small.h2drumkit"
    assert packed.read_bytes()[4:8] == bytes(4)  # gzip's time: none, for the same bytes every day
    with tarfile.open(packed, "r:gz") as tar:
        held = {m.name: tar.extractfile(m).read() for m in tar.getmembers() if m.isfile()}
    assert held == {
        f"small/{path.name}": path.read_bytes() for path in (folder / "small").iterdir()
    }


# What Hydrogen makes of it.

KICK, CLOSED, OPEN = 0, 1, 2
BEAT = 24000  # frames to a quarter at 120 to the minute


@pytest.fixture
def hydrogen(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return Hydrogen(home)


def share(sound: np.ndarray, path) -> np.ndarray:
    """How much of a sample is in each channel from its first frame: least squares, (2,)."""
    sample = soundfile.read(path)[0][: len(sound)]
    return sample @ sound[: sample.size] / (sample @ sample)


@pytest.mark.clients
@pytest.mark.parametrize("patch", ["default", "electro", "crossover", "moonquake", "astrobeats"])
def test_hydrogen_finds_the_shipped_kits_valid_as_folder_and_packed(export, kit, hydrogen, patch):
    folder = export("hydrogen", 2, source=kit(patch))
    for path in (folder / patch, folder / f"{patch}.h2drumkit"):
        done = hydrogen.run("--check", path)
        assert done.returncode == 0, done.stdout[-1000:]
        assert f"[{path}] is valid" in done.stdout


@pytest.mark.clients
def test_hydrogen_finds_a_kit_invalid_that_is(export, hydrogen):
    path = export("hydrogen", 1) / "small" / "drumkit.xml"
    path.write_text(path.read_text().replace("<muteGroup>-1", "<muteGroup>none"))
    assert hydrogen.run("--check", path.parent).returncode != 0


@pytest.mark.clients
def test_hydrogen_plays_layers_level_and_pan(export, small, hydrogen):
    kit = export("hydrogen", 1) / "small"
    values = {pad.name: pad.values for pad in load_patch(small).pads}
    notes = [(0, "kick", 0.3, "v30"), (QUARTER, "hat_closed", 0.3, "v60"),
             (2 * QUARTER, "kick", 1.0, "v90")]  # fmt: skip
    names = list(values)
    sound = hydrogen.play(kit, [(tick, names.index(name), v) for tick, name, v, _ in notes])
    for beat, (_, name, velocity, layer) in enumerate(notes):
        hit = sound[beat * BEAT : (beat + 1) * BEAT]
        left, right = share(hit, kit / f"{name}_{layer}_0000.wav")
        angle = (values[name]["pan"] + 1) * math.pi / 4
        assert right / left == pytest.approx(math.tan(angle), rel=1e-3)
        wanted = db_to_gain(values[name]["gain"] - 1.0) * gain_at(values[name], velocity)
        assert abs(gain_to_db(math.hypot(left, right) / wanted)) < 0.8


@pytest.mark.clients
def test_hydrogen_takes_turns(export, hydrogen):
    kit = export("hydrogen", 3) / "small"
    sound = hydrogen.play(kit, [(beat * QUARTER, KICK, 1.0) for beat in range(4)])
    heard = []
    for beat in range(3):  # the fourth is cut by the song's end
        hit = sound[beat * BEAT : (beat + 1) * BEAT, :1]
        shares = [share(hit, kit / f"kick_v90_000{n}.wav")[0] for n in range(3)]
        heard.append(int(np.argmax(shares)))
    assert sorted(heard) == [0, 1, 2]


@pytest.mark.clients
def test_hydrogen_mutes_the_other_hat(export, hydrogen):
    kit = export("hydrogen", 1) / "small"
    ringing = hydrogen.play(kit, [(0, OPEN, 1.0)])
    closed = hydrogen.play(kit, [(12, CLOSED, 1.0)])
    both = hydrogen.play(kit, [(0, OPEN, 1.0), (12, CLOSED, 1.0)])
    faded = BEAT // 4 + 1920 + 2000
    assert np.abs(ringing[faded : faded + 2000]).max() > 0.01
    rest = both[faded:BEAT] - closed[faded:BEAT]
    assert np.abs(rest).max() < 1e-4
