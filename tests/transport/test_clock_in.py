"""What a MIDI clock's messages do to the transport: by count of ticks, never by chance."""

import statistics
from fractions import Fraction

import pytest
from clock_world import MS, ClockWorld

from astrodrum_live.transport.clock_in import LOST_NS, POSITION, START, TICK
from astrodrum_live.transport.clock_loop import TICKS

CLOSE = 0.003  # of a beat: 1.5 ms at 120 BPM


def test_ticks_alone_give_the_tempo_and_start_nothing():
    world = ClockWorld()
    world.bpm = 97.0
    world.ticks(4 * TICKS)
    assert world.transport.tempo == pytest.approx(97.0, abs=0.02)
    assert not world.transport.playing
    assert world.lines == ["following the MIDI clock of A"]


def test_the_first_tick_after_a_start_is_beat_0():
    world = ClockWorld()
    world.ticks(2 * TICKS)
    world.start()
    first_ns = world.now_ns
    world.ticks(4 * TICKS)
    assert world.transport.frame_of(0) == pytest.approx(world.frame_at(first_ns), abs=2)
    assert float(world.beat()) == pytest.approx(4.0, abs=CLOSE)


def test_a_clock_that_runs_foretells_the_first_beat_before_its_tick_has_come():
    world = ClockWorld()
    world.ticks(2 * TICKS)
    world.start()
    assert world.transport.playing
    assert world.transport.frame_of(0) == pytest.approx(world.frame_at(world.now_ns), abs=2)


def test_a_clock_that_begins_with_the_start_is_caught_up_with_at_any_tempo():
    world = ClockWorld()
    world.bpm = 140.0  # the transport still believes 120
    world.start()
    assert not world.transport.playing
    world.ticks(1)
    assert world.transport.playing
    world.ticks(3 * TICKS)
    assert float(world.beat()) == pytest.approx(3 + 1 / TICKS, abs=CLOSE)
    assert world.transport.tempo == pytest.approx(140.0, abs=0.05)


def test_stop_and_continue_go_on_with_the_next_tick():
    world = ClockWorld()
    world.start()
    world.ticks(2 * TICKS + 6)  # the last is number 53
    world.stop()
    assert world.beat() == Fraction(54, TICKS)
    world.ticks(TICKS)  # a master that ticks on while it stands
    assert world.beat() == Fraction(54, TICKS)
    world.go_on()
    world.ticks(1 + TICKS)
    assert float(world.beat(1)) == pytest.approx(54 / TICKS + 1, abs=CLOSE)


def test_a_song_position_says_where_a_continue_begins():
    world = ClockWorld()
    world.ticks(2 * TICKS)
    world.position(16 * 4 + 2)  # bar 5, and an eighth
    assert world.beat() == Fraction(33, 2)
    world.go_on()
    world.ticks(1 + 2 * TICKS)
    assert float(world.beat(1)) == pytest.approx(18.5, abs=CLOSE)


def test_a_song_position_while_it_plays_takes_it_there_with_the_next_tick():
    world = ClockWorld()
    world.start()
    world.ticks(4 * TICKS)
    world.position(0)
    world.ticks(1 + TICKS)
    assert float(world.beat(1)) == pytest.approx(1.0, abs=CLOSE)


def test_the_farthest_song_position_is_taken_and_what_is_none_is_told():
    world = ClockWorld()
    world.ticks(2 * TICKS)
    world.position(16383)
    assert world.beat() == Fraction(16383, 4)
    world.send(POSITION, 5)
    world.send(POSITION, 200, 200)
    assert world.beat() == Fraction(16383, 4)
    assert len(world.lines) == 2
    assert "song position that is none" in world.lines[1]


def test_a_second_start_begins_anew_and_a_second_continue_does_nothing():
    world = ClockWorld()
    world.start()
    world.ticks(2 * TICKS)
    world.go_on()
    world.ticks(TICKS)
    assert float(world.beat(1)) == pytest.approx(3 - 1 / TICKS, abs=CLOSE)
    world.start()
    world.ticks(1 + TICKS)
    assert float(world.beat(1)) == pytest.approx(1.0, abs=CLOSE)


