"""MIDI becomes the right events for the kit that plays."""

from pathlib import Path

import pytest
from drum_classes import CLASS_OF_NOTE, CLASS_OF_PAD
from hypothesis import given, settings
from hypothesis import strategies as st

from astrodrum_live.control.drum_map import MAPS, STAND_INS, pads_by_note
from astrodrum_live.control.events import Choke, Hit, Panic
from astrodrum_live.control.events import Set as Turn
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.midi_file import read_performance
from astrodrum_live.control.patch_file import find_patch, load_patch, patch_names
from astrodrum_live.control.patch_schema import parse_patch

HEAD = 'format = "astrodrum-kit"\nversion = 1\n'
PERFORMANCES = Path(__file__).resolve().parents[3] / "shared" / "midi"


def note_on(note, velocity=100, channel=9):
    return bytes([0x90 | channel, note, velocity])


def kit_of(*pads, midi=""):
    body = "".join(f'[[pad]]\nname = "{name}"\nclass = "{name}"\n{more}\n' for name, more in pads)
    return parse_patch(f"{HEAD}[midi]\n{midi}\n{body}")


def test_every_note_of_the_dataset_plays_its_drum_in_the_default_kit(default_kit):
    pads = pads_by_note(default_kit)
    for note, drum in CLASS_OF_NOTE.items():
        names = [default_kit.pads[pad].name for pad in pads[note]]
        assert [CLASS_OF_PAD[name] for name in names] == [drum], note


@pytest.mark.parametrize("name", patch_names())
def test_every_shipped_kit_plays_every_general_midi_drum_and_every_roland_one(name):
    mapping = Mapping(load_patch(find_patch(name)))
    for note in [*range(35, 54), *range(55, 60), *CLASS_OF_NOTE]:
        assert mapping.hits(note, 1.0), note


def test_a_kit_of_electronic_classes_and_names_of_its_own_plays_every_general_midi_drum():
    names = {"boom": "e_kick", "crack": "e_snare", "tick": "e_hat_closed", "tss": "e_hat_open"}
    names |= {"pew": "e_tom", "shh": "e_cymbal", "clank": "e_perc"}
    pads = "".join(f'[[pad]]\nname = "{n}"\nclass = "{c}"\n' for n, c in names.items())
    mapping = Mapping(parse_patch(HEAD + pads))
    played = {36: "boom", 38: "crack", 42: "tick", 46: "tss", 47: "pew", 49: "shh"}
    for note, name in played.items():
        assert [mapping.patch.pads[hit.pad].name for hit in mapping.hits(note, 1.0)] == [name]
    assert all(mapping.hits(note, 1.0) for note in [*range(35, 54), *range(55, 60)])


def test_every_role_of_every_map_has_stand_ins():
    assert {role for notes in MAPS.values() for role in notes.values()} == set(STAND_INS)
    assert all(chain[0] == role for role, chain in STAND_INS.items())


def test_every_real_performance_plays_without_an_unmapped_note(default_kit):
    files = sorted(PERFORMANCES.rglob("*.mid"))
    if not files:
        pytest.skip("no performances beside the repository (../shared/midi)")
    mapping = Mapping(default_kit)
    for path in files:
        for _, message in read_performance(path):
            mapping.events(message)
    assert not mapping.unmapped
    assert not mapping.malformed


def test_velocity_is_a_share_of_127_and_zero_is_a_note_off(default_kit):
    mapping = Mapping(default_kit)
    assert mapping.events(note_on(36, 127)) == (Hit(0, 1.0),)
    assert mapping.events(note_on(36, 1)) == (Hit(0, 1 / 127),)
    assert mapping.events(note_on(36, 0)) == ()
    assert mapping.events(bytes([0x89, 36, 64])) == ()


def test_note_off_gates_where_the_kit_says_so():
    mapping = Mapping(kit_of(("kick", ""), midi='note_off = "gate"'))
    assert mapping.events(note_on(36, 0)) == (Choke(0),)
    assert mapping.events(bytes([0x80, 36, 0])) == (Choke(0),)
    assert mapping.events(bytes([0x80, 99, 0])) == ()


def test_a_pads_own_notes_win_and_a_shared_note_plays_both():
    kit = kit_of(("kick", "notes = [38, 60]"), ("snare", "notes = [60]"))
    mapping = Mapping(kit)
    assert mapping.hits(38, 1.0) == (Hit(0, 1.0),)
    assert mapping.hits(40, 1.0) == (Hit(1, 1.0),)
    assert mapping.hits(60, 0.5) == (Hit(0, 0.5), Hit(1, 0.5))


