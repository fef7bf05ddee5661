"""The sequencer on an engine with a clock that stands still: what is posted, when, and how it
changes. RATE frames a second, and one frame of sound, so that frames are worked out by hand."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import EditPattern, Fill, Mute, Select
from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.sound_slots import SoundSlots
from astrodrum_live.live.conductor import Conductor
from astrodrum_live.live.history import History, Kits
from astrodrum_live.live.morph import Morph
from astrodrum_live.live.orders import OrderDesk
from astrodrum_live.live.sequencer import POSTED_AHEAD_S, Sequencer
from astrodrum_live.live.song import Song
from astrodrum_live.sequencer.edits import Delete, New, Rename, SetPattern, SetStep, SetTrack
from astrodrum_live.sequencer.marks import velocities
from astrodrum_live.transport.transport import Transport

RATE, BLOCK = 8000, 32
BEAT = RATE // 2  # at 120 BPM
START = 200
AHEAD = round(POSTED_AHEAD_S * RATE)
KICK, SNARE, HAT = 0, 1, 4  # of the default kit


class World:
    """Everything but devices and threads; a turn of the look-ahead before every block."""

    def __init__(self) -> None:
        self.engine = Engine(EngineConfig(rate=RATE, block=BLOCK, voices=64, hit_seconds=0.05))
        for pad in range(16):
            for layer in range(3):
                for _ in range(16):
                    self.engine.rings.push(pad, layer, np.float32([0.001]), RATE, 1, 1)
        self.patch = load_patch(find_patch("default"))
        self.transport = Transport(RATE)
        self.desk = OrderDesk(self.engine, session=1)
        self.slots = SoundSlots(self.engine.memory)
        self.history = History(
            self.engine, self.desk, Morph(self.engine), Kits(lambda: None, lambda kit: None)
        )
        self.log: list[str] = []
        self.stored: list[str | None] = []
        self.song = Song(self.patch, (), self.history.edited)
        self.history.restore = self.song.restore
        self.sequencer = Sequencer(
            self.engine, self.transport, self.desk, self.song,
            self.patch.pad_names, clock=self.now_ns,
        )  # fmt: skip
        self.conductor = Conductor(self.song, self.sequencer, self.stored.append, self.log.append)
        self.engine.render(BLOCK)

    def now_ns(self) -> int:
        return self.engine.frame * 1_000_000_000 // RATE + 1

    def do(self, *events) -> None:
        for event in events:
            self.conductor.obey(event)

    def edit(self, *edits) -> None:
        self.do(*map(EditPattern, edits))

    def row(self, pad: str, text: str, pattern="pattern1") -> None:
        self.edit(SetTrack(pattern, pad, row=velocities(text)))

    def run(self, frames: int, make=True) -> list[tuple[int, int]]:
        """Play on; (frame, pad) of what sounded."""
        until = self.engine.frame + frames
        while self.engine.frame < until:
            self.sequencer.tick()
            if make:
                self.make()
            self.engine.render(min(BLOCK, until - self.engine.frame))
        return [(int(one["frame"]), int(one["pad"])) for one in self.engine.drain_played()]

    def make(self, level=0.004) -> int:
        waiting = self.slots.waiting()
        for slot in waiting:
            ticket = self.slots.ticket(int(slot))
            self.slots.answer(int(slot), ticket, np.float32([level]), RATE, 7, 1)
        return len(waiting)

    def play(self) -> int:
        """The frame of beat 0."""
        zero = self.settled() + START
        self.transport.start(zero)
        return zero

    def settled(self) -> int:
        return self.conductor.settled(self.engine.frame)

    def stop(self) -> None:
        self.transport.stop(self.settled())

    def tempo(self, bpm: float) -> None:
        self.transport.set_tempo(bpm, self.settled())

    def close(self) -> None:
        self.engine.close()


@pytest.fixture
def world():
    world = World()
    yield world
    world.close()


def test_every_step_sounds_on_the_frame_of_its_beat(world):
    world.row("kick", "x---x---x---x---")
    world.row("snare", "--x-")
    world.edit(SetPattern("pattern1", (("swing", 0.6),)))
    world.edit(SetStep("pattern1", "kick", 2, (("velocity", 1.0), ("shift", 0.25))))
    zero = world.play()
    played = world.run(4 * BEAT + START)
    kicks = [frame - zero for frame, pad in played if pad == KICK]
    # step 2 stands at 0.6 of its pair of half a beat; a quarter on is a tenth of the pair
    assert kicks == [0, round(0.6 * BEAT / 2 + 0.1 * BEAT / 2), BEAT, 2 * BEAT, 3 * BEAT]
    assert [frame - zero for frame, pad in played if pad == SNARE] == [
        BEAT // 2 + beat * BEAT for beat in range(4)
    ]
    assert world.engine.counters()["late"] == 0


def test_a_tempo_that_is_no_whole_number_of_frames_never_adds_up(world):
    world.row("kick", "x")
    world.tempo(137.31)
    zero = world.play()
    played = world.run(10 * RATE)
    expected = [round(step * 60 * RATE / (4 * 137.31)) for step in range(len(played))]
    assert len(played) > 80
    assert all(abs(f - zero - e) <= 1 for (f, _), e in zip(played, expected, strict=True))


def test_stopped_and_played_again_it_is_the_same(world):
    world.row("hat_closed", "xxxx")
    world.edit(SetStep("pattern1", "hat_closed", 1, (("probability", 0.5),)))
    zero = world.play()
    once = [(frame - zero, pad) for frame, pad in world.run(4 * BEAT + START)]
    world.stop()
    rest = world.run(BEAT)
    assert all(frame <= zero + 4 * BEAT + AHEAD for frame, _ in rest)
    assert world.run(BEAT) == []
    zero = world.play()
    assert [(frame - zero, pad) for frame, pad in world.run(4 * BEAT + START)] == once
    assert 8 < len(once) < 16


def test_it_continues_where_it_stopped(world):
    world.row("kick", "x---")
    zero = world.play()
    played = world.run(START + BEAT + BEAT // 2)
    world.stop()
    played += world.run(BEAT)
    stopped = world.transport.beat_at(world.engine.frame)
    again = world.engine.frame + START
    world.transport.continue_(again)
    after = world.run(BEAT)
    assert [frame - zero for frame, _ in played] == [0, BEAT]
    assert [frame - again for frame, _ in after] == [round(float(2 - stopped) * BEAT)]


def test_an_edit_is_heard_at_once_if_its_step_lies_ahead(world):
    world.row("kick", "x---------------")
    zero = world.play()
    world.run(START + BEAT)
    world.edit(SetStep("pattern1", "snare", 9, (("velocity", 1.0),)))
    world.edit(SetStep("pattern1", "snare", 2, (("velocity", 1.0),)))  # has gone by
    played = world.run(4 * BEAT)
    snares = [frame - zero for frame, pad in played if pad == SNARE]
    assert snares == [2 * BEAT, 4 * BEAT + BEAT // 4]


def test_a_pattern_waits_for_the_bar_and_brings_its_tempo(world):
    world.row("kick", "x---")
    world.edit(New("next", tracks=("snare",)), SetTrack("next", "snare", row=velocities("x---")))
    world.edit(SetPattern("next", (("tempo", 240.0),)))
    zero = world.play()
    played = world.run(START + BEAT)
    world.do(Select("next"))
    played += world.run(BEAT)
    assert (world.song.now.pattern.name, world.song.now.queued) == ("pattern1", "next")
    played += world.run(4 * BEAT)
    assert (world.song.now.pattern.name, world.song.now.queued) == ("next", "")
    assert [frame - zero for frame, pad in played if pad == KICK] == [0, BEAT, 2 * BEAT, 3 * BEAT]
    snares = [frame - zero for frame, pad in played if pad == SNARE]
    assert snares == [4 * BEAT + index * BEAT // 2 for index in range(len(snares))]
    assert len(snares) >= 3
    assert world.sequencer.at() == (17, 4.0, 2)  # counted from where it began


def test_a_pattern_asked_for_now_does_not_wait(world):
    world.row("kick", "x---")
    world.edit(New("next", tracks=("snare",)), SetTrack("next", "snare", row=velocities("x---")))
    world.play()
    world.run(START + BEAT + BEAT // 2)
    world.do(Select("next", now=True))
    asked = world.engine.frame
    snares = [frame for frame, pad in world.run(BEAT) if pad == SNARE]
    assert asked < snares[0] <= asked + AHEAD + BLOCK


def test_stopped_a_pattern_is_there_at_once(world):
    world.edit(New("next"))
    world.do(Select("next"))
    world.run(BLOCK)
    assert world.song.now.pattern.name == "next"


def test_a_deleted_pattern_plays_to_its_bars_end(world):
    world.row("kick", "x---")
    world.edit(New("next", tracks=("snare",)), SetTrack("next", "snare", row=velocities("x---")))
    zero = world.play()
    world.run(START + BEAT // 2)
    world.edit(Delete("pattern1"))
    played = world.run(5 * BEAT)
    assert [frame - zero for frame, pad in played if pad == KICK] == [BEAT, 2 * BEAT, 3 * BEAT]
    assert next(frame - zero for frame, pad in played if pad == SNARE) == 4 * BEAT
    assert world.song.now.pattern.name == "next"


def test_a_renamed_pattern_plays_on(world):
    world.row("kick", "x---")
    zero = world.play()
    world.run(START + BEAT // 2)
    world.edit(Rename("pattern1", "mine"))
    world.row("kick", "x-x-", "mine")
    played = world.run(5 * BEAT)
    assert [frame - zero for frame, _ in played] == [
        (index + 2) * BEAT // 2 for index in range(len(played))
    ]
    assert world.song.now.pattern.name == "mine"


def test_mute_solo_and_fill(world):
    world.row("kick", "x---")
    world.row("snare", "x---")
    world.edit(SetStep("pattern1", "snare", 2, (("velocity", 1.0), ("when", "fill"))))
    world.play()
    count = {}
    for what, event in {
        "all": Mute("kick", False),
        "muted": Mute("kick", True),
        "solo": Mute("kick", True, solo=True),
        "unsolo": Mute("kick", None, solo=True),
        "unmuted": Mute("kick", None),
        "fill": Fill(True),
    }.items():
        world.do(event)
        world.run(BEAT)
        pads = [pad for _, pad in world.run(4 * BEAT)]
        count[what] = pads.count(KICK), pads.count(SNARE)
    assert count == {
        "all": (4, 4), "muted": (0, 4), "solo": (4, 0), "unsolo": (0, 4), "unmuted": (4, 4),
        "fill": (4, 8),
    }  # fmt: skip


def test_locked_steps_are_made_ahead_and_play_what_was_made(world):
    world.row("kick", "x---")
    world.edit(SetStep("pattern1", "kick", 1, (("brightness", 0.9),)))
    world.run(BLOCK)  # stopped: the first is made before anybody plays
    assert world.desk.stats()["orders"] == 1
    world.play()
    played = world.run(4 * BEAT)
    counters = world.engine.counters()
    assert len(played) == 4
    assert counters["unmade"] == counters["late"] == 0
    assert world.desk.stats()["orders"] in (4, 5)  # one each, and perhaps the next one's
    assert world.engine.take_peak() == pytest.approx(0.004 * 0.8**1.6, rel=0.5)


def test_a_numbered_step_is_made_once(world):
    world.row("kick", "x---")
    world.edit(SetStep("pattern1", "kick", 1, (("n", 7),)))
    world.play()
    assert len(world.run(8 * BEAT)) == 8
    assert world.desk.stats()["orders"] == 1
    assert world.engine.counters()["unmade"] == 0


def test_an_edit_of_a_locked_step_lets_the_old_sound_go(world):
    world.row("kick", "x---------------")
    for value in np.linspace(0, 1, 300):  # more than there are slots
        world.edit(SetStep("pattern1", "kick", 1, (("brightness", float(value)),)))
        world.sequencer.tick()
        world.make()
    world.play()
    assert len(world.run(BEAT)) == 1
    stats = world.desk.stats()
    assert stats["orders"] == 300
    assert stats["orders_no_slot"] == 0
    assert world.engine.counters()["unmade"] == 0


def test_what_is_not_made_in_time_is_replaced_and_counted(world):
    world.row("kick", "x---")
    world.edit(SetStep("pattern1", "kick", 1, (("brightness", 0.9),)))
    world.play()
    assert len(world.run(4 * BEAT, make=False)) == 4
    assert world.engine.counters()["unmade"] == 4


def test_undo_and_redo_bring_patterns_back_bit_for_bit(world):
    states = [world.song.now.book]
    for edit in (
        SetTrack("pattern1", "kick", row=velocities("x---x---")),
        SetStep("pattern1", "kick", 2, (("velocity", 0.123456789), ("seed", 77.0))),
        New("other", copied="pattern1"),
        Rename("other", "third"),
        Delete("pattern1"),
    ):
        world.edit(edit)
        states.append(world.song.now.book)
    for before in reversed(states[:-1]):
        assert world.history.undo().startswith("undone: ")
        assert world.song.now.book == before
    assert world.history.undo() == "there is nothing to undo"
    for after in states[1:]:
        world.history.redo()
        assert world.song.now.book == after
    assert world.song.now.pattern.name == "pattern1"  # it plays, though it is deleted
    world.run(BLOCK)


def test_one_knobs_way_is_one_step_of_undo(world):
    world.row("kick", "x---")
    before = world.song.now.book
    for value in range(20):
        world.edit(SetStep("pattern1", "kick", 1, (("velocity", value / 20),)))
    world.history.undo()
    assert world.song.now.book == before


def test_bad_edits_are_told_and_nothing_stops(world):
    world.row("kick", "x---")
    world.play()
    world.run(BEAT)
    world.edit(SetStep("pattern1", "kik", 1), SetStep("pattern1", "kick", 65), Delete("none"))
    world.do(Select("none"))
    assert len(world.log) == 4
    assert "did you mean 'kick'" in world.log[0]
    assert len(world.run(4 * BEAT)) == 4


def test_a_thousand_edits_a_second_make_nothing_late(world):
    world.row("kick", "x-")
    world.row("snare", "-x")
    zero = world.play()
    played = []
    for index in range(2000):  # 4 frames of 8,000 a second each: 2,000 a second
        velocity = (index % 9 + 1) / 9
        world.edit(SetStep("pattern1", "hat_closed", index % 16 + 1, (("velocity", velocity),)))
        played += world.run(4)
    steps = [frame - zero for frame, pad in played if pad in (KICK, SNARE)]
    assert steps == [index * BEAT // 4 for index in range(len(steps))]
    assert world.engine.counters()["late"] == 0


def test_a_track_whose_pad_the_kit_lacks_is_silent(world):
    world.row("cowbell", "x---")
    world.row("kick", "x---")
    world.play()
    assert {pad for _, pad in world.run(4 * BEAT)} == {KICK}


def test_a_tempo_changes_while_it_plays(world):
    world.row("kick", "x---")
    world.play()
    world.run(START + BEAT)
    world.tempo(240.0)
    frames = [frame for frame, _ in world.run(4 * BEAT)]
    assert {b - a for a, b in pairwise(frames[1:])} == {BEAT // 2}


def test_it_goes_with_a_clock_that_is_steered_without_a_step_twice_or_none(world):
    """As a follower steers the transport: every 20 ms another pace, within 3 %."""
    world.row("kick", "x")
    world.play()
    paces, played = np.random.default_rng(4).uniform(116.5, 123.5, 400), []
    for pace in paces:
        world.transport.steer(world.engine.frame + BLOCK, float(pace))
        played += world.run(RATE // 50)
    frames = np.array([frame for frame, _ in played])
    heard = np.array([float(world.transport.beat_at(int(frame))) for frame in frames[-12:]])
    steps = heard * 4
    assert np.diff(np.round(steps)).tolist() == [1] * 11  # each once
    assert len(frames) == round(steps[-1]) + 1
    # of what is posted 0.1 s ahead, as far off as the pace changed since: 3 % of that
    assert np.abs(steps - np.round(steps)).max() / 4 * BEAT <= 0.03 * (AHEAD + 2 * BLOCK) + 1
    assert world.engine.counters()["late"] == 0


def test_a_song_position_is_where_the_pattern_is(world):
    world.row("kick", "x---------------")
    world.row("snare", "--------x-------")
    world.play()
    world.run(BEAT)
    begins = world.settled()
    world.transport.locate(5, begins)  # bar 2, beat 2
    played = [(frame - begins, pad) for frame, pad in world.run(5 * BEAT) if frame >= begins]
    assert played == [(BEAT, SNARE), (3 * BEAT, KICK)]


def test_where_it_stands_is_told_in_steps_beats_and_bars(world):
    assert world.sequencer.at() == (1, 0.0, 1)
    world.play()
    world.run(START + 5 * BEAT + BEAT // 2 + 1)
    step, beat, bar = world.sequencer.at()
    assert (step, bar) == (23, 2)
    assert beat == pytest.approx(5.5, abs=0.01)


def test_another_kit_takes_its_patterns_and_leaves_what_was_edited(world):
    world.row("kick", "x---")
    other = load_patch(find_patch("astrobeats"))
    world.song.change_kit(other, same_file=False)
    now = world.song.now
    assert [one.name for one in now.book.patterns] == [
        *(one.name for one in other.patterns), "pattern1",
    ]  # fmt: skip
    assert now.pattern.name == "pattern1"


def test_a_kit_without_patterns_plays_those_there_are(world):
    electro = load_patch(find_patch("electro"))
    world.song.change_kit(electro, same_file=False)
    [blank] = world.song.now.book.patterns
    assert [track.name for track in blank.tracks] == electro.pad_names()
    world.row("kick", "x---")
    book = world.song.now.book
    world.song.change_kit(load_patch(find_patch("moonquake")), same_file=False)
    assert world.song.now.book is book


def test_a_saved_kit_changes_what_the_file_changed_and_nothing_else(world):
    kit = load_patch(find_patch("astrobeats"))
    world.song.change_kit(kit, same_file=False)
    world.edit(SetPattern("rock", (("swing", 0.6),)), SetPattern("slow", (("swing", 0.6),)))
    changed = [
        one if one.name != "slow" else SetPattern("slow", (("swing", 0.7),)).made_on(
            world.song.now.book
        ).named("slow")
        for one in kit.patterns
    ]  # fmt: skip
    world.song.change_kit(replace(kit, patterns=tuple(changed)), same_file=True)
    swings = {one.name: one.swing for one in world.song.now.book.patterns}
    assert (swings["rock"], swings["slow"]) == (0.6, 0.7)


def test_a_restart_while_it_plays_posts_no_more_ahead_than_ever(world):
    """All that had played since the last start was posted at once, and could not be edited."""
    world.row("kick", "x---")
    world.play()
    world.run(9 * BEAT)
    zero = world.play()
    world.sequencer.tick()
    assert world.sequencer.posted_till <= zero
    world.run(zero + AHEAD - world.engine.frame)
    world.row("kick", "-x--")
    played = world.run(4 * BEAT)
    frames = [frame - zero for frame, _ in played if frame >= zero + BEAT]
    assert frames[:2] == [BEAT + BEAT // 4, 2 * BEAT + BEAT // 4]


def test_a_start_whose_tempo_is_changed_before_the_look_ahead_turns_loses_no_step(world):
    world.row("kick", "x---")
    zero = world.play()
    world.transport.set_tempo(240.0, zero + BEAT // 2)
    played = world.run(3 * BEAT)
    assert [frame - zero for frame, _ in played][:2] == [0, BEAT // 2 + BEAT // 4]


def test_while_the_device_hangs_nothing_is_posted_for_the_time_that_it_hung(world):
    world.row("kick", "x---")
    world.play()
    world.run(2 * BEAT)
    at_ns, hung = world.now_ns, 30 * 1_000_000_000
    world.sequencer._clock = lambda: at_ns() + hung
    world.sequencer.tick()
    assert world.sequencer.posted_till - world.engine.frame <= AHEAD + BEAT
