"""What a surface asks for over OSC: sounds as a whole, samples, learning, saving; and feeds."""

import numpy as np
import pytest

from astrodrum_live.control.events import FreezeTo, Learn, Record, Save, Together, Turn
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.routes import OscRoutes

A, B = ("127.0.0.1", 40000), ("127.0.0.1", 50000)


class News:
    """A feed whose news a test writes."""

    def __init__(self):
        self.watched, self.restarts, self.news = False, 0, []

    def take(self):
        news, self.news = self.news, []
        return news

    def restart(self):
        self.restarts += 1


class Making:
    """A hit that is made when a test says so."""

    pad, seed, rate = 1, 0xABC, 48000.0

    def __init__(self):
        self.made = None

    def samples(self):
        return self.made


@pytest.fixture
def feed(instrument):
    news = News()
    type(instrument).feeds = property(lambda self: {"hit": news})
    yield news
    type(instrument).feeds = property(lambda self: {})


@pytest.fixture
def routes(instrument, clock, feed):
    return OscRoutes(instrument, lambda: ["default"], clock)


@pytest.fixture
def send(routes, clock):
    def say(address, *args, peer=A):
        replies = routes.handle(OscMessage(address, args), peer, clock(), Due(None))
        return [(reply.address, *reply.args) for reply in replies]

    return say


@pytest.fixture
def told(routes, clock):
    def look(seconds=0.05):
        clock.advance(seconds)
        return [(peer, reply.address, *reply.args) for peer, reply in routes.poll()]

    return look


def test_a_turn_of_several_rows_is_one_event_and_clamped(send, instrument):
    assert send("/turn", "snare", "seed", 7, "z1", 99.0) == []
    assert instrument.events == [Turn(1, (("seed", 7.0), ("z1", 3.0)))]


@pytest.mark.parametrize(
    ("args", "word"),
    [((), "no pad"), (("snrae", "seed", 1), "snare"), (("snare",), "key value"),
     (("snare", "seed"), "key value"), (("snare", "seed", "x"), "number"),
     (("snare", "sead", 1), "seed"), (("snare", "seed", 1, "pan"), "key value")],
)  # fmt: skip
def test_a_turn_that_is_wrong_anywhere_turns_nothing(send, instrument, args, word):
    ((address, *_, text),) = send("/turn", *args)
    assert address == "/error"
    assert word in text
    assert instrument.events == []


def test_samples_come_in_pieces_when_they_are_made(send, told, instrument, monkeypatch):
    making = Making()
    monkeypatch.setattr(instrument, "again", lambda pad, index: making)
    assert send("/samples", "snare", 2) == []
    assert told() == []
    making.made = np.arange(10_000, dtype="<f4").tobytes()
    pieces = told()
    assert [piece[:4] for piece in pieces] == [(A, "/samples", "snare", "0000000000000abc")] * 2
    assert [piece[4:7] for piece in pieces] == [(48000, 0, 40_000), (48000, 32_000, 40_000)]
    assert b"".join(piece[7] for piece in pieces) == making.made
    assert told() == []


def test_samples_that_never_come_are_told_of_once(send, told, instrument, monkeypatch):
    monkeypatch.setattr(instrument, "again", lambda pad, index: Making())
    send("/samples", "kick")
    ((peer, address, _, code, text),) = told(6.0)
    assert (peer, address, code) == (A, "/error", "not_made")
    assert "kick" in text
    assert told() == []


@pytest.mark.parametrize("args", [("nosuch",), ("kick", 8), ("kick", -1), (9,), ("kick", "x")])
def test_samples_of_what_is_not_there_are_refused(send, args):
    ((address, *_),) = send("/samples", *args)
    assert address == "/error"


def test_learning_recording_saving_and_freezing_by_seed_are_events(send, instrument):
    send("/learn", "snare", "decay")
    send("/learn", "snare")
    send("/learn", "master", "gain")
    send("/learn")
    send("/record", 1)
    send("/record", 0)
    send("/save", "my beat")
    send("/freeze", "snare", "00000000000000ff", 0.75)
    send("/undo/begin", "a beat")
    send("/undo/end")
    assert instrument.events == [
        Learn(1, "decay"), Learn(1, ""), Learn(None, "gain"), Learn(cancel=True),
        Record(True), Record(False), Save("my beat"), FreezeTo(1, 255, 0.75),
        Together("a beat"), Together(),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "message",
    [("/learn", "snare", "nosuch"), ("/learn", "nosuch"), ("/learn", "master"), ("/save",),
     ("/save", 3), ("/record", "x"), ("/freeze", "snare", "zz", 0.5),
     ("/freeze", "snare", "00000000000000ff", 2), ("/freeze", "x", "00000000000000ff", 1),
     ("/undo/begin", 3), ("/undo/begin", ""), ("/undo/begin", "x" * 81)],
)  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_happens(send, instrument, message):
    assert send(*message)[0][0] == "/error"
    assert instrument.events == []


def test_a_feed_costs_nothing_until_somebody_wants_it(send, told, feed):
    feed.news = [(0, 0.5)]
    assert told() == []
    assert feed.news
    assert not feed.watched
    assert send("/sub", "/feed/hit") == [("/sub/done", "/feed/hit", 0, 10.0)]
    assert feed.watched
    assert told() == [(A, "/feed/hit", 0, 0.5)]
    send("/unsub", "/feed/hit")
    assert not feed.watched


def test_a_feed_is_told_to_all_and_whole_to_who_comes_later(send, told, feed):
    send("/sub", "/feed/hit")
    send("/sub", "/feed/hit", peer=B)
    send("/sub", "/feed/hit")  # renewed
    assert feed.restarts == 2
    feed.news = [(3, 1.0)]
    assert sorted(told()) == [(A, "/feed/hit", 3, 1.0), (B, "/feed/hit", 3, 1.0)]
    told(11.0)
    assert not feed.watched  # nobody renewed


def test_what_a_feed_tells_is_not_answered_when_it_comes_back(send):
    assert send("/feed/hit", 0, 1.0) == []