def test_a_note_no_pad_plays_is_counted():
    mapping = Mapping(kit_of(("kick", "")))
    assert mapping.events(note_on(39)) == ()
    assert mapping.events(note_on(39)) == ()
    assert mapping.unmapped == {39: 2}
    assert mapping.notices == ["no pad of this kit plays note 39; 'astrodrum learn' binds it"]


def test_finger_pads_play_by_place():
    mapping = Mapping(kit_of(("clap", ""), ("kick", ""), midi='map = "pads36"'))
    assert mapping.hits(36, 1.0) == (Hit(0, 1.0),)
    assert mapping.hits(37, 1.0) == (Hit(1, 1.0),)
    assert mapping.hits(38, 1.0) == ()


def test_general_midi_alone_does_not_know_rolands_edges():
    mapping = Mapping(kit_of(("hat_closed", ""), midi='map = "gm"'))
    assert mapping.hits(42, 1.0)
    assert mapping.hits(22, 1.0) == ()


def test_only_the_kits_channel_is_heard():
    mapping = Mapping(kit_of(("kick", ""), midi="channel = 10"))
    assert mapping.events(note_on(36, channel=9))
    assert mapping.events(note_on(36, channel=0)) == ()


def test_a_grabbed_cymbal_is_choked_and_a_pressed_drum_is_not(default_kit):
    mapping = Mapping(default_kit)
    crash = default_kit.pad_index("crash")
    assert mapping.events(bytes([0xA9, 49, 127])) == (Choke(crash),)
    assert mapping.events(bytes([0xA9, 49, 63])) == ()
    assert mapping.events(bytes([0xA9, 49, 0])) == ()
    assert mapping.events(bytes([0xA9, 38, 127])) == ()


def test_aftertouch_can_be_off_or_asked_for_by_pad():
    off = Mapping(kit_of(("cymbal", "notes = [49]"), midi="choke_at = 0"))
    assert off.events(bytes([0xA9, 49, 127])) == ()
    pads = kit_of(("cymbal", ""), ("tom", "aftertouch_choke = true"), midi='map = "pads36"')
    assert Mapping(pads).events(bytes([0xA0, 36, 127])) == ()  # finger pads stream pressure
    tom = kit_of(("tom", "aftertouch_choke = true\nnotes = [45]"))
    assert Mapping(tom).events(bytes([0xA0, 45, 64])) == (Choke(0),)


@pytest.mark.parametrize("control", [120, 123])
def test_all_sound_off_is_panic(default_kit, control):
    assert Mapping(default_kit).events(bytes([0xB9, control, 0])) == (Panic(),)


def test_volume_is_general_midis_law_below_the_kits_level():
    mapping = Mapping(parse_patch(f'{HEAD}[master]\ngain_db = -3\n[[pad]]\nname="a"\nclass="a"\n'))
    assert mapping.events(bytes([0xB0, 7, 127])) == (Turn(None, "gain", -3.0),)
    (half,) = mapping.events(bytes([0xB0, 7, 64]))
    assert half.value == pytest.approx(-3.0 - 11.9, abs=0.1)
    assert mapping.events(bytes([0xB0, 7, 0])) == (Turn(None, "gain", -60.0),)


def test_controllers_turn_what_the_kit_binds_them_to():
    midi = '[midi.cc]\n1 = "*.radius"\n2 = "snare.lowpass"\n3 = "master.ceiling"'
    mapping = Mapping(kit_of(("kick", ""), ("snare", ""), midi=midi))
    assert mapping.events(bytes([0xB0, 1, 127])) == (Turn(0, "radius", 2.0), Turn(1, "radius", 2.0))
    assert mapping.events(bytes([0xB0, 2, 0])) == (Turn(1, "lowpass", 200.0),)
    assert mapping.events(bytes([0xB0, 3, 127])) == (Turn(None, "ceiling", 0.0),)
    assert mapping.events(bytes([0xB0, 4, 127])) == ()


def test_an_open_pedal_opens_the_hat_only_where_the_kit_asks(default_kit):
    assert Mapping(default_kit).events(bytes([0xB9, 4, 0])) == ()
    kit = kit_of(("hat_closed", ""), ("hat_open", ""), midi="hihat_cc = 4\nhihat_open_below = 50")
    mapping = Mapping(kit)
    assert mapping.hits(42, 1.0) == (Hit(0, 1.0),)
    mapping.events(bytes([0xB9, 4, 10]))
    assert mapping.hits(42, 1.0) == (Hit(1, 1.0),)
    mapping.events(bytes([0xB9, 4, 90]))
    assert mapping.hits(42, 1.0) == (Hit(0, 1.0),)


@settings(max_examples=150, deadline=None)
@given(message=st.binary(max_size=6))
def test_no_bytes_raise(message):
    events = Mapping(kit_of(("kick", ""))).events(message)
    assert isinstance(events, tuple)
