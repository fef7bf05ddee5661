"""Beat and frame: one map, exact in whole numbers, however long and odd the tempo."""

import math
import random
import threading
from fractions import Fraction

import pytest

from astrodrum_live.params import TRANSPORT_PARAMS
from astrodrum_live.transport.transport import KEPT, Transport

TEN_HOURS = 10 * 3600
ODD_TEMPOS = (20.0, 59.94, 97.3, 119.999999, 120.0, 127.001, 174.61, 333.333333, 998.999999)


def playing(rate: int = 48000, tempo: float = 120.0) -> Transport:
    transport = Transport(rate, tempo)
    transport.start(0)
    return transport


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("tempo", ODD_TEMPOS)
def test_ten_hours_on_every_beat_has_the_frame_that_arithmetic_without_rounding_gives(rate, tempo):
    transport = playing(rate, tempo)
    exact = Fraction(round(tempo * 1e6), 10**6)
    last_beat = int(TEN_HOURS * exact / 60)
    for beat in (1, 2, last_beat // 3, last_beat - 1, last_beat):
        true = beat * 60 * rate / exact
        frame = transport.frame_of(beat)
        assert frame is not None
        assert abs(frame - true) <= Fraction(1, 2)
        assert abs(transport.beat_at(frame) - beat) * 60 * rate / exact <= Fraction(1, 2)


def test_ten_hours_of_tempo_changes_add_up_to_what_the_sum_of_all_stretches_is():
    chance = random.Random(1)
    transport = playing(44100, 120.0)
    frame, beat, tempo = 0, Fraction(0), Fraction(120)
    while frame < TEN_HOURS * 44100:
        length = chance.randrange(1, 44100 * 40)
        frame += length
        beat += length * tempo / (60 * 44100)
        wanted = chance.randrange(20_000_000, 999_000_000) / 1e6
        assert transport.set_tempo(wanted, frame) == wanted
        tempo = Fraction(round(wanted * 1e6), 10**6)
        assert transport.beat_at(frame) == beat
    assert beat > 10_000


def test_every_frame_comes_back_from_its_beat():
    transport = playing(48000, 174.61)
    for frame in (0, 1, 7, 12345, TEN_HOURS * 48000):
        assert transport.frame_of(transport.beat_at(frame)) == frame


def test_twenty_fourths_of_a_beat_stand_on_their_own_frames_at_a_tempo_that_divides():
    transport = playing(48000, 120.0)
    assert [transport.frame_of(Fraction(tick, 24)) for tick in range(4)] == [0, 1000, 2000, 3000]
    assert transport.frame_of(0.25) == 6000


def test_a_tempo_change_moves_nothing_that_was_before_it():
    transport = playing(48000, 120.0)
    transport.set_tempo(60.0, 48000)
    assert transport.frame_of(1) == 24000
    assert transport.frame_of(2) == 48000
    assert transport.frame_of(3) == 96000
    assert transport.beat_at(72000) == Fraction(5, 2)


def test_stop_keeps_the_place_continue_goes_on_and_start_begins_anew():
    transport = Transport(48000)
    assert not transport.playing
    assert transport.frame_of(0) is None
    transport.start(24000)
    transport.stop(48000)
    assert transport.beat_at(90000) == 1
    assert transport.frame_of(0.5) == 36000
    assert transport.frame_of(1.5) is None
    transport.continue_(96000)
    assert transport.frame_of(1) == 96000
    assert transport.frame_of(2) == 120000
    transport.start(200000)
    assert transport.beat_at(200000) == 0
    assert transport.frame_of(1) == 224000


def test_a_locate_jumps_and_what_it_jumps_over_has_no_frame():
    transport = playing()
    transport.locate(8, 24000)
    assert transport.beat_at(23999) < 1
    assert transport.beat_at(24000) == 8
    assert transport.frame_of(4) is None
    assert transport.frame_of(9) == 48000
    transport.locate(0, 48000)
    assert transport.frame_of(0.5) == 60000  # the last time it comes by


def test_changes_take_place_in_the_order_in_which_they_are_asked_for():
    transport = Transport(48000)
    transport.start(10000)
    transport.set_tempo(240.0, 500)  # before the start that was asked for first
    assert transport.beat_at(10000) == 0
    assert transport.beat_at(22000) == 1
    assert transport.beat_at(500) == 0


def test_jumps_are_told_apart_from_changes_of_tempo():
    transport = playing()
    before = transport.snapshot()
    transport.set_tempo(90.0, 100)
    tempo_only = transport.snapshot()
    assert tempo_only.jumps == before.jumps
    assert tempo_only.serial > before.serial
    transport.locate(0, 200)
    assert transport.snapshot().jumps == before.jumps + 1
    assert before.tempo == 120.0  # a snapshot stays as it was


def test_bars_are_counted_from_beat_0():
    transport = playing()
    assert transport.bar_at(24000 * 5) == (1, 1)
    assert transport.set_beats_per_bar(3) == 3
    assert transport.bar_at(24000 * 5) == (1, 2)


@pytest.mark.parametrize(
    ("asked", "taken"), [(0.0, 20.0), (-3.0, 20.0), (1e9, 999.0), (math.inf, 999.0)]
)
def test_a_tempo_out_of_range_is_moved_into_it(asked, taken):
    transport = playing()
    assert transport.set_tempo(asked, 0) == taken
    assert Transport(48000, asked).tempo == taken


def test_a_tempo_that_is_no_number_changes_nothing():
    transport = playing(48000, 90.0)
    assert transport.set_tempo(math.nan, 0) == 90.0
    assert transport.set_beats_per_bar(math.nan) == 4
    with pytest.raises(ValueError, match="beat is nan"):
        transport.locate(math.nan, 0)
    assert transport.beat_at(32000) == 1


def test_a_place_before_the_beginning_is_the_beginning():
    transport = playing()
    transport.locate(-4, 100)
    assert transport.beat_at(100) == 0


def test_taps_give_the_mean_of_their_intervals():
    transport = Transport(48000)
    assert transport.tap(1000) is None
    assert transport.tap(1000 + 24000) == 120.0
    assert transport.tap(1000 + 48200) == pytest.approx(60 * 48000 / 24100)
    assert transport.tempo == pytest.approx(119.502, abs=1e-3)


def test_a_pause_or_another_tempo_begins_a_new_row_of_taps_and_a_bounce_is_none():
    transport = Transport(48000)
    for tap in range(4):
        transport.tap(tap * 24000)
    assert transport.tap(3 * 24000 + 500) is None
    assert transport.tempo == 120.0
    assert transport.tap(3 * 24000 + 48000) == 60.0
    assert transport.tap(20 * 48000) is None
    assert transport.tap(20 * 48000 + 32000) == 90.0


def test_a_steered_pace_is_not_called_the_tempo():
    transport = playing()
    transport.steer(24000, 121.0)
    assert transport.tempo == 120.0
    assert transport.beat_at(24000) == 1
    assert transport.beat_at(48000) == 1 + Fraction(121, 120)
    transport.steer(48000, 120.0, tempo=125.0)
    assert transport.tempo == 125.0


def test_only_a_tempo_that_somebody_gave_is_known():
    assert not Transport(48000).snapshot().known
    assert Transport(48000, 120.0).snapshot().known
    transport = Transport(48000)
    transport.set_tempo(120.0, 0)
    assert transport.snapshot().known


def test_what_is_kept_does_not_grow():
    transport = playing()
    for frame in range(1000):
        transport.set_tempo(100.0 + frame % 7, frame * 100)
    assert len(transport.snapshot().segments) == KEPT


def test_readers_beside_a_writer_see_one_state_or_the_other():
    transport = playing()
    wrong: list[Fraction] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen = transport.snapshot()
            last = seen.segments[-1]
            if seen.beat_at(last.frame) != Fraction(last.frame, 24000):
                wrong.append(seen.beat_at(last.frame))

    reader = threading.Thread(target=read)
    reader.start()
    for frame in range(2000):
        transport.set_tempo(120.0, frame * 10)
    done.set()
    reader.join()
    assert not wrong


def test_every_row_of_the_table_has_its_range():
    assert {row.stage for row in TRANSPORT_PARAMS} == {"transport"}
    assert all(row.low <= row.default <= row.high for row in TRANSPORT_PARAMS)
