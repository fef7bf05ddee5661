"""SuperDirt's protocol: what is answered, when an event is due, what its orbit is told."""

import logging
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrodrum_live.control.events import Hit, Panic, SetOrbit
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.reply import datagrams
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.control.superdirt.keys import KEYS
from astrodrum_live.control.superdirt.superdirt import SuperDirt
from astrodrum_live.control.superdirt.timeline import Timeline
from astrodrum_live.params import ORBIT_PARAMS, ORBITS, PAD_PARAMS, pad_param

TIDAL = ("127.0.0.1", 6010)
MS = 1_000_000
UNIX_NS = 1_795_000_000 * 1_000_000_000


@pytest.fixture
def dirt(instrument, clock):
    return SuperDirt(instrument, clocks=lambda: (clock(), UNIX_NS), clock=clock)


@pytest.fixture
def send(dirt, clock):
    """One message, due in so many ms (None: live), as what is answered."""

    def say(address, *args, in_ms=100.0):
        when = Due(None) if in_ms is None else Due(clock() + round(in_ms * MS))
        return dirt.handle(OscMessage(address, args), TIDAL, clock(), when)

    return say


@pytest.fixture
def play(send, instrument):
    """``/dirt/play``, as what it posted."""

    def posted(*args, **how):
        before = len(instrument.posted)
        assert send("/dirt/play", *args, **how) == []
        return instrument.posted[before:]

    return posted


def turns(posted):
    return [(e.orbit, e.param, e.value, due) for e, _, due in posted if isinstance(e, SetOrbit)]


def test_the_handshake_gives_out_every_bus_as_itself(send):
    (reply,) = send("/dirt/handshake", in_ms=None)
    assert reply.address == "/dirt/handshake/reply"
    host, port = ["&serverHostname", "127.0.0.1"], ["&serverPort", 57130]
    assert reply.args == [*host, *port, "&controlBusIndices", *range(128)]
    (sent,) = datagrams([reply])
    assert len(sent) < 1200


def test_hello_and_synth_info_are_answered(send):
    assert [(r.address, r.args) for r in send("/dirt/hello")] == [("/dirt/hello/reply", ())]
    (reply,) = send("/dirt/synth-info", "superpiano")
    assert (reply.address, reply.args) == ("/dirt/synth-info/reply", ["superpiano"])
    assert len(send("/dirt/synth-info")) == 1


def test_play_and_play2_are_one_and_a_slash_may_be_missing(play, send, instrument):
    ((hit, _, _),) = play("s", "bd")
    send("/play2", "s", "bd")
    send("dirt/play", "s", "bd")
    assert instrument.events == [hit] * 3
    assert hit == Hit(0, pytest.approx(0.4 ** (1 / 1.6)), (), None, 0.4)


def test_a_hit_is_due_at_its_tag_and_live_without_one(play, clock):
    assert play("s", "bd")[0][1:] == (clock(), clock() + 100 * MS)
    assert play("s", "bd", in_ms=None)[0][1:] == (clock(), None)


@pytest.mark.parametrize(
    ("args", "in_ms", "due_ms"),
    [
        (("lag", 0.05), 100, 150),
        (("lag", 0.05), None, 50),
        (("lag", -0.05, "nudge", 9), 100, 50),
        (("offset", 0.01, "speed", -2), 100, 120),
        (("lag", 1e300), 100, 10_100),
    ],
)
def test_lag_and_offset_move_an_event(play, clock, args, in_ms, due_ms):
    ((_, _, due_ns),) = play("s", "bd", *args, in_ms=in_ms)
    assert due_ns == clock() + due_ms * MS


def test_a_stale_event_turns_its_orbit_at_once_and_plays_nothing(dirt, instrument, clock, caplog):
    when = Due(clock() - 400 * MS, 400 * MS, stale=True)
    dirt.handle(OscMessage("/dirt/play", ("s", "bd", "room", 0.5)), TIDAL, clock(), when)
    assert instrument.posted == [(SetOrbit(0, "room", 0.5), clock(), None)]
    assert dirt.counters["dropped_late"] == 1
    assert "400 ms late, dropped" in caplog.text


@pytest.mark.parametrize("name", ["~", "\\", "", "-"])
def test_rests_are_silent(play, dirt, name):
    assert play("s", name) == []
    assert play("sound", name) == []
    assert dirt.counters["dirt_rests"] == 2


