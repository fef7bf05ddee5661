"""The SFZ file: read strictly, opcode by opcode, and played by sfizz where it is installed."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import soundfile

from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.export.strokes import gain_at
from astrodrum_live.units import db_to_gain

OPCODES = {
    "sample", "key", "lokey", "hikey", "lovel", "hivel", "seq_length", "seq_position", "volume",
    "pan", "transpose", "tune", "group", "off_by", "off_mode", "off_time", "loop_mode",
    "pitch_keytrack", "amp_veltrack", "ampeg_release",
    *(f"amp_velcurve_{velocity}" for velocity in range(1, 128)),
}  # fmt: skip
RATE, BLOCK = 48000, 64
KICK, CLOSED, OPEN = 36, 37, 38


def regions(path: Path) -> list[dict[str, str]]:
    """Every region with what it inherits. Anything that is not plain SFZ fails."""
    held: dict[str, dict[str, str]] = {"<global>": {}, "<group>": {}, "<region>": {}}
    found = []
    header = ""
    for line in path.read_text().splitlines():
        for word in line.partition("//")[0].split():
            if word in held:
                header = word
                for below in list(held)[list(held).index(word) :]:
                    held[below] = {}
                if word == "<region>":
                    found.append((held["<global>"], held["<group>"], held["<region>"]))
                continue
            name, equals, value = word.partition("=")
            assert equals
            assert value
            assert name in OPCODES
            assert name not in held[header]
            held[header][name] = value
    return [{**of_all, **group, **own} for of_all, group, own in found]


def keys(region: dict[str, str]) -> range:
    low = int(region.get("key", region.get("lokey", "")))
    return range(low, int(region.get("key", region.get("hikey", ""))) + 1)


def test_each_note_and_velocity_has_as_many_samples_as_turns(export):
    folder = export("sfz", 3)
    playing = defaultdict(list)
    for region in regions(folder / "small.sfz"):
        assert (folder / region["sample"]).is_file()
        assert "\\" not in region["sample"]
        for key in keys(region):
            for velocity in range(int(region["lovel"]), int(region["hivel"]) + 1):
                playing[key, velocity].append(region)
    assert set(playing) == {(key, v) for key in (KICK, CLOSED, OPEN) for v in range(1, 128)}
    for alternatives in playing.values():
        assert sorted(region["seq_position"] for region in alternatives) == ["1", "2", "3"]
        assert {region["seq_length"] for region in alternatives} == {"3"}
        assert len({region["sample"] for region in alternatives}) == 3


def test_pads_are_told_as_the_patch_has_them(export):
    by_key = {keys(r)[0]: r for r in regions(export("sfz", 1) / "small.sfz")}
    kick, closed, opened = (by_key[key] for key in (KICK, CLOSED, OPEN))
    assert (kick["volume"], kick["pan"]) == ("-6", "-50")
    assert "group" not in kick
    assert [r["group"] + r["off_by"] for r in (closed, opened)] == ["11", "11"]
    assert (closed["off_time"], opened["off_time"]) == ("0.008", "0.04")
    assert opened["transpose"] == "-12"
    assert {r["off_mode"] + r["loop_mode"] for r in by_key.values()} == {"timeone_shot"}
    assert closed["amp_velcurve_127"] == "1.000000"
    assert float(closed["amp_velcurve_1"]) == pytest.approx(0.5 + 0.5 / 127, abs=1e-6)


def test_the_default_kits_notes_all_sound_and_runs_of_them_are_one_region(export, kit):
    folder = export("sfz", 1, "--pad", "perc", source=kit())
    found = regions(folder / "default.sfz")
    assert {(keys(r)[0], keys(r)[-1]) for r in found} == {(54, 54), (56, 56), (60, 81)}


def test_half_semitones_are_cents(export, small):
    small.write_text(small.read_text().replace("pitch_st = -12.0", "pitch_st = -1.75"))
    opened = regions(export("sfz", 1) / "small.sfz")[-1]
    assert (opened["transpose"], opened["tune"]) == ("-2", "25")


def test_a_kit_whose_note_offs_gate_does_not_play_to_the_end(export, small):
    small.write_text(small.read_text().replace("[midi]", '[midi]\nnote_off = "gate"'))
    opened = regions(export("sfz", 1) / "small.sfz")[-1]
    assert (opened["loop_mode"], opened["ampeg_release"]) == ("no_loop", "0.04")


# What sfizz makes of it.


@pytest.fixture
def sfizz(tmp_path):
    """Plays ``(frame, note, velocity)`` on an SFZ file: float64 (n, 2) at 48 kHz."""
    pysfizz = pytest.importorskip("pysfizz", reason="pysfizz (sfizz from PyPI) is not installed")

    def play(path: Path, notes: list[tuple[int, int, int]], seconds: float) -> np.ndarray:
        synth = pysfizz._sfizz.Synth(RATE, BLOCK)
        synth.enable_freewheeling()
        whole = path.with_name("whole.sfz")  # else what a busy disk is late with is silent
        whole.write_text(f"<control> hint_ram_based=1\n{path.read_text()}")
        assert synth.load_sfz_file(str(whole))
        sound = []
        for start in range(0, int(seconds * RATE), BLOCK):
            for frame, note, velocity in notes:
                if start <= frame < start + BLOCK:
                    synth.note_on(frame - start, note, velocity)
            left, right = synth.render_block()
            sound.append(np.stack([np.array(left), np.array(right)], axis=1))
        return np.concatenate(sound).astype(np.float64)

    return play


def low(sound: np.ndarray) -> np.ndarray:
    """The spectrum of a second below 4 kHz: there no player's interpolation dulls anything."""
    return np.fft.rfft(sound, RATE, axis=0)[:4000]


