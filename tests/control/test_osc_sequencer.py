"""The sequencer over OSC: every address as docs/sequencer.md has it, and what is told back."""

from dataclasses import replace
from pathlib import Path

import pytest

from astrodrum_live.control.events import (
    EditPattern,
    Fill,
    MoveTransport,
    Mute,
    Select,
    SetSwing,
    SetTransport,
    StorePatterns,
)
from astrodrum_live.control.osc.due import Due
from astrodrum_live.control.osc.packet import OscMessage
from astrodrum_live.control.osc.routes import OscRoutes
from astrodrum_live.control.osc.space import METHODS
from astrodrum_live.sequencer.edits import (
    Clear,
    Delete,
    New,
    Rename,
    SetPattern,
    SetStep,
    SetTrack,
)
from astrodrum_live.sequencer.now import At
from astrodrum_live.sequencer.pattern import Step

PEER, OTHER = ("127.0.0.1", 9000), ("127.0.0.1", 9001)
DOCS = Path(__file__).resolve().parents[2] / "docs" / "sequencer.md"


class Desk:
    """Routes over a fake instrument whose sequencer obeys edits when told to."""

    def __init__(self, instrument, clock) -> None:
        self.instrument, self.clock = instrument, clock
        self.routes = OscRoutes(instrument, clock=clock)
        self._obeyed = 0

    def send(self, address: str, *args: object, peer=PEER) -> list[list]:
        replies = self.routes.handle(OscMessage(address, args), peer, self.clock(), Due(None))
        return [[reply.address, *reply.args] for reply in replies]

    def obey(self) -> None:
        for event in self.instrument.events[self._obeyed :]:
            if isinstance(event, EditPattern):
                now = self.instrument.sequencer
                book = event.edit.made_on(now.book)
                pattern = book.keyed(now.pattern.key) or now.pattern
                self.now(book=book, pattern=pattern)
                event.obeyed = True
        self._obeyed = len(self.instrument.events)

    def now(self, **values) -> None:
        self.instrument.sequencer = replace(self.instrument.sequencer, **values)

    def told(self, peer=PEER) -> list[list]:
        self.clock.advance(0.034)
        return [[one.address, *one.args] for who, one in self.routes.poll() if who == peer]

    @property
    def edit(self):
        event = self.instrument.events[-1]
        assert isinstance(event, EditPattern)
        return event.edit


@pytest.fixture
def desk(instrument, clock) -> Desk:
    return Desk(instrument, clock)


@pytest.mark.parametrize(
    ("message", "event"),
    [
        (("/seq/play",), MoveTransport("start")),
        (("/seq/play", 1), MoveTransport("start")),
        (("/seq/play", 0.0), MoveTransport("stop")),
        (("/seq/stop",), MoveTransport("stop")),
        (("/seq/continue",), MoveTransport("continue")),
        (("/seq/toggle",), MoveTransport("toggle")),
        (("/seq/tempo", 96.5), SetTransport("tempo", 96.5)),
        (("/seq/tap",), MoveTransport("tap")),
        (("/seq/swing", 0.6), SetSwing(0.6)),
        (("/seq/select", "pattern1"), Select("pattern1")),
        (("/seq/select", "", "now"), Select("pattern1", now=True)),
        (("/seq/fill", 1), Fill(True)),
        (("/seq/mute", "kick", 1), Mute("kick", True)),
        (("/seq/mute", 1, 0), Mute("snare", False)),
        (("/seq/solo", "snare", 1), Mute("snare", True, solo=True)),
        (("/seq/store",), StorePatterns(None)),
        (("/seq/store", "pattern1"), StorePatterns("pattern1")),
    ],
)
def test_what_is_played_becomes_an_event(desk, message, event):
    assert desk.send(*message) == []
    assert desk.instrument.events == [event]


