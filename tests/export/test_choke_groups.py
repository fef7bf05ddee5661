"""Chokes as groups: each pad in one, silenced by one; what does not fit is told."""

import pytest

from astrodrum_live.control.patch_schema import parse_patch
from astrodrum_live.export.chokes import choke_groups

HEAD = 'format = "astrodrum-kit"\nversion = 1\n'


@pytest.fixture
def groups():
    """The groups of pads given as ``name: (choke_group, chokes)``, all of them or some."""

    def make(pads: dict[str, tuple[str, tuple[str, ...]]], one_way=True, only=None):
        text = HEAD
        for name, (group, chokes) in pads.items():
            text += f'[[pad]]\nname = "{name}"\nclass = "perc"\nchokes = {list(chokes)}\n'
            text += f'choke_group = "{group}"\n' if group else ""
        patch = parse_patch(text)
        return choke_groups(patch, list(range(len(pads))) if only is None else only, one_way)

    return make


HATS = {"closed": ("hat", ()), "pedal": ("hat", ()), "open": ("hat", ())}


def test_a_group_silences_itself(groups):
    found = groups({"kick": ("", ()), **HATS})
    assert found.member == found.silenced_by == {1: 1, 2: 1, 3: 1}
    assert not found.untold


def test_a_group_of_one_is_none(groups):
    assert groups({"a": ("x", ()), "b": ("y", ())}) == ({}, {}, [])
    assert groups(HATS, only=[2]) == ({}, {}, [])


def test_a_one_way_choke_is_a_group_of_those_who_choke(groups):
    found = groups({"hand": ("", ("crash",)), "crash": ("", ())})
    assert found == ({0: 1}, {1: 1}, [])


def test_one_way_chokes_are_told_where_a_format_has_none(groups):
    pads = {"hand": ("", ("crash",)), "crash": ("", ())}
    assert groups(pads, one_way=False) == ({}, {}, ["hand choking crash"])


def test_a_choke_from_outside_a_group_leaves_the_group_as_it_is(groups):
    found = groups({"hand": ("", ("open",)), **HATS})
    assert found.member == found.silenced_by == {1: 1, 2: 1, 3: 1}
    assert found.untold == ["hand choking open"]


def test_a_pad_of_two_groups_is_in_the_first_and_the_other_is_told(groups):
    pads = {"a": ("", ("x", "y")), "b": ("", ("x",)), "x": ("", ()), "y": ("", ())}
    found = groups(pads)
    assert found.member == {0: 1, 1: 1}
    assert found.silenced_by == {2: 1}
    assert found.untold == ["a choking y"]


def test_two_pads_silenced_by_the_same_share_the_group(groups):
    pads = {"a": ("", ("x", "y")), "x": ("", ()), "y": ("", ())}
    assert groups(pads) == ({0: 1}, {1: 1, 2: 1}, [])
