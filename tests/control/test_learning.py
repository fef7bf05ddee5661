"""What is struck and turned is heard, and written into the kit's file with its comments kept."""

import itertools

import pytest

from astrodrum_live.control.learning import QUIET_NS, Listener
from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.control.patch_learning import Learned, learn_controller, learn_note

KIT = """\
[midi]  # how it listens
channel = 10  # the module's

[midi.cc]
1 = "*.radius"  # the wheel
2 = { to = "a.decay", till = 0.5 }

[[pad]]
name = "a"
class = "kick"
notes = [36,  # left
         35]  # right

[[pad]]
name = "b"  # the other
class = "snare"
"""


@pytest.fixture
def path(new_kit):
    return new_kit(KIT)


def struck(note, at_ns, velocity=100, channel=9):
    return bytes([0x90 | channel, note, velocity]), at_ns, "pads"


def moved(control, *values):
    return [(bytes([0xB9, control, value]), 0) for value in values]


def test_a_note_is_added_to_its_pad_and_all_else_stays_as_it_was(path):
    before = path.read_text()
    assert learn_note(path, "b", 90, 10) == Learned("note 90", "b")
    assert load_patch(path).pads[1].notes == (90,)
    assert path.read_text() == before.rstrip("\n") + "\nnotes = [90]\n"


def test_a_note_is_taken_from_whoever_had_it(path):
    assert learn_note(path, "b", 36, 10).line() == "b: note 36, taken from a"
    assert learn_note(path, "b", 35, 10).line() == "b: note 35, taken from a"
    pads = load_patch(path).pads
    assert (pads[0].notes, pads[1].notes) == ((), (36, 35))
    assert "# how it listens" in path.read_text()


def test_a_pad_that_no_note_plays_any_more_is_named(new_kit):
    pads = "".join(f'[[pad]]\nname = "{name}"\nclass = "snare"\n' for name in ("snare", "rimshot"))
    path = new_kit(pads)
    told = learn_note(path, "snare", 40, 10).line()
    assert told == "snare: note 40, taken from rimshot; no note plays rimshot now"


def test_a_note_that_the_map_gave_to_another_is_taken_too(path):
    assert learn_note(path, "a", 38, 10).taken_from == ("b",)
    assert load_patch(path).pads[0].notes == (36, 35, 38)


def test_what_is_so_already_is_said_and_nothing_is_written(path):
    before = path.stat()
    assert learn_note(path, "a", 35, 10).line() == "a: note 35, as it was"
    assert learn_note(path, "b", 38, 10).line() == "b: note 38, as it was"
    assert learn_controller(path, 1, "*.radius").line() == "*.radius: CC 1, as it was"
    assert path.stat() == before


def test_a_kit_on_one_channel_moves_to_that_of_the_note(path):
    told = learn_note(path, "a", 36, 3)
    assert told.line() == "a: note 36, as it was; the kit listens to channel 3 now"
    assert load_patch(path).midi.channel == 3
    assert "channel = 3  # the module's" in path.read_text()


def test_a_kit_on_any_channel_stays_so(new_kit):
    path = new_kit('[[pad]]\nname = "a"\nclass = "kick"\n')
    assert learn_note(path, "a", 60, 3).channel is None
    assert load_patch(path).midi.channel is None


def test_a_layer_of_two_pads_becomes_one_pads(new_kit):
    path = new_kit("".join(f'[[pad]]\nname="{n}"\nclass="kick"\nnotes=[60]\n' for n in "abc"))
    assert learn_note(path, "b", 60, 10).taken_from == ("a", "c")
    assert [pad.notes for pad in load_patch(path).pads] == [(), (60,), ()]


def test_a_controller_is_bound_and_who_had_it_is_named(path):
    assert learn_controller(path, 1, "b.decay").line() == "b.decay: CC 1, taken from *.radius"
    assert learn_controller(path, 2, "b.punch").taken_from == ("a.decay",)
    assert '1 = "b.decay"  # the wheel' in path.read_text()
    assert load_patch(path).midi.bindings[2][0].param == "punch"


def test_a_kit_without_bindings_gets_its_first(new_kit):
    path = new_kit('[[pad]]\nname = "a"\nclass = "kick"\n')
    learn_controller(path, 74, "master.gain")
    assert load_patch(path).midi.bindings[74][0].param == "gain"


@pytest.mark.parametrize("target", ["a.decya", "c.decay", "decay"])
def test_what_cannot_be_turned_leaves_the_file_alone(path, target):
    before = path.read_text()
    with pytest.raises(PatchError):
        learn_controller(path, 5, target)
    with pytest.raises(KeyError, match="no pad 'c'"):
        learn_note(path, "c", 1, 10)
    assert path.read_text() == before


def test_a_strokes_echoes_are_not_the_next_stroke():
    listener = Listener(
        [
            None,
            struck(40, 0, velocity=0),
            struck(40, 1),
            struck(41, QUIET_NS),
            struck(42, QUIET_NS + 1, channel=0),
        ]
    )
    assert listener.note() == (40, 10)
    assert listener.note() == (42, 1)
    assert listener.note() is None


def test_garbage_and_other_messages_are_no_strokes():
    noise = [(b"", 0), (b"\x99", 0), (b"\x24\x7f", 0), (b"\xf8", 0), (b"\x89\x24\x40", 0)]
    assert Listener([*noise, struck(50, 1)]).note() == (50, 10)


def test_a_knob_is_heard_by_its_travel_and_a_jittering_pedal_is_not():
    jitter = moved(4, *itertools.islice(itertools.cycle((60, 63, 66)), 30))
    assert Listener([*jitter, *moved(74, 10, 14, 17), *jitter, *moved(74, 18)]).controller() == 74
    assert Listener(jitter).controller() is None
    assert Listener(moved(80, 127, 0)).controller() == 80  # a button let go
    assert Listener(moved(123, 0, 127)).controller() is None
