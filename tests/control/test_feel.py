"""What hands and feet mean: fine velocity, double triggers, note-offs, pedals, set lists."""

import pytest

from astrodrum_live.control.events import Choke, Hit, LoadKit
from astrodrum_live.control.events import Set as Turn
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.midi_words import midi_seen
from astrodrum_live.control.patch import PatchError, choke_masks
from astrodrum_live.control.patch_schema import parse_patch

HEAD = 'format = "astrodrum-kit"\nversion = 1\n'
MS = 1_000_000


def kit_of(*pads, top="", midi=""):
    body = "".join(f'[[pad]]\nname = "{name}"\nclass = "{name}"\n{more}\n' for name, more in pads)
    return parse_patch(f"{HEAD}{top}\n[midi]\n{midi}\n{body}")


def note(number, velocity=127):
    return bytes([0x99, number, velocity])


def control(number, value):
    return bytes([0xB9, number, value])


def strokes(mapping, *at_ms, number=36):
    return [len(mapping.events(note(number), at * MS)) for at in at_ms]


def test_the_second_note_within_the_guard_is_dropped_and_counted():
    mapping = Mapping(kit_of(("kick", "retrigger_ms = 20"), ("snare", "")))
    assert strokes(mapping, 0, 19, 20, 39, 41) == [1, 0, 1, 0, 1]  # from the last that sounded
    assert mapping.guard.dropped == {0: 2}
    assert strokes(mapping, 100, 101, number=38) == [1, 1]


def test_a_roll_faster_than_the_guard_is_thinned_not_silenced():
    mapping = Mapping(kit_of(("kick", "retrigger_ms = 20")))
    assert sum(strokes(mapping, *range(0, 200, 8))) == 9  # every third, 24 ms apart


def test_two_notes_of_one_pad_are_one_trigger_and_ports_stamps_may_cross():
    mapping = Mapping(kit_of(("kick", "retrigger_ms = 20\nnotes = [36, 35]")))
    assert mapping.events(note(36), 10 * MS)
    assert not mapping.events(note(35), 9 * MS)


def test_the_guard_follows_the_row_as_it_is_turned():
    guard_ms = {"retrigger": 0.0}
    mapping = Mapping(kit_of(("kick", "")), lambda pad, row: guard_ms[row])
    assert strokes(mapping, 0, 1) == [1, 1]
    guard_ms["retrigger"] = 50.0
    assert strokes(mapping, 20) == [0]


def test_a_dropped_note_is_told_with_its_pad_and_guard():
    kit = kit_of(("kick", "retrigger_ms = 20"))
    mapping = Mapping(kit)
    mapping.events(note(36), 0)
    events = mapping.events(note(36), MS)
    told = midi_seen(note(36), events, kit, mapping.why).line()
    assert told.endswith("->  nothing: within 20 ms (retrigger_ms) of the last note on kick")
    assert mapping.events(note(36), 50 * MS)
    assert mapping.why == ""


def test_of_two_pads_on_one_note_only_the_guarded_one_is_dropped():
    kit = kit_of(("kick", "retrigger_ms = 20\nnotes = [36]"), ("clap", "notes = [36]"))
    mapping = Mapping(kit)
    assert mapping.events(note(36), 0) == (Hit(0, 1.0), Hit(1, 1.0))
    assert mapping.events(note(36), MS) == (Hit(1, 1.0),)


def test_counts_and_the_pedal_outlive_a_change_of_kits():
    first = kit_of(("hat_closed", ""), ("hat_open", ""), midi="hihat_cc = 4")
    mapping = Mapping(first)
    mapping.events(control(4, 0))
    mapping.events(note(99))
    mapping.events(b"\x99")
    after = Mapping(first, before=mapping)
    assert after.hits(42, 1.0) == (Hit(1, 1.0),)
    assert (after.unmapped, after.malformed) == ({99: 1}, 1)


@pytest.mark.parametrize(
    ("fine", "velocity", "expected"),
    [(0, 1, 1 / 127), (64, 1, 1.5 / 127), (127, 126, (126 + 127 / 128) / 127), (127, 127, 1.0)],
)
def test_a_prefix_adds_seven_bits_to_the_next_velocity_only(fine, velocity, expected):
    mapping = Mapping(kit_of(("kick", "")))
    mapping.events(control(88, fine))
    assert mapping.events(note(36, velocity)) == (Hit(0, pytest.approx(expected, abs=1e-15)),)
    assert mapping.events(note(36, velocity)) == (Hit(0, velocity / 127),)


