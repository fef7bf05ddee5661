"""Surfaces that follow each other: what is pushed, to whom, how often, and for how long."""

import pytest

from astrodrum_live.control.events import Set as Turn
from astrodrum_live.control.instrument import TRANSPORT_STATES
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.osc.subscriptions import MAX_SUBSCRIPTIONS
from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.params import (
    MASTER_PARAMS,
    ORBIT_PARAMS,
    ORBITS,
    PAD_PARAMS,
    SEQ_PARAMS,
    TRANSPORT_PARAMS,
)

EVERY_VALUE = 1 + 16 * len(PAD_PARAMS) + len(MASTER_PARAMS) + ORBITS * len(ORBIT_PARAMS)
EVERY_VALUE += len(TRANSPORT_PARAMS) + len(TRANSPORT_STATES) + len(SEQ_PARAMS)
A, B = ("127.0.0.1", 40000), ("127.0.0.1", 50000)


@pytest.fixture
def routes(instrument, clock):
    return OscRoutes(instrument, lambda: ["astrobeats", "default"], clock)


@pytest.fixture
def send(routes, clock):
    def say(address, *args, peer=A):
        replies = routes.handle(OscMessage(address, args), peer, clock(), Due(None))
        return [(reply.address, *reply.args) for reply in replies]

    return say


@pytest.fixture
def pushed(routes, clock):
    """What is pushed a moment later, as (peer, address, value)."""

    def look(seconds=0.2):
        clock.advance(seconds)
        return [(peer, reply.address, *reply.args) for peer, reply in routes.poll()]

    return look


def test_a_change_is_told_to_who_asked_and_nothing_else(send, pushed):
    assert send("/sub", "/p/*/gain") == [("/sub/done", "/p/*/gain", 16, 10.0)]
    assert pushed() == []
    send("/p/kick/gain", -3.0, peer=B)
    send("/p/kick/pan", 0.5, peer=B)
    assert pushed() == [(A, "/p/kick/gain", -3.0)]
    assert pushed() == []


def test_who_turned_it_is_not_told_what_it_knows(send, pushed):
    for peer in (A, B):
        send("/sub", "/p/kick", peer=peer)
    send("/p/kick/gain", -3.0, peer=A)
    assert pushed() == [(B, "/p/kick/gain", -3.0)]
    send("/p/kick/gain", -3.0, peer=B)  # a surface that sends back what it is told
    assert pushed() == []


def test_who_turned_it_too_far_is_told_where_it_is(send, pushed):
    send("/sub", "/p/kick/gain")
    send("/p/kick/gain", 99.0)
    assert pushed() == [(A, "/p/kick/gain", 12.0)]


def test_a_fader_is_not_pulled_back_by_the_value_of_a_moment_ago(send, pushed, instrument):
    send("/sub", "/p/kick/gain")
    instrument.value = lambda pad, row: 0.0  # the control thread has not come to it yet
    send("/p/kick/gain", -3.0)
    assert pushed(0.05) == []
    instrument.value = lambda pad, row: -3.0
    assert pushed() == []


def test_a_sweep_is_told_thirty_times_a_second_at_most(send, routes, clock):
    send("/sub", "/p/kick/gain", peer=B)
    told = []
    for step in range(1000):
        send("/p/kick/gain", -step / 100)
        clock.advance(0.001)
        told += routes.poll()
    assert 25 <= len(told) <= 31
    clock.advance(0.05)
    ((_, last),) = routes.poll()
    assert last.args == [-9.99]


@pytest.mark.parametrize(
    ("pattern", "places"),
    [
        ((), EVERY_VALUE),
        (("/orbit/3",), len(ORBIT_PARAMS)),
        (("/p",), 16 * len(PAD_PARAMS)),
        (("/p/*",), 16 * len(PAD_PARAMS)),
        (("p/kick",), len(PAD_PARAMS)),
        (("/p/{kick,snare}/gain",), 2),
        (("//gain",), 17),
        (("/kit",), 1),
    ],
)
def test_a_pattern_stands_for_all_that_is_below_it(send, pattern, places):
    assert send("/sub", *pattern)[0][2] == places


def test_it_ends_by_itself_unless_renewed(send, pushed):
    send("/sub", "/p/kick/gain", 0, 2.0)
    assert pushed(1.5) == []
    send("/sub", "/p/kick/gain", 0, 2.0)
    assert pushed(1.5) == []
    send("/p/kick/gain", -1.0, peer=B)
    assert pushed(0.4) == [(A, "/p/kick/gain", -1.0)]
    send("/p/kick/gain", -2.0, peer=B)
    assert pushed(0.2) == []


def test_ten_seconds_is_the_usual_time(send, pushed):
    send("/sub", "/p/kick/gain")
    pushed(9.9)
    send("/p/kick/gain", -1.0, peer=B)
    assert len(pushed(0.05)) == 1
    pushed(0.1)
    send("/p/kick/gain", -2.0, peer=B)
    assert pushed() == []


