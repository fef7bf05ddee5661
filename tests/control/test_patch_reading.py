"""A patch is read whole or refused with the line, the key and the remedy."""

import pickle

import pytest

from astrodrum_live.control.patch import PatchError, choke_masks
from astrodrum_live.control.patch_file import find_patch, load_patch, patch_names
from astrodrum_live.control.patch_schema import parse_patch
from astrodrum_live.params import MASTER_PARAMS, PAD_PARAMS

HEAD = 'format = "astrodrum-kit"\nversion = 1\n'
KICK = '[[pad]]\nname = "kick"\nclass = "kick"\n'


def inside(row, share=0.37):
    """A value of the row that is neither its default nor an end of its range, to six decimals."""
    value = row.low + share * (row.high - row.low)
    return float(round(value)) if row.integer else round(value, 6)


@pytest.mark.parametrize("name", patch_names())
def test_every_shipped_patch_loads_and_names_every_row(name):
    patch = load_patch(find_patch(name))
    assert patch.kit == name
    assert set(patch.master) == {row.name for row in MASTER_PARAMS}
    for pad in patch.pads:
        assert set(pad.values) == {row.name for row in PAD_PARAMS}
        assert sum(pad.classes.values()) == pytest.approx(1.0)


def test_the_shipped_patches_are_the_three_we_know():
    assert {"default", "astrobeats", "moonquake"} <= set(patch_names())


def test_the_seed_projects_filters_are_exact():
    patch = load_patch(find_patch("astrobeats"))
    filters = {
        pad.name: tuple(pad.values[key] for key in ("lowpass", "lowpass_order", "average"))
        for pad in patch.pads
    }
    assert filters == {"kick": (11025, 2, 10), "snare": (11025, 8, 1), "hat": (11025, 8, 10)}


@pytest.mark.parametrize("row", PAD_PARAMS, ids=lambda row: row.key)
def test_every_pad_row_is_read_by_its_key(row):
    value = inside(row)
    patch = parse_patch(f"{HEAD}{KICK}{row.key} = {int(value) if row.integer else value}\n")
    assert patch.pads[0].values[row.name] == value
    others = {other.name: other.default for other in PAD_PARAMS if other is not row}
    assert {name: patch.pads[0].values[name] for name in others} == others


@pytest.mark.parametrize("row", [*PAD_PARAMS, *MASTER_PARAMS], ids=lambda row: row.key)
def test_every_row_out_of_range_is_refused_with_its_line(row):
    table = KICK if row in PAD_PARAMS else KICK + "[master]\n"
    text = f"{HEAD}{table}{row.key} = {row.high + 1}\n"
    with pytest.raises(PatchError, match="out of range") as caught:
        parse_patch(text, "k.toml")
    assert caught.value.line == len(text.splitlines())
    assert row.key in str(caught.value)


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        (KICK + "gain = 3\n", 6, "unknown key 'gain' in pad 'kick' (did you mean 'gain_db'?)"),
        (KICK + "lowpas_hz = 300\n", 6, "did you mean 'lowpass_hz'?"),
        (KICK + "gain_db = '3'\n", 6, "gain_db is '3'; it must be a number from -60 to 12 dB"),
        (KICK + "gain_db = true\n", 6, "gain_db is true"),
        (KICK + "gain_db = nan\n", 6, "gain_db is nan"),
        (KICK + "brightnes = 0.7\n", 6, "did you mean 'brightness'?"),
        (KICK + "brightness = 1.2\n", 6, "brightness = 1.2 is out of range, 0 to 1"),
        (KICK + 'morph = "snare"\n', 6, "morph is 'snare'; it must be a number"),
        (KICK + "morph_to = true\n", 6, "a number from 0 to 63 or a class in quotes"),
        (KICK + "seed = 1.5\n", 6, "whole number"),
        (KICK + "notes = [36, 128]\n", 6, "notes has 128"),
        (KICK + "notes = 36\n", 6, "it must be a list"),
        (KICK + 'chokes = ["kik"]\n', 6, "no such pad (did you mean 'kick'?)"),
        (KICK + 'chokes = ["kick"]\n', 6, "cannot choke itself"),
        (KICK + KICK, 7, "two pads are called 'kick'"),
        ('[[pad]]\nname = "a b"\nclass = "x"\n', 4, "letters, digits, - or _"),
        ('[[pad]]\nname = "master"\nclass = "x"\n', 4, "'master' is the mix"),
        ('[[pad]]\nname = "kick"\n', 3, "needs a class"),
        ('[[pad]]\nname = "kick"\nclass = { kick = 0 }\n', 5, "weight of class 'kick' is 0"),
        ("\n", 1, "at least one [[pad]]"),
        (KICK + "[midi]\nchanel = 3\n", 7, "did you mean 'channel'?"),
        (KICK + "[midi]\nchannel = 17\n", 7, '"any" or a number from 1 to 16'),
        (KICK + '[midi]\nmap = "roland"\n', 7, "did you mean 'roland+gm'?"),
        (KICK + '[midi]\nnote_off = "gat"\n', 7, "did you mean 'gate'?"),
        (KICK + "[midi]\nchoke_at = 128\n", 7, "from 0 to 127"),
        (KICK + '[midi.cc]\n1 = "kick.gian"\n', 7, "did you mean 'gain'?"),
        (KICK + '[midi.cc]\n1 = "kik.gain"\n', 7, "did you mean 'kick'?"),
        (KICK + '[midi.cc]\n1 = "gain"\n', 7, "PAD.PARAM"),
        (KICK + '[midi.cc]\n123 = "kick.gain"\n', 7, "all notes off"),
        (KICK + '[midi.cc]\nfader = "kick.gain"\n', 7, "not a controller number"),
        (KICK + "[engine]\nvoices = 0\n", 7, "voices is 0"),
        (KICK + '[engine]\ntiming = "stedy"\n', 7, "did you mean 'steady'?"),
        (KICK + "[master]\nceiling = -1\n", 7, "did you mean 'ceiling_db'?"),
        ("master = 3\n" + KICK, 3, "[master] must be a table"),
        ("pads = 3\n", 3, "unknown key 'pads' in the patch (did you mean 'pad'?)"),
        (KICK + "gain_db = = 3\n", 6, "this is not TOML"),
        (KICK + "pan = 0\npan = 1\n", 7, "this is not TOML"),
        (KICK * 17, 51, "at most 16 pads"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_remedy(body, line, words):
    with pytest.raises(PatchError) as caught:
        parse_patch(HEAD + body, "gig.toml")
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"gig.toml:{line}: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 'a patch begins with: format = "astrodrum-kit"'),
        ('format = "gan-drum-kit"\n', "a patch begins with"),
        ('format = "astrodrum-kit"\n', "version is missing"),
        ('format = "astrodrum-kit"\nversion = 2\n', "this program reads version = 1"),
        ('format = "astrodrum-kit"\nversion = true\n', "version is true"),
    ],
)
def test_another_format_is_refused(text, words):
    with pytest.raises(PatchError, match=r"patch|version") as caught:
        parse_patch(text)
    assert words in str(caught.value)


