"""What a watcher reads: what came, what it did, or why it did nothing."""

import pytest

from astrodrum_live.control.events import Choke, Hit, Hush, LoadKit, Panic, SetOrbit
from astrodrum_live.control.events import Set as Turn
from astrodrum_live.control.mapping import Mapping
from astrodrum_live.control.midi_words import midi_seen
from astrodrum_live.control.monitor import FEW, Monitor, Seen, coalesced, event_words
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.patch_file import load_patch

PEER, WATCHER = ("127.0.0.1", 40000), ("127.0.0.1", 50000)
MS = 1_000_000


@pytest.fixture
def routes(instrument, clock):
    return OscRoutes(instrument, lambda: ["default"], clock)


@pytest.fixture
def seen(routes, clock):
    """What a watcher is told of one message, as (what, did, why, lead in ms)."""
    routes.handle(OscMessage("/sub", ("/monitor",)), WATCHER, clock(), Due(None))

    def look(address, *args, when=Due(None)):  # noqa: B008
        routes.handle(OscMessage(address, args), PEER, clock(), when)
        clock.advance(0.1)
        ((peer, reply),) = routes.poll()
        assert (peer, reply.address, reply.args[0]) == (WATCHER, "/monitor", "osc 127.0.0.1:40000")
        assert reply.args[5] == 1
        return tuple(reply.args[1:5])

    return look


@pytest.mark.parametrize(
    ("address", "args", "told"),
    [
        ("/hit", ("kick", 0.5), ("/hit kick 0.5", "kick 0.50", "")),
        ("/hit/kick", (0.25, "pan", -1.0), ("/hit/kick 0.25 pan -1", "kick 0.25 pan -1", "")),
        ("/p/kick/gain", (-3.0,), ("/p/kick/gain -3", "kick gain = -3", "")),
        ("/choke", (), ("/choke", "choke all pads", "")),
        ("/panic", (), ("/panic", "panic", "")),
        ("/ping", (1,), ("/ping 1", "answered", "")),
        ("/hit", ("kik",), ("/hit kik", "", "no pad 'kik' (did you mean 'kick'?)")),
        ("/note", (87, 100), ("/note 87 100", "", "no pad of this kit plays note 87")),
        ("/hit/kick", (0,), ("/hit/kick 0", "", "velocity 0 is a button let go")),
        ("/note", (36, 0), ("/note 36 0", "", "velocity 0 is a button let go")),
    ],
)
def test_a_message_is_told_with_what_it_did(seen, address, args, told):
    assert seen(address, *args)[:3] == told


def test_an_unknown_address_is_told_with_the_nearest(seen):
    assert "did you mean '/hit'?" in seen("/hitt")[2]


def test_a_message_that_turns_everything_is_one_short_line(seen):
    _, did, _, _ = seen("/p/*/gain", -1.0)
    assert did.count("gain = -1") == 4
    assert did.endswith("and 12 more")


def test_due_times_are_told_in_ms(seen, clock):
    assert seen("/hit/kick", when=Due(clock() + 98 * MS))[3] == 98.0
    assert seen("/hit/kick", when=Due(clock() - 30 * MS, 30 * MS))[3] == -30.0
    _, did, why, lead_ms = seen("/hit/kick", when=Due(clock() - 900 * MS, 900 * MS, True))
    assert (did, lead_ms) == ("", -900.0)
    assert "900 ms late, dropped" in why


def test_what_cannot_be_read_is_told(routes, clock):
    routes.handle(OscMessage("/sub", ("/monitor",)), WATCHER, clock(), Due(None))
    routes.misunderstood("a datagram is not OSC", PEER)
    clock.advance(0.1)
    ((_, reply),) = routes.poll()
    assert reply.args[1:4] == ["unreadable", "", "a datagram is not OSC"]


def test_an_event_that_waited_for_its_bus_is_told_apart_from_what_came_next(routes, clock):
    routes.handle(OscMessage("/sub", ("/monitor",)), WATCHER, clock(), Due(None))
    routes._watched.post(Hit(0, 1.0), clock())
    routes.handle(OscMessage("/hit/snare", ()), PEER, clock(), Due(None))
    clock.advance(0.1)
    told = [tuple(reply.args[1:3]) for _, reply in routes.poll()]
    assert told == [("an event that waited", "kick 1.00"), ("/hit/snare", "snare 1.00")]


def test_nothing_is_kept_while_nobody_watches(routes, clock):
    routes.handle(OscMessage("/hit/kick", ()), PEER, clock(), Due(None))
    assert routes.monitor.take() == []
    routes.handle(OscMessage("/sub", ("/monitor", 0, 1.0)), WATCHER, clock(), Due(None))
    assert routes.monitor.watched
    clock.advance(1.1)
    assert routes.poll() == []
    assert not routes.monitor.watched
    routes.handle(OscMessage("/hit/kick", ()), PEER, clock(), Due(None))
    assert routes.monitor.take() == []


def test_two_watchers_see_the_same(routes, clock):
    for peer in (WATCHER, PEER):
        routes.handle(OscMessage("/sub", ("/monitor",)), peer, clock(), Due(None))
    routes.handle(OscMessage("/hit/kick", ()), PEER, clock(), Due(None))
    clock.advance(0.1)
    assert [peer for peer, _ in routes.poll()] == [WATCHER, PEER]