@pytest.mark.parametrize(
    ("message", "edit"),
    [
        (("/seq/pattern", "", "swing", 0.6), SetPattern("pattern1", (("swing", 0.6),))),
        (
            ("/seq/pattern", "pattern1", "index", 0, "seed", "4000000000"),
            SetPattern("pattern1", (("seed", 4e9),)),
        ),
        (
            ("/seq/track", "", "kick", "text", "x- X"),
            SetTrack("pattern1", "kick", row=(0.8, 0.0, 1.0)),
        ),
        (("/seq/track", "", 0, "length", 12.0), SetTrack("pattern1", "kick", 12)),
        (
            ("/seq/step", "", "kick", 3, "velocity", 0.800000011920929, "when", "2:4"),
            SetStep("pattern1", "kick", 3, (("velocity", 0.8), ("when", "2:4"))),
        ),
        (
            ("/seq/step", "", "kick", 3, "bright", 0.1, "n", 7, "seed", "4000000001"),
            SetStep(
                "pattern1", "kick", 3, (("brightness", 0.1), ("n", 7.0), ("seed", 4000000001.0))
            ),
        ),
        (
            ("/seq/step", "", "kick", 3, "clear", 1, "morph_to", "snare", "pitch", ""),
            SetStep("pattern1", "kick", 3, (("morph_to", 1.0), ("pitch", None)), clear=True),
        ),
        (("/seq/clear", ""), Clear("pattern1")),
        (("/seq/clear", "pattern1", "kick"), Clear("pattern1", "kick")),
        (("/seq/new", "mine", ""), New("mine", "pattern1", ("kick",))),
        (("/seq/rename", "", "mine"), Rename("pattern1", "mine")),
        (("/seq/delete", "pattern1"), Delete("pattern1")),
        (("/seq/delete", "", "kick"), Delete("pattern1", "kick")),
    ],
)
def test_what_is_edited_becomes_an_edit(desk, message, edit):
    assert desk.send(*message) == []
    if isinstance(edit, New):
        edit = replace(edit, tracks=tuple(desk.instrument.patch.pad_names()))
    assert desk.edit == edit


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        (("/seq/step", "", "kik", 1), "unknown_voice", "did you mean 'kick'"),
        (("/seq/step", "", "kick", 65), "bad_args", "no step 65; a track has 1 to 64"),
        (("/seq/step", "", "kick", 0), "bad_args", "no step 0"),
        (("/seq/step", "", "kick", 1.5), "bad_args", "a step from 1"),
        (("/seq/step", "", "kick"), "bad_args", "a step from 1"),
        (("/seq/step", "", "kick", 1, "velocity"), "bad_args", "come in pairs"),
        (("/seq/step", "", "kick", 1, 3, 4), "bad_args", "a key is not text"),
        (("/seq/step", "", "kick", 1, "velocity", float("nan")), "bad_args", "finite number, 0 "),
        (("/seq/step", "", "kick", 1, "velocity", "loud"), "bad_args", "finite number, 0 to 1"),
        (("/seq/step", "", "kick", 1, "velocty", 1), "unsupported_param", "mean 'velocity'"),
        (("/seq/step", "", "kick", 1, "curve", 1), "unsupported_param", "cannot be locked"),
        (("/seq/step", "", "kick", 1, "when", "5:2"), "bad_args", "no condition"),
        (("/seq/step", "", "kick", 1, "morph_to", "snair"), "bad_args", "no class 'snair'"),
        (("/seq/step", "patern1", "kick", 1), "unknown_pattern", "did you mean 'pattern1'"),
        (("/seq/track", "", "kick", "text", "x-?"), "bad_args", "'?' is no step"),
        (("/seq/track", "", "kick", "size", 3), "unsupported_param", "a track has no 'size'"),
        (("/seq/track", "", 16, "length", 3), "unknown_voice", "no pad '16'"),
        (("/seq/pattern", "", "swng", 1), "unsupported_param", "did you mean 'swing'"),
        (("/seq/pattern", "", "tempo", 4), "bad_args", "20 to 999 bpm, or 0"),
        (("/seq/select", "nope"), "unknown_pattern", "no pattern 'nope'"),
        (("/seq/select", "", "later"), "bad_args", '"now"'),
        (("/seq/select",), "bad_args", "a pattern"),
        (("/seq/mute", "kik", 1), "unknown_voice", "did you mean 'kick'"),
        (("/seq/mute", "kick"), "bad_args", "1 or 0"),
        (("/seq/mute",), "unknown_voice", "no pad"),
        (("/seq/tempo",), "bad_args", "one finite number"),
        (("/seq/tempo", float("inf")), "bad_args", "one finite number"),
        (("/seq/new", "pattern1"), "bad_args", "already"),
        (("/seq/new", "a b"), "bad_args", "not 'a b'"),
        (("/seq/new",), "bad_args", "the new pattern is wanted"),
        (("/seq/rename", "", ""), "bad_args", "its new name"),
        (("/seq/delete", "nope"), "unknown_pattern", "no pattern"),
        (("/seq/get", "nope"), "unknown_pattern", "no pattern"),
        (("/seq/stepp", 1), "unknown_address", "did you mean '/seq/step'"),
    ],
)
def test_what_is_wrong_is_told_and_changes_nothing(desk, message, code, words):
    [[address, of, told, text]] = desk.send(*message)
    assert (address, of, told) == ("/error", message[0], code)
    assert words in text
    assert desk.instrument.events == []


