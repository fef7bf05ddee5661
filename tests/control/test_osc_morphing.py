"""The way from kit to kit, and the way home, asked for by OSC."""

from dataclasses import replace

import pytest

from astrodrum_live.control.events import Freeze, Home, MorphTo
from astrodrum_live.control.events import Set as Turn
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.patch import PatchError
from astrodrum_live.control.patch_schema import parse_patch

PEER = ("127.0.0.1", 40000)
HEAD = 'format = "astrodrum-kit"\nversion = 1\n[[pad]]\nname = "kick"\nclass = "kick"\n'


@pytest.fixture
def send(instrument, clock):
    instrument.patch = replace(instrument.patch, morph_to="electro")
    routes = OscRoutes(instrument, lambda: ["default", "electro"], clock, lambda: 1.0)

    def say(address, *args):
        replies = routes.handle(OscMessage(address, args), PEER, clock(), Due(None))
        return [(reply.address, *reply.args) for reply in replies]

    return say


def test_the_fader_is_a_row_of_the_mix_with_an_address_of_its_own(send, instrument):
    assert send("/kit/morph", 0.25) == []
    assert send("/master/kit_morph", 0.5) == []
    assert instrument.events == [Turn(None, "kit_morph", 0.25), Turn(None, "kit_morph", 0.5)]
    assert send("/kit/morph") == send("/get", "/kit/morph") == [("/kit/morph", 0.5)]
    assert send("/kit/morph", 7.0)[0][2] == "out_of_range"
    assert instrument.events[-1] == Turn(None, "kit_morph", 1.0)
    assert send("/kit/morph", "far")[0][2] == "bad_args"


def test_a_kit_without_a_goal_is_told_how_to_get_one(send, instrument):
    instrument.patch = replace(instrument.patch, morph_to=None)
    (error,) = send("/kit/morph", 0.25)
    assert "/morph/to" in error[-1]
    assert instrument.events == []
    assert send("/morph/to") == [("/morph/to", "")]


def test_a_goal_is_a_kit_of_the_list(send, instrument):
    assert send("/morph/to") == [("/morph/to", "electro")]
    assert send("/morph/to", "default") == []
    assert instrument.events == [MorphTo("default")]
    (error,) = send("/morph/to", "electra")
    assert "electro" in error[-1]
    (error,) = send("/morph/to", "/etc/passwd")
    assert instrument.events == [MorphTo("default")]


def test_pads_are_brought_home_by_name_by_address_or_all_at_once(send, instrument):
    snare = instrument.patch.pad_index("snare")
    for words in (("/home", "snare"), ("/pad/snare/home",), ("/home", snare)):
        assert send(*words) == []
    assert send("/home") == []
    assert instrument.events == [Home(snare)] * 3 + [Home(None)]
    assert send("/home", "snrae")[0][2] == "unknown_voice"
    assert send("/help", "/pad/snare/home")[0][2] == ""  # it takes nothing more
    assert send("/pad/*/home") == []
    assert len(instrument.events) == 4 + len(instrument.patch.pads)


def test_a_note_and_a_switch_bring_all_pads_home():
    patch = parse_patch(HEAD + "[midi]\nhome_note = 90\nhome_cc = 65\nfreeze_cc = 64\n")
    mapping = Mapping(patch)
    assert mapping.events(bytes([0x99, 90, 100])) == (Home(),)
    assert mapping.events(bytes([0x89, 90, 0])) == ()
    switched = [mapping.events(bytes([0xB9, 65, value])) for value in (0, 100, 127, 0, 64)]
    assert switched == [(), (Home(),), (), (), (Home(),)]
    assert mapping.events(bytes([0xB9, 64, 127])) == (Freeze(toggle=True),)


def test_a_table_morph_without_a_goal_is_refused():
    with pytest.raises(PatchError, match=r":6: \[morph\] leads nowhere"):
        parse_patch(HEAD + "[morph]\n")
    assert parse_patch(HEAD + '[morph]\nto = "electro"\n').morph_to == "electro"
    assert parse_patch(HEAD).morph_to is None