def test_superpanic_is_panic_at_arrival(play, clock):
    assert play("s", "superpanic", in_ms=100) == [(Panic(), clock(), None)]
    assert play("sound", "superpanic", in_ms=None) == [(Panic(), clock(), None)]


@pytest.mark.parametrize(
    ("args", "pad", "number"),
    [
        (("s", "kick"), "kick", None),
        (("s", "kick", "n", 12345), "kick", 12345),
        (("s", "sn:3"), "snare", 3),
        (("sound", "bd:2.0"), "kick", 2),  # Sardine
        (("sound", "bd:2", "n", 4.7), "kick", 4),
        (("sound", "bd", "bank", "RolandTR909"), "kick", None),
        (("s", "RolandTR909hh", "bank", "RolandTR909", "n", 2.0), "hat_closed", 2),  # Strudel
        (("s", 808, "n", 0), "perc", 0),
        (("pad", "kick:7", "s", "superpiano"), "kick", 7),
        (("s", "midi", "n", 42 - 60), "hat_closed", None),  # Tidal: drum "ch" # s "midi"
        (("s", "midi", "note", 36 - 60.0), "kick", None),
    ],
)
def test_which_pad_and_which_of_its_hits(play, instrument, args, pad, number):
    ((hit, _, _),) = play(*args)
    assert (instrument.patch.pads[hit.pad].name, hit.number, hit.params) == (pad, number, ())


def test_an_unknown_sound_plays_nothing_and_is_told_once(play, dirt, clock, caplog):
    for _ in range(3):
        assert play("s", "snaer") == []
        assert play("s", "kcik") == []
        clock.advance(3)
    assert [record.getMessage() for record in caplog.records] == [
        "OSC: no sound 'snaer' (did you mean 'snare'?)",
        "OSC: no sound 'kcik' (did you mean 'kick'?)",
    ]
    assert dirt.counters["dirt_unknown_sounds"] == 6


def test_a_note_that_no_pad_plays_is_told(play, caplog):
    assert play("s", "midi", "n", 67) == []
    assert "no pad of this kit plays MIDI note 127" in caplog.text


def test_unknown_keys_play_and_are_told_once(play, dirt, caplog):
    for _ in range(2):
        assert len(play("s", "bd", "hydra", 1, "vowel", "a")) == 1
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        "OSC: hydra: not a parameter",
        "OSC: vowel: not done here",
    ]
    assert (dirt.counters["dirt_unknown_keys"], dirt.counters["dirt_absent_keys"]) == (2, 2)


def test_a_name_from_the_network_is_one_line_of_the_log(play, caplog):
    play("s", "bd\n\x1b[31m" + 1000 * "x")
    (record,) = caplog.records
    assert record.getMessage().isprintable()
    assert len(record.getMessage()) < 260


def test_what_is_told_is_bounded_whatever_is_invented(play, dirt, caplog):
    caplog.set_level(logging.WARNING)
    for number in range(2000):
        play("s", "bd", f"key{number}", 1)
    assert len(caplog.records) == 512
    assert dirt.counters["dirt_unknown_keys"] == 2000


def test_another_kit_has_other_sounds(play, instrument):
    assert play("s", "rimshot")[0][0].pad == 2
    instrument.patch = load_patch(find_patch("astrobeats"))
    assert play("s", "rimshot")[0][0].pad == 1


def test_morph_to_takes_the_name_of_a_class(play, caplog):
    assert dict(play("s", "bd", "morph", 0.5, "morph_to", "snare")[0][0].params) == {
        "morph": 0.5,
        "morph_to": 1.0,
    }
    assert dict(play("s", "bd", "morph_to", 2)[0][0].params) == {"morph_to": 2.0}
    assert play("s", "bd", "morph_to", "snaer")[0][0].params == ()
    assert "has no class 'snaer' (did you mean 'snare'?)" in caplog.text


def test_a_send_is_taken_back_by_the_next_event_without_it_and_only_changes_are_posted(play, clock):
    due = clock() + 100 * MS
    args = ("s", "sn", "room", 0.5, "size", 0.8, "cps", 0.5625)
    assert turns(play(*args)) == [(0, "room", 0.5, due), (0, "size", 0.8, due)]
    assert turns(play(*args)) == []
    assert turns(play("s", "bd", "orbit", 1)) == []
    assert turns(play("s", "bd")) == [(0, "room", 0.0, due)]  # its size rings on
    assert turns(play("s", "sn", "room", 0.5)) == [(0, "room", 0.5, due), (0, "size", 0.1, due)]


