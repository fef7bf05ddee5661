"""Orbits by OSC: turned, asked for, explained, refused."""

import pytest

from astrodrum_live.control.events import SetOrbit
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.params import ORBIT_PARAMS, ORBITS

PEER = ("127.0.0.1", 40000)


@pytest.fixture
def send(instrument, clock):
    routes = OscRoutes(instrument, lambda: ["default"], clock, lambda: 1234.5)

    def say(address, *args):
        replies = routes.handle(OscMessage(address, args), PEER, clock(), Due(None))
        return [(reply.address, *reply.args) for reply in replies]

    return say


@pytest.mark.parametrize("row", ORBIT_PARAMS, ids=lambda row: row.name)
def test_every_row_of_every_orbit_is_turned_and_told(send, instrument, row):
    for orbit in range(ORBITS):
        assert send(f"/orbit/{orbit}/{row.name}", row.high) == []
        address = f"/orbit/{orbit}/{row.name}"
        assert send("/get", address) == [(address, row.high)]
    assert instrument.events == [SetOrbit(orbit, row.name, row.high) for orbit in range(ORBITS)]


def test_a_pattern_turns_several_orbits(send, instrument):
    assert send("/orbit/{0,10,11}/room", 0.5) == []
    assert instrument.events == [SetOrbit(orbit, "room", 0.5) for orbit in (0, 10, 11)]


def test_a_value_out_of_range_is_moved_into_it_and_told(send, instrument):
    (reply,) = send("/orbit/2/delayfeedback", 1.5)
    assert reply[:3] == ("/error", "/orbit/2/delayfeedback", "out_of_range")
    assert instrument.events == [SetOrbit(2, "delayfeedback", 0.99)]


@pytest.mark.parametrize(
    ("address", "args", "code", "words"),
    [
        ("/orbit/0/rom", (1.0,), "unsupported_param", "did you mean 'room'"),
        ("/orbit/12/room", (1.0,), "unsupported_param", "no orbit '12'; there are 0 to 11"),
        ("/orbit/x/room", (1.0,), "unsupported_param", "no orbit 'x'"),
        ("/orbit/0/room", (float("nan"),), "bad_args", "one finite number"),
        ("/orbit/0/room", ("much",), "bad_args", "one finite number"),
        ("/orbit/0", (1.0,), "unknown_address", "/orbit/0 is where others begin"),
    ],
)
def test_what_cannot_be_turned_is_refused_in_words(send, instrument, address, args, code, words):
    (reply,) = send(address, *args)
    assert reply[0] == "/error"
    assert reply[2] == code
    assert words in str(reply[3])
    assert instrument.events == []


def test_help_and_list_come_from_the_table(send):
    (told,) = send("/help", "/orbit/3/delaytime")
    row = next(row for row in ORBIT_PARAMS if row.name == "delaytime")
    assert told == ("/help", "/orbit/3/delaytime", "f", "", 0.0, 4.0, 0.25, row.text)
    *rows, done = send("/list", "orbits")
    assert [reply[2] for reply in rows] == [row.name for row in ORBIT_PARAMS]
    assert done == ("/list/done", "orbits", len(ORBIT_PARAMS))