@pytest.mark.parametrize("bpm", [60.0, 120.0, 174.0])
def test_under_3_ms_of_jitter_the_transports_beat_stands_within_a_third_of_a_millisecond(bpm):
    world = ClockWorld(jitter_ms=3.0)
    world.bpm = bpm
    world.ticks(TICKS)
    world.start()
    off_ms, paces = [], []
    for tick in range(40 * TICKS):
        world.ticks(1)
        if tick > 10 * TICKS:
            beat = float(world.beat(1)) - tick / TICKS
            off_ms.append(beat * 60e3 / bpm)
            paces.append(world.transport.snapshot().segments[-1].pace / 1e6)
    assert statistics.pstdev(off_ms) < 0.3
    assert abs(statistics.mean(off_ms)) < 0.2
    assert statistics.pstdev(paces) / bpm < 0.0005
    assert world.transport.tempo == pytest.approx(bpm, rel=0.0005)


@pytest.mark.parametrize("bpm", [60.0, 90.0, 119.0, 140.0, 240.0])
def test_a_jump_of_the_tempo_leaves_the_beat_in_place_a_beat_and_a_half_later(bpm):
    world = ClockWorld(jitter_ms=3.0)
    world.ticks(TICKS)
    world.start()
    world.ticks(20 * TICKS)
    world.bpm = bpm
    world.ticks(5 * TICKS)
    for tick in range(TICKS):
        assert float(world.beat()) == pytest.approx(25 + tick / TICKS, abs=0.03)
        world.ticks(1)
    assert world.transport.tempo == pytest.approx(bpm, rel=0.01)


def test_the_beat_never_runs_backwards_under_jitter_or_a_jump():
    world = ClockWorld(jitter_ms=3.0)
    world.start()
    last = Fraction(-1)
    for bpm in (120.0, 60.0, 200.0):
        world.bpm = bpm
        for _ in range(4 * TICKS):
            world.ticks(1)
            assert world.beat(2) >= last
            last = world.beat(2)


def test_ticks_that_were_held_up_on_their_way_are_no_clock_that_has_stopped():
    world = ClockWorld()
    world.start()
    world.ticks(2 * TICKS)
    for _ in range(TICKS):  # each is handled long after it was stamped
        late_ns = world.now_ns - LOST_NS - MS
        world.send(TICK, at_ns=late_ns)
        world.clock.look(world.now_ns)
        world.now_ns += round(60e9 / (TICKS * world.bpm))
    assert not world.clock.lost
    assert not any("stopped" in line for line in world.lines)
    world.silence()
    assert world.clock.lost


def test_a_clock_that_stops_without_a_word_is_told_and_the_music_goes_on():
    world = ClockWorld()
    world.start()
    world.ticks(8 * TICKS)
    world.silence(2000 * MS)
    assert world.transport.playing
    assert float(world.beat()) == pytest.approx(12.0, abs=CLOSE)
    assert world.clock.trouble() == "MIDI clock of A gone, going on at 120.0 bpm"
    assert world.lines[-1] == "the MIDI clock of A has stopped; going on at 120.0 bpm"
    world.bpm = 100.0
    world.ticks(3 * TICKS)
    assert world.clock.trouble() == ""
    assert world.lines[-1] == "the MIDI clock of A is back"
    assert float(world.beat()) == pytest.approx(15.0, abs=0.05)
    assert world.transport.tempo == pytest.approx(100.0, abs=0.1)


def test_nothing_is_amiss_when_a_clock_ends_while_nothing_plays():
    world = ClockWorld()
    world.ticks(2 * TICKS)
    world.silence()
    assert world.clock.trouble() == ""
    assert len(world.lines) == 1


def test_of_two_clocks_the_first_is_followed_and_the_other_told_once():
    world = ClockWorld()
    world.start("A")
    for _ in range(4 * TICKS):
        world.send(TICK, port="B")
        world.ticks(1, "A")
    world.start("B")
    world.ticks(TICKS, "A")
    assert float(world.beat()) == pytest.approx(5.0, abs=CLOSE)
    assert [line for line in world.lines if line.startswith("B sends")] == [
        'B sends MIDI clock too; that of A is followed ([midi] clock = "B" would choose it)'
    ]


def test_a_clock_that_starts_is_preferred_to_one_that_only_ticks():
    world = ClockWorld()
    world.ticks(2 * TICKS, "A")
    world.start("B")
    world.ticks(2 * TICKS, "B")
    assert world.clock.port == "B"
    assert world.transport.playing


def test_when_the_followed_clock_is_gone_another_takes_its_place():
    world = ClockWorld()
    world.start("A")
    world.ticks(4 * TICKS, "A")
    world.silence()
    world.ticks(4 * TICKS, "B")
    assert world.clock.port == "B"
    assert world.clock.trouble() == ""