def test_it_may_be_told_to_another_port(send, pushed):
    send("/sub", "/p/kick/gain", 9000)
    send("/p/kick/gain", -1.0, peer=B)
    assert pushed() == [(("127.0.0.1", 9000), "/p/kick/gain", -1.0)]
    send("/p/kick/gain", -2.0, peer=A)
    assert pushed() == []
    send("/unsub", "/p/kick/gain", 9000)
    send("/p/kick/gain", -3.0, peer=B)
    assert pushed() == []


def test_unsub_ends_one_or_all(send, pushed):
    for pattern in ("/p/kick/gain", "/p/kick/pan", "/master"):
        send("/sub", pattern)
    send("/unsub", "/p/kick/pan")
    send("/p/kick/gain", -1.0, peer=B)
    send("/p/kick/pan", -1.0, peer=B)
    assert pushed() == [(A, "/p/kick/gain", -1.0)]
    send("/unsub")
    send("/p/kick/gain", -2.0, peer=B)
    assert pushed() == []


def test_it_survives_a_change_of_the_kit(send, pushed, instrument):
    send("/sub")
    instrument.patch = load_patch(find_patch("astrobeats"))
    told = {address for _, address, *_ in pushed()}
    assert "/kit" in told
    send(f"/p/{instrument.patch.pad_names()[0]}/gain", -7.0, peer=B)
    assert pushed() == [(A, f"/p/{instrument.patch.pad_names()[0]}/gain", -7.0)]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("/nothing",), "unknown_address"),
        (("/hit",), "unknown_address"),
        (("/p", 70000), "bad_args"),
        (("/p", -1), "bad_args"),
        (("/p", 0, -1.0), "bad_args"),
        (("/p", float("nan")), "bad_args"),
        (("/p", 1, 2, 3), "bad_args"),
        (("/p", "x"), "bad_args"),
    ],
)
def test_what_cannot_be_subscribed_to_is_told(send, args, code):
    ((address, _, told, *_),) = send("/sub", *args)
    assert (address, told) == ("/error", code)


def test_there_is_an_end_to_subscriptions(send, pushed):
    for number in range(MAX_SUBSCRIPTIONS):
        assert send("/sub", "/kit", 1000 + number)[0][0] == "/sub/done"
    assert send("/sub", "/kit")[0][2] == "busy"
    assert send("/sub", "/kit", 1000)[0][0] == "/sub/done"  # a renewal
    send("/unsub", "/kit", 1000)
    assert send("/sub", "/kit")[0][0] == "/sub/done"


def test_two_instruments_that_subscribe_to_each_other_come_to_rest(instrument, clock, default_kit):
    """Each takes what the other pushes for a turn, as it would over the wire."""
    other = type(instrument)(default_kit)
    pair = [OscRoutes(instrument, clock=clock), OscRoutes(other, clock=clock)]
    for routes in pair:
        routes.handle(OscMessage("/sub", ("/p/kick",)), A, clock(), Due(None))
    pair[0].handle(OscMessage("/p/kick/gain", (-3.0,)), B, clock(), Due(None))
    sent = 0
    for _ in range(20):
        clock.advance(0.1)
        for here, there in (pair, pair[::-1]):
            for _, reply in here.poll():
                sent += 1
                message = OscMessage(reply.address, tuple(reply.args))
                assert there.handle(message, A, clock(), Due(None)) == []
    assert other.events == [Turn(0, "gain", -3.0)]
    assert sent == 1
    done = OscMessage("/sub/done", ("/p", 1, 10.0))
    assert pair[0].handle(done, A, clock(), Due(None)) == []  # nor do they answer answers


def test_values_read_before_the_look_are_those_it_tells(send, routes, clock, instrument):
    send("/sub", "/p/kick/gain")
    clock.advance(0.2)
    send("/p/kick/gain", -3.0, peer=B)
    routes.read()
    instrument.value = lambda pad, row: pytest.fail("read again, while hits wait")
    assert [reply.args for _, reply in routes.poll()] == [[-3.0]]


def test_a_change_between_the_reading_and_the_look_is_told_at_the_next(send, routes, clock):
    send("/sub", "/p/kick/gain")
    clock.advance(0.2)
    routes.read()
    send("/p/kick/gain", -3.0, peer=B)
    assert routes.poll() == []
    clock.advance(0.2)
    routes.read()
    assert [reply.args for _, reply in routes.poll()] == [[-3.0]]


def test_who_asks_after_the_reading_is_not_told_what_stood_before(send, routes, clock):
    send("/sub", "/p/snare/gain")
    clock.advance(0.2)
    routes.read()
    send("/p/kick/gain", -3.0, peer=B)
    send("/sub", "/p/kick/gain")
    told = [reply.args for _, reply in routes.poll()]
    clock.advance(0.2)
    told += [reply.args for _, reply in routes.poll()]
    assert [0.0] not in told
