"""Notes and controllers that turn the sequencer, as a kit binds them."""

import pytest

from astrodrum_live.control.events import (
    Fill,
    Hit,
    MoveTransport,
    Mute,
    Select,
    SetSwing,
    SetTransport,
)
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.patch_file import load_patch

PADS = '[[pad]]\nname = "kick"\nclass = "kick"\n[[pattern]]\nname = "rock"\n'
BOUND = """[midi.notes]
90 = "seq.play"
91 = "seq.fill"
92 = "seq.mute.kick"
93 = "seq.solo.kick"
94 = "seq.pattern.rock"
95 = "seq.tap"
[midi.cc]
20 = "seq.tempo"
21 = { to = "seq.swing", over = [0, 100] }
22 = "seq.fill"
23 = "seq.mute.kick"
24 = "seq.pattern.rock"
25 = "seq.play"
26 = { to = "transport.tempo", from = 80, till = 160 }
27 = "transport.follow"
"""


@pytest.fixture
def mapping(new_kit) -> Mapping:
    return Mapping(load_patch(new_kit(BOUND + PADS)))


@pytest.mark.parametrize(
    ("message", "events"),
    [
        ((0x99, 90, 100), (MoveTransport("toggle"),)),
        ((0x99, 90, 0), ()),
        ((0x89, 90, 64), ()),
        ((0x99, 91, 100), (Fill(True),)),
        ((0x89, 91, 64), (Fill(False),)),
        ((0x99, 91, 0), (Fill(False),)),
        ((0x99, 92, 1), (Mute("kick", None),)),
        ((0x99, 93, 1), (Mute("kick", None, solo=True),)),
        ((0x99, 94, 1), (Select("rock"),)),
        ((0x99, 95, 1), (MoveTransport("tap"),)),
        ((0x99, 36, 127), (Hit(0, 1.0),)),
        ((0xB9, 20, 0), (SetTransport("tempo", 20.0),)),
        ((0xB9, 20, 127), (SetTransport("tempo", 999.0),)),
        ((0xB9, 21, 100), (SetSwing(0.75),)),
        ((0xB9, 22, 127), (Fill(True),)),
        ((0xB9, 22, 0), (Fill(False),)),
        ((0xB9, 26, 127), (SetTransport("tempo", 160.0),)),
        ((0xB9, 27, 0), (SetTransport("follow", 0.0),)),
        ((0xB9, 23, 127), (Mute("kick", True),)),
        ((0xB9, 23, 0), (Mute("kick", False),)),
        ((0xB9, 24, 127), (Select("rock"),)),
        ((0xB9, 24, 0), ()),
        ((0xB9, 25, 127), (MoveTransport("toggle"),)),
        ((0xB9, 25, 0), ()),
    ],
)
def test_what_a_message_does(mapping, message, events):
    assert mapping.events(bytes(message)) == events


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[midi.notes]\n128 = "seq.play"\n', "not a note from 0 to 127"),
        ('[midi.notes]\n90 = "seq.plai"\n', "is not one of seq.tempo"),
        ('[midi.notes]\n90 = "seq.tempo"\n', "a note cannot turn 'seq.tempo'"),
        ('[midi.notes]\n90 = "kick.gain"\n', "a note cannot turn 'kick.gain'"),
        ('[midi.notes]\n90 = "seq.mute.kik"\n', "no pad 'kik' (did you mean 'kick'?)"),
        ('[midi.cc]\n20 = "seq.pattern.rok"\n', "no pattern 'rok' (did you mean 'rock'?)"),
        ('[midi.cc]\n20 = "seq.mute"\n', "is not one of seq.tempo"),
    ],
)
def test_what_cannot_be_bound_is_told_with_its_line(new_kit, text, words):
    with pytest.raises(PatchError) as error:
        load_patch(new_kit(text + PADS))
    assert words in error.value.text
    assert error.value.line == 4


def test_a_pattern_of_another_file_can_be_bound_where_the_kit_has_none(new_kit):
    kit = load_patch(new_kit('[midi.notes]\n90 = "seq.pattern.mine"\n' + PADS.split("[[pat")[0]))
    assert Mapping(kit).events(bytes((0x99, 90, 1))) == (Select("mine"),)
