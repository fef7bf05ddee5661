"""Names of MIDI ports: without ALSA's numbers, and kept by twins."""

import pytest

from astrodrum_live.control.midi_system import MidiPortError, without_places
from astrodrum_live.control.port_names import PortNames, matching


def test_alsa_numbers_are_stripped_and_twins_told_apart():
    raw = ["TD-11:TD-11 MIDI 1 20:0", "Pad:Pad MIDI 1 24:0", "Pad:Pad MIDI 1 28:0", "IAC 1"]
    assert list(PortNames().of(raw).values()) == [
        "TD-11:TD-11 MIDI 1",
        "Pad:Pad MIDI 1",
        "Pad:Pad MIDI 1 #2",
        "IAC 1",
    ]


def test_a_twin_keeps_its_name_when_the_other_goes_and_the_other_gets_its_own_back():
    names = PortNames()
    names.of(["Pad 20:0", "Pad 24:0", "Pad 28:0"])
    assert names.of(["Pad 24:0", "Pad 28:0"]) == {
        ("Pad 24:0", 0): "Pad #2",
        ("Pad 28:0", 0): "Pad #3",
    }
    assert names.of(["Pad 24:0", "Pad 28:0", "Pad 32:0"])["Pad 32:0", 0] == "Pad"


def test_twins_with_one_name_in_the_system_are_numbered_in_its_order():
    found = PortNames().of(["Pad", "TD", "Pad"])
    assert found == {("Pad", 0): "Pad", ("TD", 0): "TD", ("Pad", 1): "Pad #2"}


def test_the_place_that_windows_appends_is_no_part_of_a_name():
    assert without_places(["TD-11 0", "Pad 1", "MIDI 7 2"]) == ["TD-11", "Pad", "MIDI 7"]
    assert without_places(["Pad 1"]) == ["Pad 1"]  # this one is its own


def test_a_part_of_a_name_is_enough_and_an_unknown_one_lists_the_ports():
    assert matching("td-11", ["TD-11:TD-11 MIDI 1", "Pad"]) == ["TD-11:TD-11 MIDI 1"]
    with pytest.raises(MidiPortError, match=r"no MIDI input 'nord'.*'TD-11', 'Pad'"):
        matching("nord", ["TD-11", "Pad"])
    with pytest.raises(MidiPortError, match="none at all"):
        matching("nord", [])