def test_a_prefix_belongs_to_its_channel_and_to_note_offs_too():
    mapping = Mapping(kit_of(("kick", "")))
    mapping.events(b"\xb0\x58\x40")
    assert mapping.events(note(36, 1)) == (Hit(0, 1 / 127),)
    mapping.events(b"\x80\x24\x00")
    assert mapping.events(b"\x90\x24\x01") == (Hit(0, 1 / 127),)


def test_a_pads_note_off_overrides_the_kits():
    off = note(36, 0), note(38, 0)
    gate = kit_of(("kick", 'note_off = "gate"'), ("snare", ""))
    assert [Mapping(gate).events(one) for one in off] == [(Choke(0),), ()]
    most = kit_of(("kick", ""), ("snare", 'note_off = "ignore"'), midi='note_off = "gate"')
    assert [Mapping(most).events(one) for one in off] == [(Choke(0),), ()]


def test_a_controller_turns_a_row_over_a_part_of_its_range_and_of_its_own():
    midi = (
        '[midi.cc]\n4 = { to = "a.decay", from = 0.2, till = 0.9, over = [0, 90], reverse = true }'
    )
    mapping = Mapping(kit_of(("a", ""), midi=midi))
    at = {value: mapping.events(control(4, value))[0].value for value in (0, 45, 90, 127)}
    assert at == pytest.approx({0: 0.9, 45: 0.55, 90: 0.2, 127: 0.2})


def test_a_range_runs_along_the_rows_warp_and_may_fall():
    midi = '[midi.cc]\n17 = { to = "a.cutoff", from = 10000, till = 100, over = [0, 2] }'
    mapping = Mapping(kit_of(("a", ""), midi=midi))
    (half,) = mapping.events(control(17, 1))
    assert half == Turn(0, "cutoff", pytest.approx(1000.0))


def test_one_controller_turns_several_rows():
    midi = '[midi.cc]\n16 = ["a.brightness", { to = "b.pan", from = -0.5, till = 0.5 }]'
    mapping = Mapping(kit_of(("a", ""), ("b", ""), midi=midi))
    assert mapping.events(control(16, 127)) == (Turn(0, "brightness", 1.0), Turn(1, "pan", 0.5))


def test_a_pedal_that_comes_down_chokes_the_open_hat_once():
    kit = kit_of(("hat_closed", ""), ("hat_open", ""), ("cymbal", ""), midi="hihat_choke_at = 80")
    mapping = Mapping(kit)
    seen = [mapping.events(control(4, value)) for value in (90, 20, 79, 80, 90, 60, 127)]
    assert seen == [(), (), (), (Choke(1),), (), (), (Choke(1),)]
    assert mapping.events(note(42)) == (Hit(0, 1.0),)  # what the module split stays as it is
    assert mapping.events(note(46)) == (Hit(1, 1.0),)


def test_a_closing_pedal_leaves_alone_what_only_stands_in_for_an_open_hat():
    mapping = Mapping(kit_of(("cymbal", ""), ("kick", ""), midi="hihat_choke_at = 80"))
    assert [mapping.events(control(4, value)) for value in (0, 127)] == [(), ()]


def test_a_device_has_a_choke_threshold_of_its_own_by_a_part_of_its_name():
    kit = kit_of(("cymbal", "notes = [49]"), midi='[midi.devices."TD-11"]\nchoke_at = 1')
    mapping = Mapping(kit)
    pressure = bytes([0xA9, 49, 5])
    assert mapping.events(pressure, port="Roland td-11 MIDI 1") == (Choke(0),)
    assert mapping.events(pressure, port="MPD218") == ()
    assert "from 64 on" in midi_seen(pressure, (), kit, port="MPD218").why


def test_a_program_change_asks_for_the_kit_of_its_place_in_the_set_list():
    mapping = Mapping(kit_of(("kick", ""), midi='kits = ["default", "electro"]'))
    assert mapping.events(b"\xc9\x01") == (LoadKit("electro"),)
    assert [mapping.events(b"\xc9\x05") for _ in range(2)] == [(), ()]
    assert mapping.notices == ["MIDI asks for program 6, and the set list has 2 kits"]
    assert "set list" in midi_seen(b"\xc9\x05", (), mapping.patch, mapping.why).line()