def test_lines_are_right_behind_long_values_and_comments():
    body = (
        f"{KICK}notes = [ # [ not a bracket\n  36,\n  35,\n]\n"
        '[[pad]]\n# name = "no"\nname = "a"\nclass = { "hat_open" = 1 }\n\n[[pad]]\n'
        'name = "b"\n[pad.class]\nsnare = 1\ntom = -2\n'
    )
    with pytest.raises(PatchError, match="weight of class 'tom'") as caught:
        parse_patch(HEAD + body)
    assert caught.value.line == 17  # the table [pad.class] of the third pad


def test_a_class_to_morph_to_is_a_number_once_the_model_is_known(new_kit):
    path = new_kit('[[pad]]\nname = "a"\nclass = "kick"\nmorph_to = "snare"\n')
    patch = load_patch(path)
    assert patch.pads[0].class_rows == {"morph_to": "snare"}
    for classes, number in ((("kick", "snare"), 1.0), (("tom", "kick", "snare"), 2.0)):
        assert patch.for_classes(classes).pads[0].values["morph_to"] == number
    with pytest.raises(PatchError, match=r"kit.toml:6: .*no class 'snare'.*it has kick, tom"):
        load_patch(path, ("kick", "tom"))


def test_a_model_without_the_class_is_told_with_the_line(new_kit):
    path = new_kit('[[pad]]\nname = "a"\nclass = "kick"\n[[pad]]\nname = "b"\nclass = "snar"\n')
    assert load_patch(path).pads[1].main_class == "snar"
    with pytest.raises(PatchError, match=r"kit.toml:8: .*'snar' \(did you mean 'snare'\?\)"):
        load_patch(path, classes=["kick", "snare"])


def test_files_that_are_no_patches_are_refused_in_words(tmp_path):
    binary = tmp_path / "x.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PatchError, match="save it as UTF-8"):
        load_patch(binary)
    with pytest.raises(PatchError, match="cannot be read"):
        load_patch(tmp_path / "none.toml")
    with pytest.raises(PatchError, match="cannot be read"):
        load_patch(tmp_path)


def test_a_name_is_looked_up_and_an_unknown_one_lists_the_kits(tmp_path):
    with pytest.raises(PatchError, match=r"did you mean 'default'\?.*astrobeats, crossover"):
        find_patch("defalt")
    with pytest.raises(PatchError, match="no such file"):
        find_patch(tmp_path / "none.toml")
    (tmp_path / "mine.toml").write_text(HEAD + KICK)
    assert find_patch("mine", tmp_path) == tmp_path / "mine.toml"
    assert find_patch(tmp_path / "mine.toml") == tmp_path / "mine.toml"


def test_a_group_silences_its_others_and_a_one_way_choke_only_one_way():
    pads = "".join(
        f'[[pad]]\nname = "{name}"\nclass = "x"\n{more}'
        for name, more in [
            ("a", 'choke_group = "g"\n'),
            ("b", 'choke_group = "g"\n'),
            ("c", 'chokes = ["a", "d"]\n'),
            ("d", 'choke_group = "other"\n'),
        ]
    )
    assert choke_masks(parse_patch(HEAD + pads)) == (0b0010, 0b0001, 0b1001, 0)


def test_patches_and_their_errors_cross_processes(default_kit):
    assert pickle.loads(pickle.dumps(default_kit)) == default_kit
    error = PatchError("a.toml", 3, "words", "pad.0.gain_db")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.line, again.key) == (str(error), 3, "pad.0.gain_db")


def test_pads_are_found_by_name_and_unknown_ones_name_the_nearest(default_kit):
    assert default_kit.pad_index("snare") == 1
    with pytest.raises(KeyError, match="did you mean 'snare'"):
        default_kit.pad_index("snair")
