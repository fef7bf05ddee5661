"""What a kit says of tempo and clocks."""

import pytest

from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.patch_schema import parse_patch
from astrodrum_live.params import TRANSPORT_PARAMS, orbit_param

KIT = 'format = "astrodrum-kit"\nversion = 1\n[[pad]]\nname = "kick"\nclass = "kick"\n'
CPS = orbit_param("cps").default


def test_a_kit_without_the_table_wants_nothing():
    patch = parse_patch(KIT)
    assert patch.transport == {}
    assert patch.midi.clock == ""
    assert patch.midi.clock_out == ()
    assert {orbit["cps"] for orbit in patch.orbits} == {CPS}


@pytest.mark.parametrize("row", TRANSPORT_PARAMS, ids=lambda row: row.key)
def test_only_what_is_said_is_wanted(row):
    value = int(row.high) if row.integer else row.high
    assert parse_patch(f"{KIT}[transport]\n{row.key} = {value}\n").transport == {row.name: row.high}


@pytest.mark.parametrize("value", ["0", "1e9", "nan", '"fast"', "true"])
def test_a_tempo_that_is_none_is_refused_with_its_line(value):
    with pytest.raises(PatchError, match=r"tempo_bpm.*20 to 999") as error:
        parse_patch(f"{KIT}[transport]\ntempo_bpm = {value}\n")
    assert error.value.line == 7


def test_a_typo_finds_its_neighbour():
    with pytest.raises(PatchError, match="did you mean 'tempo_bpm'"):
        parse_patch(f"{KIT}[transport]\ntempo = 120\n")


def test_orbits_of_a_kit_with_a_tempo_have_a_bar_for_a_cycle_unless_they_say_otherwise():
    orbits = "[[orbit]]\norbit = 3\ncps = 1.0\n"
    tempo = "[transport]\ntempo_bpm = 90\nbeats_per_bar = 3\n"
    patch = parse_patch(KIT + tempo + orbits)
    assert [orbit["cps"] for orbit in patch.orbits[:4]] == [0.5, 0.5, 0.5, 1.0]
    patch = parse_patch(KIT + tempo + "orbits = 0\n")
    assert {orbit["cps"] for orbit in patch.orbits} == {CPS}


def test_ports_of_clocks_are_named_one_or_several():
    midi = '[midi]\nclock = "TD-11"\nclock_out = '
    assert parse_patch(KIT + midi + '"TR-8"\n').midi.clock_out == ("TR-8",)
    assert parse_patch(KIT + midi + '["TR-8", "Nord"]\n').midi.clock_out == ("TR-8", "Nord")
    assert parse_patch(KIT + midi + "[]\n").midi.clock == "TD-11"
    with pytest.raises(PatchError, match="clock_out is 5"):
        parse_patch(KIT + midi + "5\n")
