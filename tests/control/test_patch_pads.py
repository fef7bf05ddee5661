"""Encoded pads in patches: written, read back to the last bit, nothing else disturbed."""

import numpy as np
import pytest

from astrodrum_live.control.drum_map import pads_by_note
from astrodrum_live.control.patch import PadLatent, PatchError
from astrodrum_live.control.patch_file import load_patch, save_values
from astrodrum_live.control.patch_pads import NewPad, new_patch, pad_name, put_pad

MODEL = "0123456789ab"
GRID = np.round(np.random.RandomState(3).randn(64) * 4096) / 4096

KIT = """# mine
[[pad]]
name = "kick"                # the drum
class = "kick"               # what the model is asked for
notes = [40]                 # by hand
gain_db = -3.0
z2 = 1.5
brightness = 0.9

# between
[[pad]]
name = "snare"
class = "snare"              # the last
"""


def pad(name: str = "kick", class_name: str = "tom", **changed) -> NewPad:
    return NewPad(name, class_name, PadLatent(MODEL, tuple(GRID)), "some.wav, 5.0 dB LSD away")


def test_a_latent_comes_back_to_the_last_bit_of_the_grid(tmp_path):
    patch = new_patch(tmp_path / "new.toml", "drums", [pad()])
    read = load_patch(tmp_path / "new.toml")
    assert read.pads == patch.pads
    assert read.pads[0].latent.model == MODEL
    np.testing.assert_array_equal(np.round(np.array(read.pads[0].latent.z) * 4096) / 4096, GRID)


def test_every_pad_of_a_new_kit_is_played_by_some_note_of_its_own(tmp_path):
    made = [pad("kick", "kick"), pad("kick_2", "kick"), pad("odd", "e_kick"), pad("x", "snare")]
    patch = new_patch(tmp_path / "new.toml", "drums", made)
    played = pads_by_note(patch)
    assert played[36] == (0,)
    for index in range(len(made)):
        assert (index,) in played.values()
    assert patch.model == "drums"


def test_a_replaced_pad_keeps_its_keys_and_all_comments_but_no_shift(new_kit):
    path = new_kit(KIT)
    before = load_patch(path)
    patch = put_pad(path, pad())
    text = path.read_text()
    assert patch == load_patch(path)
    assert (patch.pads[0].notes, patch.pads[0].values["gain"]) == ((40,), -3.0)
    assert dict(patch.pads[0].classes) == {"tom": 1.0}
    assert (patch.pads[0].values["z2"], patch.pads[0].values["brightness"]) == (0.0, 0.5)
    assert patch.pads[1] == before.pads[1]
    remarks = ("# mine", "# the drum", "# what the model", "# by hand", "# between", "# the last")
    assert [remark for remark in remarks if remark not in text] == []
    again = put_pad(path, pad(class_name="kick"))  # over a latent that is there
    assert path.read_text().count("latent") == 1
    assert dict(again.pads[0].classes) == {"kick": 1.0}


def test_a_latent_in_a_table_of_its_own_is_read_and_replaced(new_kit):
    table = f'\n[pad.latent]\nmodel = "{MODEL}"\nz = [0.5]\n'
    path = new_kit(KIT + table)
    assert load_patch(path).pads[1].latent == PadLatent(MODEL, (0.5,))
    assert len(put_pad(path, pad("snare")).pads[1].latent.z) == 64


def test_an_added_pad_disturbs_nothing_and_gets_a_note_nobody_plays(new_kit):
    path = new_kit(KIT)
    before, text = load_patch(path), path.read_text()
    patch = put_pad(path, pad("extra", "kick"))
    assert path.read_text().startswith(text)
    assert patch.pads[:2] == before.pads
    (note,) = patch.pads[2].notes
    assert note not in pads_by_note(before)
    assert path.read_text().endswith("]\n") or path.read_text().endswith("}\n")


def test_saving_a_turned_knob_leaves_the_latent_alone(new_kit):
    path = new_kit(KIT)
    latent = put_pad(path, pad()).pads[0].latent
    assert save_values(path, {("kick", "z1"): 0.25}).pads[0].latent == latent


def test_a_full_kit_is_left_as_it_is(new_kit):
    text = "".join(f'[[pad]]\nname = "p{n}"\nclass = "kick"\n' for n in range(16))
    path = new_kit(text)
    before = path.read_text()
    with pytest.raises(PatchError, match="at most 16 pads"):
        put_pad(path, pad("extra"))
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("latent", "words"),
    [
        ("5", "the latent of pad 'kick' must be a table"),
        ('{ model = "0123456789ab", zz = [1] }', "unknown key 'zz' .*did you mean 'z'"),
        ('{ model = "drums-v8", z = [1] }', "12 hex digits"),
        ('{ model = "0123456789ab" }', "one number per latent dimension"),
        ('{ model = "0123456789ab", z = [1.0, nan] }', "z has nan"),
        ('{ model = "0123456789ab", z = ["a"] }', "z has 'a'"),
    ],
)
def test_a_latent_that_is_none_is_refused_with_its_line(new_kit, latent, words):
    path = new_kit(f'[[pad]]\nname = "kick"\nclass = "kick"\nlatent = {latent}\n')
    with pytest.raises(PatchError, match=words) as refused:
        load_patch(path)
    assert path.read_text().splitlines()[refused.value.line - 1].startswith("latent")


def test_a_pads_name_is_made_from_any_title():
    assert pad_name("größe Kick!", []) == "groe_Kick"
    assert pad_name("太鼓", []) == "sample"
    assert pad_name("master", []) == "master_2"
    assert pad_name("kick", ["kick", "kick_2"]) == "kick_3"
    assert len(pad_name("k" * 80, ["k" * 32])) == 32