def test_a_send_is_taken_back_to_what_the_kit_has(instrument, play, clock):
    wet = tuple({**orbit, "room": 0.3} for orbit in instrument.patch.orbits)
    instrument.patch = replace(instrument.patch, orbits=wet)
    due = clock() + 100 * MS
    assert turns(play("s", "bd")) == []
    assert turns(play("s", "bd", "room", 0.5)) == [(0, "room", 0.5, due)]
    assert turns(play("s", "bd")) == [(0, "room", 0.3, due)]


def test_delay_goes_with_what_belongs_to_it(play):
    told = turns(play("s", "cp", "delay", 0.5, "delayt", 0.125, "delayfb", 0.3, "lock", 1))
    assert {row: value for _, row, value, _ in told} == {
        "delay": 0.5, "delaytime": 0.125, "delayfeedback": 0.3, "lock": 1.0,
    }  # fmt: skip
    told = turns(play("s", "cp", "delay", 0.5))
    assert {row: value for _, row, value, _ in told} == {
        "delaytime": 0.25, "delayfeedback": 0.5, "lock": 0.0,
    }  # fmt: skip


def test_orbits_are_set_in_the_order_of_due_times_even_if_once_came_long_before(play, clock):
    """``once`` sends a cycle ahead: its room must neither start early nor stay."""
    later, sooner, last = (clock() + ms * MS for ms in (1300, 100, 1400))
    assert turns(play("s", "cp", "room", 0.5, in_ms=1300)) == [(0, "room", 0.5, later)]
    assert turns(play("s", "bd", in_ms=100)) == []
    assert turns(play("s", "bd", "room", 0.2, in_ms=100)) == [(0, "room", 0.2, sooner)]
    assert turns(play("s", "bd", in_ms=1400)) == [(0, "room", 0.0, last)]


def test_what_was_no_news_is_posted_when_another_value_comes_before_it(play, clock):
    assert turns(play("s", "bd", in_ms=1300)) == []
    assert turns(play("s", "cp", "room", 0.5, in_ms=100)) == [
        (0, "room", 0.5, clock() + 100 * MS),
        (0, "room", 0.0, clock() + 1300 * MS),
    ]


def test_without_an_orbit_a_pads_own_is_turned(instrument, play):
    instrument.patch.pads[1].values["orbit"] = 3.0
    assert turns(play("s", "sn", "room", 0.5))[0][:2] == (3, "room")
    assert turns(play("s", "sn", "room", 0.5, "orbit", 13))[0][:2] == (1, "room")


@pytest.mark.parametrize("address", ["/c_set", "/bus", "/dirt/setControlBus", "dirt/setControlBus"])
def test_a_bus_counts_from_its_due_time_on(send, play, address):
    send(address, 3, 0.25, 4, 1.0, in_ms=20)
    send(address, 3, 0.75, in_ms=40)
    ((hit, _, _),) = play("s", "bd", "pan", "c3", "djf", "c4", in_ms=30)
    assert dict(hit.params) == {"pan": -0.5, "djf": 1.0}
    assert dict(play("s", "bd", "pan", "c3", in_ms=50)[0][0].params) == {"pan": 0.5}
    assert play("s", "bd", "pan", "c3", in_ms=10)[0][0].params == ()


def test_an_event_with_time_is_kept_until_its_bus_has_come(send, play, dirt, clock, instrument):
    send("/c_set", 3, 0.25, in_ms=50)
    assert play("s", "bd", "pan", "c3", in_ms=200) == []
    send("/c_set", 3, 0.75, in_ms=200)
    dirt.poll()
    assert instrument.posted == []
    clock.advance(0.003)
    dirt.poll()
    ((hit, arrival_ns, due_ns),) = instrument.posted
    assert dict(hit.params) == {"pan": 0.5}
    assert (arrival_ns, due_ns) == (clock() - 3 * MS, clock() + 197 * MS)


def test_what_is_kept_is_played_when_the_next_message_comes_and_forgotten_by_panic(
    play, clock, instrument
):
    play("s", "bd", "pan", "c3", in_ms=200)
    clock.advance(0.01)
    play("s", "sn")
    assert [hit.pad for hit in instrument.events] == [0, 1]
    play("s", "bd", "pan", "c3", in_ms=200)
    play("s", "superpanic")
    clock.advance(1)
    play("s", "sn")
    assert instrument.events[2:] == [Panic(), instrument.events[1]]