def test_a_port_that_is_named_is_the_only_one_that_is_followed():
    world = ClockWorld(wanted="td-11")
    world.ticks(2 * TICKS, "Nord")
    assert world.clock.port == ""
    world.bpm = 90.0
    world.ticks(2 * TICKS, "TD-11 MIDI 1")
    assert world.clock.port == "TD-11 MIDI 1"
    assert world.transport.tempo == pytest.approx(90.0, abs=0.1)
    assert world.lines[0] == "Nord sends MIDI clock; the kit names 'td-11'"
    world.clock.want("Nord")
    assert world.clock.port == ""
    world.ticks(TICKS, "Nord")
    assert world.clock.port == "Nord"


def test_a_flood_of_ticks_is_told_once_and_moves_nothing():
    world = ClockWorld()
    world.start("A")
    world.ticks(4 * TICKS, "A")
    tempo = world.transport.tempo
    begin_ns = world.now_ns
    for tick in range(5000):  # 10 kHz
        world.send(TICK, port="A", at_ns=begin_ns + tick * 100_000)
    world.now_ns += 500 * MS
    assert world.transport.playing
    assert world.transport.tempo == tempo
    assert float(world.beat()) == pytest.approx(5.0, abs=0.02)
    told = [line for line in world.lines if "faster than any tempo" in line]
    assert len(told) == 1
    assert told[0].startswith("A sends 10")
    world.ticks(6 * TICKS, "A")  # and sane again: followed again
    assert world.clock.follows


def test_what_the_player_starts_himself_goes_with_the_clock_from_its_nearest_tick():
    world = ClockWorld()
    world.ticks(2 * TICKS)
    world.now_ns += 8 * MS
    world.transport.start(round(world.frame_at(world.now_ns)))
    world.now_ns += round(60e9 / TICKS / 120) - 8 * MS
    world.ticks(4 * TICKS)
    on_tick = float(world.beat()) * TICKS
    assert on_tick == pytest.approx(round(on_tick), abs=0.05)
    assert 4.0 <= float(world.beat()) < 4.1


def test_a_clock_that_is_not_to_be_followed_is_not():
    world = ClockWorld()
    world.clock.enable(False)
    world.bpm = 90.0
    world.start()
    world.ticks(2 * TICKS)
    assert world.transport.tempo == 120.0
    assert not world.transport.playing
    world.clock.enable(True)
    world.ticks(2 * TICKS)
    assert world.transport.tempo == pytest.approx(90.0, abs=0.1)


def test_letting_go_of_a_clock_stops_nothing():
    world = ClockWorld()
    world.start()
    world.ticks(2 * TICKS)
    world.clock.enable(False)
    world.now_ns += 1000 * MS
    assert world.transport.playing
    assert float(world.beat()) == pytest.approx(4.0, abs=CLOSE)


@pytest.mark.parametrize("message", [b"", b"\xf9", b"\xfe", b"\xff", b"\xf2", b"\x90\x26\x64"])
def test_other_messages_and_garbage_move_nothing(message):
    world = ClockWorld()
    world.start()
    world.ticks(2 * TICKS)
    before = world.transport.snapshot()
    world.clock.take(message, world.now_ns, "A")
    assert world.transport.snapshot() == before


def test_beats_are_heard_on_their_ticks_whatever_the_outputs_latency():
    latency_ns = 12 * MS
    world = ClockWorld(latency_ns=latency_ns)
    world.ticks(2 * TICKS)
    world.start()
    world.ticks(8 * TICKS)
    frame = world.transport.frame_of(7)
    tick_ns = world.now_ns - TICKS * round(60e9 / (TICKS * 120.0))
    assert frame == pytest.approx(world.frame_at(tick_ns - latency_ns), abs=12)


def test_an_offset_puts_the_beat_later():
    world = ClockWorld()
    world.follower.offset_ns = 10 * MS
    world.start()
    world.ticks(8 * TICKS)
    assert float(world.beat()) == pytest.approx(8.0 - 0.02, abs=CLOSE)


def test_start_is_no_reason_to_stop_what_another_port_keeps_going():
    world = ClockWorld()
    world.start("A")
    world.ticks(2 * TICKS, "A")
    world.send(START, port="B")
    world.send(0xFC, port="B")
    assert world.transport.playing
