"""What each key of an event does to its hit, by SuperDirt's own laws."""

import json
import math
import re
from pathlib import Path

import pytest

from astrodrum_live.control.superdirt.hits import hit_of
from astrodrum_live.control.superdirt.keys import (
    ABSENT,
    KEYS,
    KEYS_BY_NAME,
    NOTHING,
    ORBIT,
    PLAYS,
    ROW,
    unknown_key,
)
from astrodrum_live.control.superdirt.pitch import midi_note
from astrodrum_live.control.superdirt.reading import hit_number, read
from astrodrum_live.params import ORBIT_PARAMS, PAD_PARAMS, orbit_param, pad_param
from astrodrum_live.units import gain_to_db

REPO = Path(__file__).resolve().parents[2]
TABLE = REPO.parent / "shared" / "captures" / "superdirt_params.json"
NAN = math.nan


def hit(*args, law="dirt", pad_pitch=0.0):
    """The hit that ``key value ...`` asks of pad 0."""
    reading = read(args, {"c7": 0.25}.get)
    number = hit_number(reading.values, "")
    return hit_of(0, reading.values, number, law, pad_pitch)


def params(*args, **more):
    made = hit(*args, **more)
    assert made is not None
    return dict(made.params)


def test_every_parameter_of_superdirt_has_a_fate_here():
    if not TABLE.is_file():
        pytest.skip("no shared/captures beside this checkout")
    rows = json.loads(TABLE.read_text())
    assert len(rows) == 79
    for row in rows:
        for name in (row["name"], *row["aliases"]):
            key = KEYS_BY_NAME.get(name)
            assert key is not None, name
            assert key.name == row["name"]
            assert key.fate in (PLAYS, ROW, ORBIT, NOTHING, ABSENT)
            assert key.fate != ABSENT or row["tier"] > 1, f"{name} is tier 1"


def test_what_the_tidal_examples_declare_is_known():
    boots = sorted((REPO / "examples" / "tidal").glob("*.hs"))
    assert len(boots) == 2
    for boot in boots:
        declared = re.findall(r'= p[FS] "(\w+)"', boot.read_text())
        assert len(declared) >= 13
        assert not [name for name in declared if name not in KEYS_BY_NAME]


def test_no_word_has_two_meanings_and_rows_are_rows():
    words = [word for key in KEYS for word in (key.name, *key.aliases)]
    assert len(words) == len(set(words))
    for key in KEYS:
        if key.fate == ROW:
            assert pad_param(key.row or key.name).stage in ("voice", "trigger", "hit")
        if key.fate == ORBIT:
            assert orbit_param(key.name) in ORBIT_PARAMS


@pytest.mark.parametrize("row", [row for row in PAD_PARAMS if row.stage != "control"])
def test_every_row_of_a_pad_is_a_key_for_one_hit(row):
    """By its name, unless SuperDirt means something else by that; then with its unit."""
    key = KEYS_BY_NAME[row.name]
    if key.fate == ROW:
        assert (key.row or key.name) == row.name
    elif row.key != row.name:
        assert KEYS_BY_NAME[row.key].fate == ROW
        assert KEYS_BY_NAME[row.key].row == row.name
    else:
        assert row.name in ("speed", "begin", "end", "loop", "curve", "fit")


@pytest.mark.parametrize(
    ("gain", "decibels"),
    [(0.5, -32.0), (0.7, -20.4), (0.8, -15.7), (0.9, -11.6), (1, -8.0), (1.1, -4.6), (1.2, -1.6),
     (1.26, 0.0), (1.5, 6.1), (2, 16.1), (3, 16.1)],
)  # fmt: skip
def test_gain_is_superdirts_fourth_power(gain, decibels):
    assert gain_to_db(hit("s", "bd", "gain", gain).amplitude) == pytest.approx(decibels, abs=0.1)


@pytest.mark.parametrize(
    ("args", "amplitude"),
    [
        ((), 0.4),
        (("amp", 0.2), 0.2),
        (("gain", 2, "overgain", 1), 0.4 * 81),
        (("gain", True), 0.4),
        (("gain", NAN), 0.4),
        (("gain", "c7"), 0.4 * 0.25**4),
        (("velocity", 0.5), 0.4),  # chooses the layer, and no more
        (("gain", 1e300), 0.4 * 16),
        (("amp", 1e300), 64.0),
    ],
)
def test_amplitude_by_superdirts_law(args, amplitude):
    assert hit("s", "bd", *args).amplitude == pytest.approx(amplitude)