def test_bad_bus_messages_are_counted(send, dirt):
    for args in ((), (1,), (1, math.nan), ("x", 1), (-1, 1), (5000, 1), (None, [1])):
        assert send("/c_set", *args) == []
    assert dirt.counters["dirt_bus_values"] == 0
    assert dirt.counters["dirt_bad_values"] == 6


def test_a_message_stamp_is_the_due_time(play, clock):
    sec, usec = UNIX_NS // 10**9, 250_000
    ((hit, _, due_ns),) = play(sec, usec, "s", "bd", "n", 1, in_ms=None)
    assert (hit.pad, hit.number, due_ns) == (0, 1, clock() + 250 * MS)
    assert play(sec - 1, 0, "s", "bd", in_ms=None) == []  # a second ago: stale
    assert play(0, 0, "s", "bd", in_ms=None)[0][2] is None


def test_classic_dirt_is_read_by_place_and_its_defaults_are_nothing(send, instrument, clock):
    classic = [
        0.5625, "bd", 0.0, 0.0, 1.0, 2.0, 0.5, 0.5, "", 0.0, 0.0, 0.0, 0.0, 0, 1.0, 1, 0.0, -1.0,
        -1.0, 4.0, 0, 0.0, 0.0, 0.0, 0.0, "rate", 0.0, 3.0, -1.0, 0.0, -1.0, 2,
    ]  # fmt: skip
    send("/play", UNIX_NS // 10**9, 100_000, *classic, in_ms=None)
    ((hit, _, due_ns),) = instrument.posted
    assert due_ns == clock() + 100 * MS
    assert (hit.pad, hit.number) == (0, 3)
    assert dict(hit.params) == {"speed": 2.0, "cut": 1.0, "crush": 4.0, "orbit": 2.0}
    classic[27] = 0.0
    send("/play", *classic)
    assert instrument.events[-1].number is None


@pytest.mark.parametrize(
    ("args", "hit"),
    [
        (("drums", 36.0, 127.0, 0.5, 9, 0), Hit(0, 1.0)),
        (("drums", 38, 63.5, 0.5, 9, 0), Hit(1, 0.5)),
        (("drums", 38.0, 500.0, 0.5, 9, 0), Hit(1, 1.0)),
        (("drums", 38.0, -1.0, 0.5, 9, 0), None),
        (("piano", 60.0, 100.0, 0.5, 0, 0), None),
        (("drums", 5.0, 100.0, 0.5, 9, 0), None),
        (("drums", 500.0, 100.0, 0.5, 9, 0), None),
        (("drums", math.nan, 100.0, 0.5, 9), None),
        (("drums",), None),
        ((), None),
    ],
)
def test_foxdots_midi_out_plays_drums_on_channel_9(send, instrument, clock, args, hit):
    assert send("/foxdot_midi", *args) == []
    assert instrument.posted == ([(hit, clock(), clock() + 100 * MS)] if hit else [])


def test_the_gain_law_can_be_changed(send, play, caplog):
    assert play("s", "bd", "gain", 0.5)[0][0].amplitude == pytest.approx(0.025)
    send("/dirt/gain_law", "linear")
    assert play("s", "bd", "gain", 0.5)[0][0].amplitude == pytest.approx(0.2)
    send("/dirt/gain_law", "cubic")
    assert "/dirt/gain_law takes dirt or linear" in caplog.text


def test_whoever_watches_hears_every_time_why_something_did_not_play(instrument, clock):
    reasons = []
    dirt = SuperDirt(instrument, clock=clock, because=lambda text: reasons.append(text()))
    for _ in range(2):
        for args in (("s", "snaer"), ("s", "bd", "vowel", "a"), ("s", "bd", "gain", 0), ("s", "~")):
            dirt.handle(OscMessage("/dirt/play", args), TIDAL, clock(), Due(None))
    told = ["no sound 'snaer' (did you mean 'snare'?)", "vowel: not done here", "silent", "a rest"]
    assert reasons == 2 * told


def test_a_law_there_is_not_is_refused(instrument):
    with pytest.raises(ValueError, match="it can be dirt or linear"):
        SuperDirt(instrument, law="cubic")


def test_events_reach_the_layer_through_the_routes_and_are_in_the_stats(instrument, clock):
    routes = OscRoutes(instrument, list, clock)
    late = Due(clock() - MS, MS)
    assert routes.handle(OscMessage("/dirt/play", ("s", "bd")), TIDAL, clock(), late) == []
    for _ in range(3):
        message = OscMessage("/code/highlight", ("1", 0.5, 0.5, 0, 0))
        assert routes.handle(message, TIDAL, clock(), late) == []
    (stats,) = routes.handle(OscMessage("/stats", ()), ("127.0.0.1", 9000), clock(), Due(None))
    counters = dict(zip(stats.args[::2], stats.args[1::2], strict=True))
    assert (counters["osc_dirt_hits"], counters["osc_ignored"]) == (1, 3)


def test_a_value_may_change_at_times_told_in_any_order():
    line = Timeline(0.0)
    for ns, value in ((30, 3.0), (10, 1.0), (20, 2.0), (20, 2.5)):
        line.set(ns, value)
    assert [line.at(ns) for ns in (9, 10, 20, 29, 99)] == [0.0, 1.0, 2.5, 2.5, 3.0]
    assert (line.after(10), line.after(30)) == ((20, 2.5), None)
    for ns in range(100, 400):
        line.set(ns, float(ns))
    assert (line.at(0), line.at(399)) == (143.0, 399.0)


NAMES = [name for key in KEYS for name in (key.name, *key.aliases)] + [r.name for r in PAD_PARAMS]
WORDS = ["bd", "kick:3", "c1", "c1c", "~", "superpanic", "midi", "e3", "808", "r", "c", "s", "nan"]
VALUES = (
    st.floats(width=64)
    | st.integers(-(2**63), 2**63)
    | st.booleans()
    | st.none()
    | st.binary(max_size=4)
    | st.sampled_from(WORDS)
    | st.text(max_size=6)
    | st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
    | st.lists(st.floats(), max_size=2)
)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=5), VALUES), max_size=24)
ADDRESSES = ["/dirt/play", "/play", "/c_set", "/bus", "/foxdot_midi", "/dirt/synth-info"]