def share(sound: np.ndarray, path: Path) -> np.ndarray:
    """How much of a sample is in each channel from its first frame: least squares, (2,)."""
    sample = low(soundfile.read(path)[0])
    return (sample.conj() @ low(sound)).real / (sample.conj() @ sample).real


def likeness(sound: np.ndarray, sample: np.ndarray) -> float:
    """1 for the same sound at any level."""
    a, b = low(sound), low(sample)
    return float(abs(a.conj() @ b) / np.linalg.norm(a) / np.linalg.norm(b))


def test_sfizz_plays_level_pan_and_velocity_as_the_engine_would(export, small, sfizz):
    folder = export("sfz", 1)
    values = {pad.name: pad.values for pad in load_patch(small).pads}
    scales = []
    for name, note, velocity, layer in (
        ("kick", KICK, 20, "v30"),
        ("kick", KICK, 57, "v30"),
        ("kick", KICK, 58, "v60"),
        ("kick", KICK, 127, "v90"),
        ("hat_closed", CLOSED, 1, "v60"),
        ("hat_closed", CLOSED, 100, "v90"),
    ):
        sound = sfizz(folder / "small.sfz", [(0, note, velocity)], 0.4)
        angle = (values[name]["pan"] + 1) * np.pi / 4
        gain = db_to_gain(values[name]["gain"] - 1.0) * gain_at(values[name], velocity / 127)
        wanted = gain * np.array([np.cos(angle), np.sin(angle)])
        scales += list(share(sound, folder / f"samples/{name}_{layer}_0000.wav") / wanted)
    np.testing.assert_allclose(scales, scales[0], rtol=0.01)  # within 0.09 dB of each other


def test_sfizz_takes_turns(export, sfizz):
    folder = export("sfz", 3)
    step = RATE // 2 // BLOCK * BLOCK
    notes = [(turn * step, KICK, 127) for turn in range(4)]
    sound = sfizz(folder / "small.sfz", notes, 2.0)
    files = [folder / f"samples/kick_v90_000{number}.wav" for number in range(3)]
    heard = []
    for turn in range(4):
        hit = sound[turn * step : (turn + 1) * step, 0]
        heard.append(int(np.argmax([likeness(hit, soundfile.read(path)[0]) for path in files])))
    assert heard == [0, 1, 2, 0]


def test_sfizz_chokes_within_the_pads_fade_and_not_by_the_same_note(export, sfizz):
    path = export("sfz", 1) / "small.sfz"
    at = 4800
    closed = sfizz(path, [(at, CLOSED, 127)], 0.5)
    both = sfizz(path, [(0, OPEN, 127), (at, CLOSED, 127)], 0.5)
    ringing = sfizz(path, [(0, OPEN, 127)], 0.5)
    faded = at + int(0.04 * RATE) + BLOCK
    assert np.abs(ringing[faded : faded + 2000]).max() > 1e-3
    assert np.abs((both - closed)[faded:]).max() < 1e-3 * np.abs(ringing).max()
    again = sfizz(path, [(0, OPEN, 127), (at, OPEN, 127)], 0.5)
    late = np.pad(ringing, ((at, 0), (0, 0)))[: len(ringing)]
    assert np.abs(again - ringing - late).max() < 0.02 * np.abs(ringing).max()


def test_sfizz_plays_an_octave_down_at_half_speed(export, sfizz):
    folder = export("sfz", 1)
    sample = soundfile.read(folder / "samples/hat_open_v90_0000.wav")[0]
    sound = sfizz(folder / "small.sfz", [(0, OPEN, 127)], 2.5 * sample.size / RATE)[:, 0]
    half = sound[: 2 * sample.size : 2]
    assert likeness(half, sample) > 0.99
    assert np.abs(sound[2 * sample.size + 200 :]).max() < 1e-4
