"""Tempo and transport over OSC."""

import pytest

from astrodrum_live.control.events import MoveTransport, SetTransport
from astrodrum_live.control.instrument import TRANSPORT_STATES
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.params import TRANSPORT_PARAMS

PEER = ("127.0.0.1", 9000)


@pytest.fixture
def routes(instrument, clock):
    return OscRoutes(instrument, clock=clock)


@pytest.fixture
def send(routes):
    def say(address, *args, due=None):
        replies = routes.handle(OscMessage(address, args), PEER, 5, due or Due(None))
        return [(reply.address, *reply.args) for reply in replies]

    return say


def test_a_tempo_is_posted_and_can_be_asked_for(send, instrument):
    assert send("/tempo", 97.5) == []
    assert instrument.events == [SetTransport("tempo", 97.5)]
    assert send("/get", "/tempo") == [("/tempo", 97.5)]
    assert send("/get", "/transport/tempo") == [("/transport/tempo", 97.5)]


def test_among_the_rows_of_the_transport_the_tempo_is_found_too(send, instrument):
    assert send("/transport/tempo", 90.0) == []
    assert instrument.events == [SetTransport("tempo", 90.0)]
    assert ("/transport/tempo", 90.0) in send("/get", "/transport/*")


@pytest.mark.parametrize(("asked", "taken"), [(0.0, 20.0), (1e9, 999.0), (-5.0, 20.0)])
def test_a_tempo_out_of_range_is_moved_into_it_and_that_is_told(send, instrument, asked, taken):
    ((address, *told),) = send("/tempo", asked)
    assert address == "/error"
    assert "20 to 999" in told[-1]
    assert instrument.events == [SetTransport("tempo", taken)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "fast"])
def test_a_tempo_that_is_none_is_refused(send, instrument, value):
    ((address, *told),) = send("/tempo", value)
    assert address == "/error"
    assert "/tempo takes one finite number" in told[-1]
    assert instrument.events == []


def test_it_is_moved_and_a_button_let_go_moves_nothing(send, instrument):
    for address, *args in (
        ("/transport/start",),
        ("/transport/stop", 1.0),
        ("/transport/continue", 0.0),
        ("/transport/locate", 16.5),
        ("/tap",),
        ("/tap", 0.0),
    ):
        assert send(address, *args) == []
    moves = [("start", 0), ("stop", 0), ("locate", 16.5), ("tap", 0)]
    assert instrument.events == [MoveTransport(how, beat) for how, beat in moves]


@pytest.mark.parametrize("beat", [-1.0, float("nan"), 1e12, "here"])
def test_a_place_that_is_none_is_refused(send, instrument, beat):
    ((address, *told),) = send("/transport/locate", beat)
    assert address == "/error"
    assert "takes a beat from 0 on" in told[-1]
    assert instrument.events == []


def test_time_tags_of_a_bundle_are_handed_on(send, instrument):
    send("/transport/start", due=Due(123_456))
    assert instrument.posted == [(MoveTransport("start"), 5, 123_456)]


@pytest.mark.parametrize(
    "row", [row for row in TRANSPORT_PARAMS if row.name != "tempo"], ids=lambda row: row.name
)
def test_every_other_row_has_its_address(send, instrument, row):
    send(f"/transport/{row.name}", row.high)
    assert instrument.events == [SetTransport(row.name, row.high)]
    assert send("/get", f"/transport/{row.name}") == [(f"/transport/{row.name}", row.high)]


def test_states_can_be_asked_for_and_not_be_set(send, instrument):
    for state in TRANSPORT_STATES:
        assert send("/get", f"/transport/{state}")[0][0] == f"/transport/{state}"
        assert send(f"/transport/{state}", 1)[0][0] == "/error"
    assert instrument.events == []


def test_who_follows_a_clock_is_told_why_his_tempo_is_not_taken(send, instrument, monkeypatch):
    state = lambda what: "TD-11" if what == "clock" else 0  # noqa: E731
    monkeypatch.setattr(instrument, "transport_state", state)
    ((_, *told),) = send("/tempo", 120.0)
    assert "the tempo is that of TD-11's clock" in told[-1]
    assert instrument.events == []


def test_changes_are_told_to_who_has_subscribed(send, routes, instrument, clock):
    send("/sub", "/transport")
    send("/sub", "/tempo")
    routes.poll()
    instrument._transport.update(tempo=133.0, beats_per_bar=5.0)
    clock.advance(0.1)
    told = [(reply.address, *reply.args) for _, reply in routes.poll()]
    assert sorted(told) == [("/tempo", 133.0), ("/transport/beats_per_bar", 5)]


def test_a_typo_finds_its_neighbour(send):
    ((_, *told),) = send("/transport/beat_per_bar", 3)
    assert "beats_per_bar" in told[-1]