class Kept:
    """An instrument that only keeps what is posted: made new for every example."""

    patch = load_patch(find_patch("default"))

    def __init__(self):
        self.events = []

    def post(self, event, arrival_ns, due_ns=None):
        assert isinstance(arrival_ns, int)
        assert due_ns is None or isinstance(due_ns, int)
        self.events.append(event)

    def value(self, pad, param):
        return self.patch.pads[pad].values[param]

    def orbit_value(self, orbit, param):
        return self.patch.orbits[orbit][param]

    def classes(self):
        return ("kick", "snare")


def is_playable(event):
    """Everything in the range that its row or its field has."""
    if isinstance(event, SetOrbit):
        row = next(row for row in ORBIT_PARAMS if row.name == event.param)
        return 0 <= event.orbit < ORBITS and row.low <= event.value <= row.high
    if isinstance(event, Hit):
        rows = [(pad_param(name), value) for name, value in event.params]
        return (
            0.0 < event.velocity <= 1.0
            and 0.0 <= (event.amplitude or 0.0) <= 64.0
            and abs(event.number or 0) <= 2**53
            and all(row.low <= value <= row.high for row, value in rows)
            and len(rows) == len(dict(event.params))
        )
    return event == Panic()


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ADDRESSES), PAIRS), max_size=4), st.integers(-300, 2000))
def test_whatever_comes_nothing_is_raised_and_what_is_posted_can_be_played(messages, lead_ms):
    instrument = Kept()
    dirt = SuperDirt(instrument, clocks=lambda: (10**12, UNIX_NS), clock=lambda: 10**12)
    for address, pairs in messages:
        args = tuple(part for pair in pairs for part in pair)
        late_ns = max(-lead_ms, 0) * MS
        when = Due(10**12 + lead_ms * MS, late_ns, late_ns > 250 * MS)
        dirt.handle(OscMessage(address, args), TIDAL, 10**12, when)
    dirt.poll(2 * 10**12)
    assert all(is_playable(event) for event in instrument.events)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ADDRESSES), st.lists(VALUES, max_size=40))
def test_arguments_that_are_no_pairs_raise_nothing_either(address, args):
    instrument = Kept()
    dirt = SuperDirt(instrument, clocks=lambda: (10**12, UNIX_NS), clock=lambda: 10**12)
    dirt.handle(OscMessage(address, tuple(args)), TIDAL, 10**12, Due(None))
    dirt.poll(2 * 10**12)
    assert all(is_playable(event) for event in instrument.events)
