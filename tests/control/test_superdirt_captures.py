"""What real clients sent to SuperDirt, played by ours: nothing lost, each hit on its time tag."""

import json
from collections import Counter
from pathlib import Path

import pytest

from astrodrum_live.control.events import Hit, Panic, SetOrbit
from astrodrum_live.control.osc.due import due
from astrodrum_live.control.osc.packet import decode
from astrodrum_live.control.osc.routes import OscRoutes

REPO = Path(__file__).resolve().parents[2]
CAPTURES = REPO.parent / "shared" / "captures"
FEW = Path(__file__).with_name("data") / "superdirt.jsonl"
TIDAL = ("127.0.0.1", 6010)
EARLIER_NS = 1_795_000_000_000_000_000  # the monotonic clock of a replay begins there

# capture, port -> hits per pad of the default kit, panics, sounds that are no drum
WHOLE = {
    ("tidal_basic_noreply", 57120): ({"hat_closed": 68, "snare": 34, "kick": 16}, 0, 0),
    ("tidal_bus", 57120): ({"kick": 11, "snare": 3}, 1, 0),
    ("tidal_cut_overlap", 57120): (
        {"hat_closed": 36, "snare": 24, "kick": 16, "hat_open": 12}, 0, 0,
    ),
    ("tidal_late_listener", 57120): ({"kick": 13, "snare": 6}, 0, 0),
    ("tidal_once", 57120): (
        {"kick": 3, "snare": 2, "hat_closed": 2, "tom_mid": 1, "clap": 1}, 0, 0,
    ),
    ("tidal_two_targets", 57120): ({"kick": 13}, 0, 6),  # d2 plays superpiano, there only
    ("tidal_two_targets", 57130): ({"kick": 13}, 0, 0),
    ("sclang_pbind", 57201): ({"kick": 52, "snare": 51}, 0, 0),
}  # fmt: skip


def replay(rows, instrument, clock):
    """Handles each datagram at its time of arrival, and returns the routes."""
    routes = OscRoutes(instrument, list, clock)
    for row in rows:
        unix_ns = round(row["t_arrival"] * 1e9)
        clock.now_ns = unix_ns - EARLIER_NS
        for message in decode(bytes.fromhex(row["hex"])).messages:
            when = due(message.due_unix_ns, clock.now_ns, unix_ns)
            routes.handle(message, TIDAL, clock.now_ns, when)
    clock.advance(1)
    routes.poll()
    return routes


def rows_of(path, port=None):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row for row in rows if port is None or row["port"] == port]


def tags(rows):
    """The time tags of all events, as due times of the replay."""
    messages = [message for row in rows for message in decode(bytes.fromhex(row["hex"])).messages]
    played = [message for message in messages if message.address == "/dirt/play"]
    return [
        message.due_unix_ns - EARLIER_NS
        for message in played
        if not {"superpanic", "superpiano"} & set(message.args)
    ]


def hits_of(instrument):
    return [(event, due_ns) for event, _, due_ns in instrument.posted if isinstance(event, Hit)]


def few(name):
    return [row for row in rows_of(FEW) if row["from"] == name]


@pytest.mark.parametrize(("name", "port"), WHOLE)
def test_of_a_whole_capture_nothing_is_lost_and_every_hit_is_on_its_tag(
    name, port, instrument, clock
):
    if not CAPTURES.is_dir():
        pytest.skip(f"no captures beside this checkout ({CAPTURES.name}); the few of FEW are run")
    per_pad, panics, no_drums = WHOLE[name, port]
    rows = rows_of(CAPTURES / f"{name}.jsonl", port)
    routes = replay(rows, instrument, clock)
    names = instrument.patch.pad_names()
    assert Counter(names[hit.pad] for hit, _ in hits_of(instrument)) == per_pad
    assert sorted(due_ns for _, due_ns in hits_of(instrument)) == sorted(tags(rows))
    assert instrument.events.count(Panic()) == panics
    assert routes.counters["dirt_unknown_sounds"] == no_drums
    assert routes.counters["dirt_bad_values"] == 0


def test_an_orbit_is_told_the_tempo_once_however_many_events_carry_it(instrument, clock):
    row = few("sclang_pbind")[0]
    replay([{**row, "t_arrival": row["t_arrival"] + n / 100} for n in range(10)], instrument, clock)
    assert [e for e in instrument.events if isinstance(e, SetOrbit)] == [SetOrbit(0, "cps", 2.0)]


def test_tidals_first_events_are_numbered_or_fresh_as_they_were_written(instrument, clock):
    rows = few("tidal_basic_noreply")
    replay(rows, instrument, clock)
    (snare, first), (hat, second) = hits_of(instrument)
    assert (snare.pad, snare.number, hat.pad, hat.number) == (1, 3, 4, None)
    assert [first, second] == tags(rows)
    assert snare.amplitude == pytest.approx(0.4 * 0.9**4)
    assert dict(snare.params) == {"orbit": 0.0, "pan": pytest.approx(2 * 0.49215782 - 1)}


def test_once_carries_the_whole_dialect(instrument, clock):
    replay(few("tidal_once"), instrument, clock)
    hits = [hit for hit, _ in hits_of(instrument)]
    by_hand = [
        ("kick", None, {}),
        ("kick", 2, {"speed": 1.5}),
        ("snare", 2, {"speed": 1.5}),
        ("hat_closed", 2, {"speed": 1.5}),
        ("tom_mid", 1, {"pitch": 2.0}),  # up 2
        ("snare", None, {"cut": 1.0, "orbit": 2.0, "shape": 0.3}),
        ("hat_closed", None, {
            "accelerate": 0.2, "cut": -1.0, "begin": 0.1, "end": 0.9, "fit": 0.5625,
            "hold": 0.5 * 1777.7777 - 1.0, "release": 1.0,
        }),
        ("kick", 1, {}),  # n 1.5; its nudge is in the tag
        ("clap", 3, {}),  # 808:3 is CP.WAV
    ]  # fmt: skip
    names = instrument.patch.pad_names()
    assert [(names[hit.pad], hit.number) for hit in hits] == [row[:2] for row in by_hand]
    for hit, (_, _, params) in zip(hits, by_hand, strict=True):
        assert dict(hit.params) == pytest.approx(params)
    assert hits[7].velocity == pytest.approx(0.7)
    turned = [event for event in instrument.events if isinstance(event, SetOrbit)]
    assert turned == [SetOrbit(2, "room", pytest.approx(0.2)), SetOrbit(2, "size", 0.5)]


def test_events_of_one_cut_group_keep_their_order_and_their_orbit(instrument, clock):
    replay(few("tidal_cut_overlap"), instrument, clock)
    (opened, first), (closed, second) = hits_of(instrument)
    assert (opened.pad, closed.pad) == (6, 4)
    assert dict(opened.params) == dict(closed.params) == {"cut": 1.0, "orbit": 0.0}
    assert second - first == pytest.approx(0.25 / 0.5625 * 2 * 1e9, abs=1e6)


def test_a_bus_has_the_value_that_comes_right_behind_the_event_for_the_same_instant(
    instrument, clock
):
    replay(few("tidal_bus"), instrument, clock)
    ((hit, _),) = hits_of(instrument)
    assert dict(hit.params)["pan"] == pytest.approx(2 * 0.6913417 - 1)
    assert instrument.events[-1] == Panic()


def test_panic_is_at_arrival_whatever_its_tag(instrument, clock):
    replay(few("tidal_bus"), instrument, clock)
    assert [due_ns for event, _, due_ns in instrument.posted if event == Panic()] == [None]