def test_a_kit_without_a_set_list_keeps_the_one_before_and_the_first_gets_what_there_is():
    listed, plain = kit_of(("kick", ""), midi='kits = ["a", "b"]'), kit_of(("kick", ""))
    assert Mapping(plain, before=Mapping(listed)).kits == ("a", "b")
    assert Mapping(plain, kits=["x"]).events(b"\xc9\x00") == (LoadKit("x"),)
    assert Mapping(plain).events(b"\xc9\x00") == ()  # a MIDI file's program is another machine's
    assert Mapping(plain).notices == []


def test_half_messages_running_status_and_garbage_are_counted_and_harm_nothing():
    mapping = Mapping(kit_of(("kick", "")))
    broken = [b"", b"\x99", b"\x99\x24", b"\x24\x7f", b"\x99\x24\x7f\x24\x00", b"\x99\xff\x7f"]
    broken += [b"\xf0\x01", b"\xf7", b"\xf4", b"\xb9\x04", bytes(range(128))]
    for message in broken:
        assert mapping.events(message, 0) == ()
    assert mapping.malformed == len(broken)
    assert mapping.events(note(36), 1) == (Hit(0, 1.0),)


def test_a_groups_fade_is_its_pads_unless_they_have_their_own():
    top = "[choke_group.hat]\nchoke_fade_ms = 30"
    kit = kit_of(
        ("hat_open", 'choke_group = "hat"'),
        ("hat_closed", 'choke_group = "hat"\nchoke_fade_ms = 5'),
        ("kick", ""),
        top=top,
    )
    assert [pad.values["choke_fade"] for pad in kit.pads] == [30.0, 5.0, 8.0]


def test_a_one_way_choke_does_not_choke_back():
    kit = kit_of(("hat_pedal", 'chokes = ["hat_open"]'), ("hat_open", ""))
    assert choke_masks(kit) == (0b10, 0)


BAD = {
    'a|notes = [38, 38]': "5: notes has 38 twice; take one out",
    'a|chokes = ["hat_opn"]': "5: chokes names 'hat_opn', and there is no such pad",
    'a|note_off = "gat"': "5: note_off is 'gat' (did you mean 'gate'?)",
    "a|retrigger_ms = -1": "5: retrigger_ms = -1 is out of range",
    "a|fixed = 2": "5: fixed = 2 is out of range",
    "midi|hihat_choke_at = 200": "4: hihat_choke_at is 200; it must be a whole number",
    "midi|kits = [1]": "4: kits has 1; it lists kits by name",
    "midi|[midi.devices.TD]": "4: [midi.devices.\"TD\"] says nothing: give it choke_at",
    "midi|[midi.devices.TD]\nchoke = 1": "5: unknown key 'choke'",
    "cc|4 = 7": "5: controller 4 is 7; it is",
    'cc|4 = { to = "a.gian" }': "5: 'a.gian': no parameter 'gian' (did you mean 'gain'?)",
    'cc|4 = { from = 1 }': "5: '' is not PAD.PARAM",
    'cc|4 = { to = "a.decay", form = 1 }': "5: unknown key 'form' in controller 4 (did",
    'cc|4 = { to = "a.decay", till = 2 }': "5: till is 2; decay goes from 0 to 1",
    'cc|4 = { to = "a.cutoff", from = 1 }': "5: from is 1; cutoff goes from 20 to 22050 Hz",
    'cc|4 = { to = "a.decay", over = [90, 0] }': "5: over is [90, 0]; it is two controller values",
    'cc|4 = ["a.decay", 3]': "5: controller 4 is 3",
    "group|[choke_group.hats]\nchoke_fade_ms = 1": "3: no pad is in choke_group 'hats'",
    "group|[choke_group.hat]\nfade = 1": "4: unknown key 'fade' in [choke_group.hat]",
}  # fmt: skip


@pytest.mark.parametrize(("case", "told"), BAD.items(), ids=BAD)
def test_a_mistake_is_told_with_its_line_and_remedy(case, told):
    where, _, text = case.partition("|")
    pad = '[[pad]]\nname = "a"\nclass = "a"'
    body = {
        "a": f"{pad.partition('[[pad]]')[1]}\n" + 'name = "a"\n' + f"{text}\n" + 'class = "a"\n',
        "midi": f"[midi]\n{text}\n{pad}\n",
        "cc": f"[midi]\n[midi.cc]\n{text}\n{pad}\n",
        "group": f"{text}\n{pad}\n" + 'choke_group = "hat"\n',
    }[where]
    with pytest.raises(PatchError) as error:
        parse_patch(HEAD + body)
    assert str(error.value).startswith(f"patch:{told}")