def test_numbers_out_of_range_are_moved_into_it_and_told(desk):
    [[_, _, code, text]] = desk.send("/seq/step", "", "kick", 1, "velocity", 1.5)
    assert (code, text) == ("out_of_range", "velocity = 1.5 is moved into its range, 0 to 1")
    assert desk.edit.values == (("velocity", 1.0),)
    assert desk.send("/seq/tempo", 5)[0][2] == "out_of_range"
    assert desk.instrument.events[-1] == SetTransport("tempo", 20.0)
    assert desk.send("/seq/track", "", "kick", "length", 99)[0][2] == "out_of_range"
    assert desk.edit.length == 64


def test_edits_that_follow_each_other_are_held_against_what_will_be(desk):
    """A client need not wait for the control thread between two messages."""
    assert desk.send("/seq/new", "mine") == []
    assert desk.send("/seq/delete", "mine", "perc") == []
    assert desk.send("/seq/track", "mine", "cowbell", "length", 8) == []
    assert desk.send("/seq/step", "mine", "cowbell", 3, "velocity", 1) == []
    assert desk.send("/seq/new", "mine")[0][2] == "bad_args"
    assert desk.send("/seq/select", "mine") == []
    desk.obey()
    assert desk.instrument.sequencer.book.named("mine").track("cowbell").steps[2] == Step(1.0)


def full(desk) -> list[list]:
    return desk.send("/seq/get")


def fill_in(desk) -> None:
    desk.send("/seq/step", "", "kick", 1, "velocity", 0.3, "seed", 4000000000.0, "pitch", -2.5)
    desk.send("/seq/track", "", "snare", "length", 5)
    desk.send("/seq/new", "second", "")
    desk.send("/seq/pattern", "second", "seed", "4000000000", "swing", 0.62, "tempo", 99)
    desk.obey()


def test_the_full_state_is_told_in_order_and_counted(desk):
    fill_in(desk)
    told = full(desk)
    assert told[-1] == ["/seq/done", len(told) - 1]
    assert told[:5] == [
        ["/seq/play", 0], ["/seq/tempo", 120.0], ["/seq/clock", "internal"],
        ["/seq/select", "pattern1", ""], ["/seq/fill", 0],
    ]  # fmt: skip
    pads = desk.instrument.patch.pad_names()
    assert [one[1:] for one in told if one[0] == "/seq/mute"] == [[pad, 0] for pad in pads]
    second = ["index", 1, "tempo", 99.0, "swing", 0.62, "grid", 4, "beats", 4, "seed", "4000000000"]
    assert ["/seq/pattern", "second", *second] in told
    assert ["/seq/track", "second", "snare", "length", 5, "text", "---- -"] in told
    step = ["velocity", 0.3, "probability", 1.0, "ratchet", 1, "shift", 0.0, "when", "", "n", -1]
    locks = ["pitch", -2.5, "seed", "4000000000"]
    assert ["/seq/step", "second", "kick", 1, *step, *locks] in told
    assert told[-2] == ["/seq/at", 1, 0.0, 1, "pattern1"]


def test_one_pattern_can_be_asked_for(desk):
    fill_in(desk)
    told = desk.send("/seq/get", "second")
    assert told[0][:2] == ["/seq/pattern", "second"]
    assert {one[1] for one in told[:-1]} == {"second"}
    assert told[-1] == ["/seq/done", len(told) - 1]