@pytest.mark.parametrize(
    ("args", "amplitude"),
    [((), 0.4), (("gain", 0.5), 0.2), (("gain", 0.5, "velocity", 0.5), 0.1), (("amp", 1), 1.0)],
)
def test_the_linear_law_is_linear_and_velocity_counts(args, amplitude):
    assert hit("s", "bd", *args, law="linear").amplitude == pytest.approx(amplitude)


@pytest.mark.parametrize("silent", [("gain", 0), ("gain", -1), ("amp", 0), ("legato", 0)])
def test_what_cannot_be_heard_is_no_hit(silent):
    assert hit("s", "bd", *silent) is None


def test_a_silent_event_still_cuts_its_group():
    assert hit("gain", 0, "cut", 1).amplitude == 0.0


def test_velocity_is_the_stroke_given_or_the_one_that_is_as_loud():
    assert hit("velocity", 0.3).velocity == pytest.approx(0.3)
    assert hit("velocity", 7).velocity == 1.0
    assert hit("velocity", 0).velocity == pytest.approx(1 / 127)
    assert hit("gain", 1).velocity ** 1.6 == pytest.approx(0.4)
    assert hit("gain", 2).velocity == 1.0


@pytest.mark.parametrize(
    ("pan", "row"), [(0, -1), (0.5, 0), (1, 1), (0.75, 0.5), (1.25, 0.5), (-0.25, -0.5), (2.5, 0)]
)
def test_pan_folds_where_it_leaves_its_range(pan, row):
    assert params("pan", pan) == {"pan": pytest.approx(row)}


@pytest.mark.parametrize(
    ("args", "semitones"),
    [
        (("note", 12), 12),
        (("up", -3), -3),
        (("note", 2, "octave", 6), 14),
        (("octave", 4), -12),
        (("midinote", 62), 2),
        (("note", "e3", "midinote", 52), -8),  # Strudel
        (("note", "e3"), -8),
        (("note", "c#5"), 13),
        (("note", 7, "midinote", 60), None),  # midinote wins: as recorded
        (("freq", 523.2511306), 12),
        (("freq", 0), None),
        (("n", 7), None),
        (("note", 0.0), None),
        (("note", "nonsense"), None),
        (("pitch", 5), 5),
        (("pitch", 5, "note", 2), 7),
    ],
)
def test_pitch(args, semitones):
    assert params(*args) == ({} if semitones is None else {"pitch": pytest.approx(semitones)})


def test_a_note_transposes_the_pad_as_it_is_tuned_and_goes_on_as_speed():
    assert params("note", 2, pad_pitch=-5.0) == {"pitch": -3.0}
    assert params("note", 36) == {"pitch": 24.0, "speed": pytest.approx(2.0)}
    assert params("note", -36, "speed", -1) == {"speed": pytest.approx(-0.5), "pitch": -24.0}


def test_note_names_are_strudels():
    assert [midi_note(name) for name in ("c5", "e3", "c#4", "bb", "Eb2", "as-1")] == [
        72, 52, 61, 58, 39, 10,
    ]  # fmt: skip
    assert [midi_note(name) for name in ("", "h", "c44", "~", "bd")] == [None] * 5


@pytest.mark.parametrize(
    ("args", "rows"),
    [
        (("sustain", 0.2), {"hold": 199.0, "release": 1.0}),
        (("legato", 0.5, "delta", 0.4), {"hold": 199.0, "release": 1.0}),
        (("clip", 0.5, "delta", 0.4), {"hold": 199.0, "release": 1.0}),
        (("legato", 0.2), {"hold": 199.0, "release": 1.0}),  # Sardine has no delta: 1 s
        (("legato", 9, "sustain", 0.2), {"hold": 199.0, "release": 1.0}),
        (("unit", "s", "end", 0.2), {"end": 0.2, "hold": 199.0, "release": 1.0}),
        (("unit", "rate"), {}),
        (("unit", "c", "cps", 0.5, "speed", 2), {"speed": 2.0, "fit": 0.5}),
        (("unit", "c"), {"fit": 1.0}),
        (("attack", 0.1), {"attack": 100.0, "hold": 10000.0, "release": 1.0}),
        (("release", 0.1), {"hold": 0.0, "release": 100.0}),
        (("attack", 0.1, "hold", 0.2, "release", 0.3),
         {"attack": 100.0, "hold": 200.0, "release": 300.0}),
        (("hold", 0.2), {}),
        (("attack", 0.1, "release", 5, "sustain", 0.3),
         {"attack": 100.0, "hold": 0.0, "release": 200.0}),
        (("loop", 3), {"loop": 3.0}),
        (("loop", 3, "legato", 0.2), {"hold": 199.0, "release": 1.0}),
        (("begin", 0.75, "end", 0.25), {"begin": 0.25, "end": 0.75}),
        (("end", -0.5), {"begin": 0.0, "end": 0.0}),
        (("begin", 1.5), {"begin": 1.0, "end": 1.0}),
        (("speed", -1, "begin", 0.5), {"speed": -1.0, "begin": 0.5}),
        (("accelerate", 0.5), {"accelerate": 0.5}),
    ],
)  # fmt: skip
def test_length_and_the_part_that_is_played(args, rows):
    assert params(*args) == pytest.approx(rows)