def test_a_flood_is_told_in_a_line_each_with_a_count():
    few = [Seen("midi", f"note {n}") for n in range(FEW)]
    assert coalesced(few) == few
    hits = [Seen(f"osc 127.0.0.1:{n}", "/hit kick", "kick 1.00") for n in range(500)]
    wrong = [Seen("osc 127.0.0.1:1", "/hit kik", why="no pad 'kik'")] * 3
    told = coalesced(hits + wrong)
    assert [(seen.what, seen.count) for seen in told] == [("/hit kick", 500), ("/hit kik", 3)]


def test_a_flood_of_many_kinds_has_an_end():
    told = coalesced([Seen("osc a:1", f"/{n}") for n in range(1000)])
    assert len(told) == 41
    assert told[-1].what == "960 more"


def test_the_oldest_goes_when_nobody_takes():
    monitor = Monitor()
    for number in range(5000):
        monitor.see(Seen("midi", "note", why=str(number)))
    assert len(monitor._feed) == 1000


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (Seen("midi", "note 38"), "midi  note 38  ->  nothing"),
        (Seen("midi", "x", "snare 0.50"), "midi  x  ->  snare 0.50"),
        (Seen("a", "x", "kick 1.00", lead_ms=98.26), "a  x  ->  kick 1.00, 98.3 ms ahead"),
        (Seen("a", "x", "kick 1.00", lead_ms=-7.0), "a  x  ->  kick 1.00, 7.0 ms late"),
        (Seen("a", "x", why="no pad"), "a  x  ->  nothing: no pad"),
        (Seen("a", "x", why="no pad", count=3), "a  x  (and 2 like it)  ->  nothing: no pad"),
    ],
)
def test_a_line_is_for_a_person(seen, line):
    assert seen.line() == line


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Hit(1, 0.5), "snare 0.50"),
        (Hit(0, 1.0, (("pan", -1.0),), 7, 0.25), "kick 1.00 number 7 amplitude 0.25 pan -1"),
        (Hit(9, 1.0), "pad 9 1.00"),
        (Turn(0, "gain", -3.0), "kick gain = -3"),
        (Turn(None, "gain", -3.0), "master gain = -3"),
        (SetOrbit(2, "room", 0.5), "orbit 2 room = 0.5"),
        (Choke(None), "choke all pads"),
        (Choke(1), "choke snare"),
        (Panic(), "panic"),
        (Hush(), "hush"),
        (LoadKit("default"), "load kit default"),
    ],
)
def test_every_event_has_words(event, words):
    assert event_words(event, ["kick", "snare"]) == words


PAD = """
[[pad]]
name = "snare"
class = "snare"
notes = [38]
"""


def test_a_midi_line_names_its_port_and_a_flood_of_one_port_is_not_told_of_another(new_kit):
    kit = load_patch(new_kit(PAD))
    one = midi_seen(b"\xb2\x15\x01", (), kit, port="TD-11 MIDI 1")
    other = midi_seen(b"\xb2\x15\x01", (), kit, port="nanoKONTROL2")
    assert one.line().startswith("midi TD-11 MIDI 1  CC 21 = 1 channel 3  ->  nothing")
    assert midi_seen(b"\xf8\x00\x00", (), kit, port="TD-11").source == "midi TD-11"
    told = coalesced([one, other] * FEW)
    assert [(seen.source, seen.count) for seen in told] == [
        ("midi TD-11 MIDI 1", FEW),
        ("midi nanoKONTROL2", FEW),
    ]


@pytest.mark.parametrize(
    ("data", "what", "did", "why"),
    [
        (b"\x92\x26\x7f", "note 38 velocity 127 channel 3", "snare 1.00", ""),
        (b"\x92\x57\x40", "note 87 velocity 64 channel 3", "", "no pad of this kit plays note 87"),
        (b"\x94\x26\x7f", "note 38 velocity 127 channel 5", "", "listens to channel 3 only"),
        (b"\x92\x26\x00", "note 38 velocity 0 channel 3", "", "velocity 0 is a note-off, and"),
        (b"\x82\x26\x00", "note-off 38 channel 3", "", "note-offs are ignored"),
        (b"\xb2\x07\x7f", "CC 7 = 127 channel 3", "master gain = 0", ""),
        (b"\xb2\x7b\x00", "CC 123 = 0 channel 3", "panic", ""),
        (b"\xb2\x15\x01", "CC 21 = 1 channel 3", "", "CC 21 is bound to nothing"),
        (b"\xa2\x26\x01", "pressure 1 on note 38 channel 3", "", "pressure chokes from"),
        (b"\xe2\x00\x01", "pitchwheel channel 3", "", "means nothing to drums"),
        (b"\xf8", "clock", "", "system messages play no drum"),
        (b"\x26\x7f", "26 7f", "", "this is not MIDI"),
        (b"", "an empty message", "", "this is not MIDI"),
    ],
)
def test_a_midi_message_is_told_with_what_it_did(new_kit, data, what, did, why):
    kit = load_patch(new_kit(f"[midi]\nchannel = 3\n{PAD}"))
    told = midi_seen(data, Mapping(kit).events(data), kit)
    assert (told.source, told.what, told.did) == ("midi", what, did)
    assert why in told.why
    assert bool(told.why) == (not did)