def test_what_is_told_can_be_sent_back(desk, instrument, clock):
    fill_in(desk)
    want = desk.instrument.sequencer.book
    desk.now(book=Desk(instrument, clock).instrument.sequencer.book)
    from astrodrum_live.sequencer.now import silent

    told = full(desk)
    fresh = silent(instrument.patch.pad_names())
    desk.now(book=fresh.book, pattern=fresh.pattern)
    desk.send("/seq/new", "second")
    for address, *args in told:
        if address in ("/seq/pattern", "/seq/track", "/seq/step"):
            extra = ["clear", 1] if address == "/seq/step" else []
            at = 3 if address == "/seq/step" else len(args)
            assert desk.send(address, *args[:at], *extra, *args[at:]) == []
    desk.obey()
    assert desk.instrument.sequencer.book == want


def test_who_subscribed_is_told_of_every_change_and_who_made_it_too(desk):
    for peer in (PEER, OTHER):
        assert desk.send("/sub", "/seq", 0, 10, peer=peer)[0][0] == "/sub/done"
    assert desk.told() == []
    desk.send("/seq/step", "", "kick", 2, "velocity", 0.8)
    desk.obey()
    step = ["velocity", 0.8, "probability", 1.0, "ratchet", 1, "shift", 0.0, "when", "", "n", -1]
    desk.clock.advance(0.034)
    told = desk.routes.poll()
    for peer in (PEER, OTHER):
        assert [[one.address, *one.args] for who, one in told if who == peer] == [
            ["/seq/track", "pattern1", "kick", "length", 16, "text", "-x-- ---- ---- ----"],
            ["/seq/step", "pattern1", "kick", 2, *step],
        ]
    assert desk.told() == []


def test_many_changes_between_two_looks_are_told_once(desk):
    desk.send("/sub", "/seq")
    for value in range(1, 100):
        desk.send("/seq/step", "", "kick", 2, "velocity", value / 100)
    desk.obey()
    assert [one[0] for one in desk.told()] == ["/seq/track", "/seq/step"]


def test_every_kind_of_change_is_told(desk):
    desk.send("/sub", "/seq")
    desk.now(playing=True, tempo=96.0, clock="midi", queued="x", fill=True)
    desk.now(muted=frozenset({"kick"}), solo=frozenset({"snare"}), at=At(5, 1.0, 1))
    assert desk.told() == [
        ["/seq/play", 1], ["/seq/tempo", 96.0], ["/seq/clock", "midi"],
        ["/seq/select", "pattern1", "x"], ["/seq/fill", 1], ["/seq/mute", "kick", 1],
        ["/seq/solo", "snare", 1], ["/seq/at", 5, 1.0, 1, "pattern1"],
    ]  # fmt: skip
    desk.send("/seq/new", "b")
    desk.send("/seq/rename", "", "c")
    desk.send("/seq/delete", "c", "kick")
    desk.obey()
    told = desk.told()
    assert ["/seq/gone", "pattern1"] in told
    assert ["/seq/select", "c", "x"] in told
    assert not any(one[:3] == ["/seq/track", "c", "kick"] for one in told)
    desk.send("/seq/delete", "c", "snare")
    desk.obey()
    assert desk.told() == [["/seq/gone", "c", "snare"]]


def test_the_place_is_told_at_most_thirty_times_a_second(desk):
    desk.send("/sub", "/seq/at")
    desk.now(playing=True)
    count = 0
    for tick in range(1000):
        desk.now(at=At(tick, tick / 4, 1))
        desk.clock.advance(0.001)
        count += sum(one.address == "/seq/at" for _, one in desk.routes.poll())
    assert 28 <= count <= 31


def test_a_part_can_be_subscribed_to_and_left(desk):
    desk.send("/sub", "/seq/{at,tempo}")
    desk.now(tempo=90.0, fill=True)
    assert desk.told() == [["/seq/tempo", 90.0]]
    desk.send("/unsub", "/seq/{at,tempo}")
    desk.now(tempo=91.0)
    assert desk.told() == []


def test_faders_of_a_surface_read_its_rows_like_all_others(desk):
    assert desk.send("/get", "/seq/tempo") == [["/seq/tempo", 120.0]]
    assert desk.send("/get", "/seq/play") == [["/seq/play", 0]]
    assert desk.send("/help", "/seq/tempo")[0][2:7] == ["f", "bpm", 20.0, 999.0, 120.0]


def test_the_page_of_addresses_names_every_one():
    text = DOCS.read_text(encoding="utf-8")
    for method in METHODS:
        if method.name.startswith("seq/"):
            assert f"`/{method.name}`" in text, method.name
