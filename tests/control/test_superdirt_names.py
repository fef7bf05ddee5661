"""Which pad a live coder's name for a drum finds, in every kit that is shipped."""

import pytest

from astrodrum_live.control.drum_map import STAND_INS, role_pad
from astrodrum_live.control.patch_file import find_patch, load_patch, patch_names
from astrodrum_live.control.superdirt.names import ALIASES, FOLDERS
from astrodrum_live.control.superdirt.sounds import Sounds


@pytest.fixture
def sounds(default_kit):
    return Sounds(default_kit)


def name_of(sounds, *args):
    pad = sounds.pad(*args)
    return None if pad is None else sounds.patch.pad_names()[pad]


@pytest.mark.parametrize(
    ("name", "pad"),
    [
        ("kick", "kick"), ("bd", "kick"), ("kd", "kick"), ("808bd", "kick"), ("superkick", "kick"),
        ("clubkick", "kick"), ("sn", "snare"), ("sd", "snare"), ("Snare", "snare"),
        ("hh", "hat_closed"), ("hc", "hat_closed"), ("ch", "hat_closed"), ("hh27", "hat_closed"),
        ("oh", "hat_open"), ("ho", "hat_open"), ("808oh", "hat_open"), ("ph", "hat_pedal"),
        ("cp", "clap"), ("realclaps", "clap"), ("rs", "rim"), ("rim", "rim"), ("rm", "rim"),
        ("rimshot", "rimshot"), ("lt", "tom_low"), ("mt", "tom_mid"), ("ht", "tom_high"),
        ("cr", "crash"), ("cy", "crash"), ("cc", "crash"), ("808cy", "crash"), ("rd", "ride"),
        ("cb", "perc"), ("808hc", "perc"), ("808mt", "tom_mid"), ("sh", "perc"), ("tb", "perc"),
        ("RolandTR909bd", "kick"), ("RolandTR909_sd", "snare"), ("AkaiMPC60hh", "hat_closed"),
        ("LinnDrumcp", "clap"), ("emudrumulatoroh", "hat_open"), ("RolandTR808bd2", "kick"),
        ("bd_haus", "kick"), ("drum_heavy_kick", "kick"), ("kick_01", "kick"),
        ("elec_hi_snare", "snare"),
        ("tom-low", "tom_low"), ("kick2", "kick"), ("tr909rim", "rim"), ("crash_2", "crash_2"),
    ],
)  # fmt: skip
def test_names_of_drums_find_their_pads(sounds, name, pad):
    assert name_of(sounds, name) == pad


@pytest.mark.parametrize("name", ["superpiano", "birds", "arpy", "bass3", "x", "909foo", "bdd"])
def test_what_is_no_drum_finds_none(sounds, name):
    assert name_of(sounds, name) is None


@pytest.mark.parametrize(
    ("name", "bank", "pad"),
    [
        ("RolandTR909bd", "RolandTR909", "kick"),  # Strudel sends both
        ("AkaiLinnhh", "AkaiLinn", "hat_closed"),
        ("RolandTR808_oh", "RolandTR808", "hat_open"),
        ("bd", "RolandTR909", "kick"),  # SuperDirt puts the bank before it
        ("hc", "808", "perc"),  # 808hc is a conga
        ("hc", "909", "hat_closed"),
        ("myown_kick", "myown", "kick"),
        ("bd", "bd", "kick"),
    ],
)
def test_a_bank_is_taken_off_or_put_before(sounds, name, bank, pad):
    assert name_of(sounds, name, bank) == pad


def test_a_folder_with_a_kit_in_it_plays_by_index_and_goes_round(sounds):
    assert name_of(sounds, "808", "", 3) == "clap"
    assert name_of(sounds, "jazz", "", 7) == "snare"
    assert name_of(sounds, "jazz", "", 8) == "kick"
    assert name_of(sounds, "drumtraks", "", -1) == "tom_low"
    assert name_of(sounds, "909") == "kick"


def test_a_pads_own_name_wins_over_what_others_call_so(new_kit):
    sounds = Sounds(load_patch(new_kit(_pads("bd", "drum", "808"))))
    assert [sounds.pad(name) for name in ("bd", "drum", "808")] == [0, 1, 2]
    assert sounds.pad("TR909bd") == 0


@pytest.mark.parametrize("kit", patch_names())
def test_every_drum_finds_a_pad_in_every_shipped_kit(kit):
    sounds = Sounds(load_patch(find_patch(kit)))
    assert not [word for word in ALIASES if sounds.pad(word) is None]
    for folder, roles in FOLDERS.items():
        assert None not in [sounds.pad(folder, "", index) for index in range(len(roles))]


def test_the_roles_are_those_of_the_drum_map(default_kit):
    assert set(ALIASES.values()) == set(STAND_INS)
    for word in ("crash", "snare", "perc"):
        assert role_pad(default_kit, ALIASES[word]) == default_kit.pad_index(word)


def test_an_unknown_sound_is_told_with_its_nearest(sounds):
    assert sounds.unknown("snaer") == "no sound 'snaer' (did you mean 'snare'?)"
    assert sounds.unknown("zzzz").startswith("no sound 'zzzz'; there are: kick, snare")


def test_what_is_remembered_of_names_is_bounded(sounds):
    for number in range(5000):
        sounds.pad(f"name{number}")
    assert len(sounds._found) <= 1024
    assert name_of(sounds, "bd") == "kick"


def test_notes_are_the_kits_own_map(sounds, default_kit):
    assert sounds.note(36) == (default_kit.pad_index("kick"),)
    assert sounds.note(49) == (default_kit.pad_index("crash"),)
    assert sounds.note(5) == ()


def _pads(*names):
    return "".join(f'[[pad]]\nname = "{name}"\nclass = "kick"\n' for name in names)
