"""Orbits in a patch: their tables, the knobs that turn them, what is refused, what is saved."""

import pytest

from astrodrum_live.control.events import SetOrbit
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.patch_file import load_patch, save_values
from astrodrum_live.params import ORBIT_PARAMS, ORBITS, orbit_number

PAD = '[[pad]]\nname = "kick"\nclass = "kick"\n'
DEFAULTS = {row.name: row.default for row in ORBIT_PARAMS}


def test_a_patch_without_orbits_has_them_all_at_rest(new_kit):
    assert load_patch(new_kit(PAD)).orbits == (DEFAULTS,) * ORBITS


def test_a_table_is_the_orbit_it_names_or_that_of_its_place(new_kit):
    patch = load_patch(
        new_kit(f"[[orbit]]\nroom = 0.25\n[[orbit]]\norbit = 7\ndelay = 0.5\nlock = 1\n{PAD}")
    )
    assert patch.orbits[0] == {**DEFAULTS, "room": 0.25}
    assert patch.orbits[7] == {**DEFAULTS, "delay": 0.5, "lock": 1.0}
    assert patch.orbits[1] == DEFAULTS


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("[[orbit]]\nrom = 1.0\n", "kit.toml:4: unknown key 'rom'.*did you mean 'room'"),
        ("[[orbit]]\nroom = 2.0\n", "kit.toml:4: room = 2 is out of range"),
        ("[[orbit]]\nroom = nan\n", "kit.toml:4: room is nan; it must be a number"),
        ("[[orbit]]\norbit = 12\n", "kit.toml:4: orbit is 12; .* from 0 to 11"),
        ("[[orbit]]\n[[orbit]]\norbit = 0\n", "kit.toml:5: two tables are for orbit 0"),
        ("[orbit]\nroom = 1.0\n", "kit.toml:3: orbit is .*; it must be a list"),
        ("[[orbit]]\n" * 13, "a patch has at most 12 orbits, not 13"),
    ],
)
def test_what_is_wrong_with_an_orbit_is_told_with_its_line(new_kit, body, words):
    with pytest.raises(PatchError, match=words):
        load_patch(new_kit(body + PAD))


def test_a_pad_cannot_be_called_like_an_orbit(new_kit):
    with pytest.raises(PatchError, match="'orbit3' is an orbit, not a pad"):
        load_patch(new_kit(PAD.replace('"kick"\nclass', '"orbit3"\nclass')))


def test_a_controller_turns_an_orbit(new_kit):
    patch = load_patch(new_kit(f'[midi.cc]\n20 = "orbit3.room"\n21 = "orbit11.delaytime"\n{PAD}'))
    mapping = Mapping(patch)
    assert mapping.events(bytes([0xB0, 20, 127])) == (SetOrbit(3, "room", 1.0),)
    assert mapping.events(bytes([0xB0, 21, 0])) == (SetOrbit(11, "delaytime", 0.0),)


@pytest.mark.parametrize(
    ("bound", "words"),
    [("orbit3.rom", "did you mean 'room'"), ("orbit12.room", "names no pad"), ("orbit3", "orbitN")],
)
def test_a_controller_bound_to_what_is_not_there_is_refused(new_kit, bound, words):
    with pytest.raises(PatchError, match=words):
        load_patch(new_kit(f'[midi.cc]\n20 = "{bound}"\n{PAD}'))


def test_a_saved_value_goes_into_its_table_and_a_new_one_is_made(new_kit):
    path = new_kit(f"[[orbit]]\norbit = 5\nroom = 0.5 # a hall\n{PAD}")
    save_values(path, {("orbit5", "room"): 0.75, ("orbit0", "lock"): 1.0})
    patch = load_patch(path)
    assert patch.orbits[5] == {**DEFAULTS, "room": 0.75}
    assert patch.orbits[0] == {**DEFAULTS, "lock": 1.0}
    assert "room = 0.75 # a hall" in path.read_text()


def test_a_name_of_an_orbit_is_orbit_and_a_number_that_is_there():
    assert [orbit_number(f"orbit{n}") for n in (0, 3, 11)] == [0, 3, 11]
    for name in ("orbit", "orbit12", "orbit03", "orbit-1", "orbit²", "orbits", "3", "master"):
        assert orbit_number(name) is None