@pytest.mark.parametrize(
    ("args", "rows"),
    [
        (("cut", -1), {"cut": -1.0}),
        (("orbit", 14), {"orbit": 2.0}),
        (("orbit", -1), {"orbit": 11.0}),
        (("shape", 0.3, "crush", 4, "coarse", 8), {"shape": 0.3, "crush": 4.0, "coarse": 8.0}),
        (("lpf", 800, "lpq", 0.2), {"cutoff": 800.0, "resonance": 0.2}),
        (("hpf", 80, "hpq", 0.2), {"hcutoff": 80.0, "hresonance": 0.2}),
        (("bpf", 80, "bpq", 20), {"bandf": 80.0, "bandq": 20.0}),
        (("cutoff", 1e9), {"cutoff": 22050.0}),
        (("cutoff", "c7"), {"cutoff": 20.0}),
        (("djf", 0.2), {"djf": 0.2}),
        (("bright", 0.9, "z1", -5, "radius", 0), {"brightness": 0.9, "z1": -3.0, "radius": 0.0}),
        (("decay", 0.9), {"decay": 0.9}),
        (("gain_db", -6, "hold_ms", 50), {"gain": -6.0, "hold": 50.0}),
        (("seed", 7, "average", 3), {"seed": 7.0, "average": 3.0}),
        (("crush", NAN, "shape", math.inf, "djf", 0.2), {"djf": 0.2}),
        (("crush", "many", "coarse", "3"), {"coarse": 3.0}),
        (("nudge", 0.1, "cycle", 3, "_id_", "1", "kit", "a", "channel", 1, "vowel", "a"), {}),
    ],
)
def test_rows_for_one_hit(args, rows):
    assert params(*args) == pytest.approx(rows)


def test_decay_is_our_knob_from_tidal_and_strudels_envelope_from_strudel():
    tidal = ("cps", 0.5, "cycle", 1, "decay", 0.2, "delta", 1, "s", "bd")
    strudel = ("cps", 0.5, "cycle", 1, "delta", 1, "s", "bd", "decay", 0.2, "sustain", 0)
    loud = ("cps", 0.5, "cycle", 1, "delta", 1, "s", "bd", "decay", 0.2, "sustain", 0.5)
    assert params(*tidal) == pytest.approx({"decay": 0.2})
    assert params(*strudel) == pytest.approx({"hold": 0.0, "release": 200.0})
    assert params(*loud) == {}
    assert params(*strudel[:10]) == pytest.approx({"hold": 0.0, "release": 200.0})
    assert params(*strudel[:8], "long", 0.2) == pytest.approx({"decay": 0.2})


@pytest.mark.parametrize(
    ("given", "written", "number"),
    [
        ((), "", None),
        (("n", 3.9), "", 3),
        (("n", -3.9), "", -3),
        (("n", "4"), "", 4),
        (("n", NAN), "", None),
        (("n", "c7"), "", 0),
        (("number", 2), "5", 2),
        ((), "2.0", 2),
        ((), "12345", 12345),
        ((), "x", None),
        (("n", 1e300), "", 2**53),
    ],
)
def test_which_hit_of_the_endless_folder(given, written, number):
    assert hit_number(read(given, {"c7": 0.25}.get).values, written) == number


def test_a_bus_that_nobody_set_leaves_its_key_out():
    assert params("pan", "c8", "djf", "c7") == {"djf": 0.25}


def test_a_word_for_a_number_is_a_bad_value_and_the_rest_plays():
    reading = read(("pan", "left", "gain", [1, 2], "djf", 0.2, 5, 6, "odd"), {}.get)
    assert (reading.values, reading.bad) == ({"djf": 0.2}, 2)


def test_unknown_and_absent_keys_are_named():
    reading = read(("hydra", 1, "vowel", "a", "s", "bd"), {}.get)
    assert (reading.unknown, reading.absent) == (["hydra"], ["vowel"])
    assert unknown_key("brihgt") == "brihgt: not a parameter (did you mean 'bright'?)"
