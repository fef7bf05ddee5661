"""The loop behind a MIDI clock: how still it stands, how soon it moves, what it survives."""

import random
import statistics
from collections.abc import Iterable, Iterator

import pytest

from astrodrum_live.transport.clock_loop import MEMORY, TICKS, ClockLoop

MS = 1e6


def ticks(*stretches: tuple[float, int], begin_ns: float = 5e9) -> Iterator[float]:
    """True times, ns, of (BPM, ticks) one after the other."""
    at_ns = begin_ns
    for bpm, count in stretches:
        for _ in range(count):
            yield at_ns
            at_ns += 60e9 / (TICKS * bpm)


def jittered(times: Iterable[float], ms: float, seed: int = 1) -> list[float]:
    chance = random.Random(seed)
    return [at + chance.uniform(-ms, ms) * MS for at in times]


@pytest.mark.parametrize("bpm", [60.0, 120.0, 174.0, 300.0])
def test_under_3_ms_of_jitter_a_locked_beat_stands_within_a_third_of_a_millisecond(bpm):
    true = list(ticks((bpm, 40 * TICKS)))
    loop, errors, tempos = ClockLoop(), [], []
    for at, arrival in zip(true, jittered(true, 3.0), strict=True):
        assert loop.tick(arrival) == 1
        if loop.ticks > MEMORY:
            errors.append((loop.at_ns - at) / MS)
            tempos.append(loop.bpm / bpm)
    assert len(errors) > 30 * TICKS
    assert statistics.pstdev(errors) < 0.3
    assert abs(statistics.mean(errors)) < 0.2
    assert statistics.pstdev(tempos) < 0.0005
    assert loop.jitter_ns / MS == pytest.approx(3.0 / 3**0.5, rel=0.35)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("bpm", [60.0, 90.0, 119.0, 121.0, 140.0, 180.0, 240.0])
def test_a_jump_of_the_tempo_is_followed_within_about_a_beat(bpm, seed):
    true = list(ticks((120.0, 20 * TICKS), (bpm, 8 * TICKS)))
    loop = ClockLoop()
    off = []
    for at, arrival in zip(true, jittered(true, 3.0, seed), strict=True):
        assert loop.tick(arrival) == 1
        off.append((abs(loop.bpm / bpm - 1.0) if loop.ticks > 1 else 1.0, abs(loop.at_ns - at)))
    after = off[int(21.5 * TICKS) :]
    assert max(tempo for tempo, _ in after) < 0.02
    assert max(place for _, place in after) < 4 * MS


def test_a_clean_clock_is_followed_within_a_few_ticks():
    loop = ClockLoop()
    for count, at in enumerate(ticks((120.0, 10 * TICKS), (150.0, 2 * TICKS))):
        loop.tick(at)
        if count >= 10 * TICKS + 6:
            assert loop.bpm == pytest.approx(150.0, rel=1e-3)
            assert loop.at_ns == pytest.approx(at, abs=0.2 * MS)


@pytest.mark.parametrize("lost", [1, 2, 5])
def test_ticks_lost_on_the_way_are_counted_all_the_same(lost):
    true = list(ticks((120.0, 12 * TICKS)))
    del true[6 * TICKS : 6 * TICKS + lost]
    loop = ClockLoop()
    counted = sum(loop.tick(at) for at in jittered(true, 2.0))
    assert counted == 12 * TICKS
    assert loop.bpm == pytest.approx(120.0, rel=1e-3)


def test_a_tick_too_many_is_not_counted():
    true = list(ticks((120.0, 12 * TICKS)))
    true.insert(6 * TICKS, true[6 * TICKS] - 9 * MS)
    loop = ClockLoop()
    assert sum(loop.tick(at) for at in jittered(true, 1.0)) == 12 * TICKS


@pytest.mark.parametrize("held_ms", [30, 100, 300])
def test_ticks_that_were_held_up_and_come_all_at_once_move_nothing(held_ms):
    true = list(ticks((120.0, 20 * TICKS)))
    stall = true[10 * TICKS]
    arrivals = [
        max(at, stall + held_ms * MS) if stall <= at < stall + held_ms * MS else at
        for at in jittered(true, 1.0)
    ]
    loop, counted, worst = ClockLoop(), 0, 0.0
    for at, arrival in zip(true, arrivals, strict=True):
        counted += loop.tick(arrival)
        if loop.ticks > TICKS:
            worst = max(worst, abs(loop.at_ns - at) / MS)
    assert counted == 20 * TICKS
    assert worst < 3.0


def test_single_ticks_far_off_hardly_move_the_line():
    true = list(ticks((120.0, 20 * TICKS)))
    arrivals = jittered(true, 1.0)
    for late in range(10 * TICKS, 20 * TICKS, 30):
        arrivals[late] += 15 * MS
    loop = ClockLoop()
    for at, arrival in zip(true, arrivals, strict=True):
        assert loop.tick(arrival) == 1
        if loop.ticks > 4 * TICKS:
            assert abs(loop.at_ns - at) < 0.8 * MS


def test_a_slow_change_of_tempo_is_kept_up_with():
    at, true = 0.0, []
    for count in range(40 * TICKS):
        true.append(at)
        bpm = 100.0 + 40.0 * max(count / TICKS - 8, 0) / 32  # 1.25 BPM each beat
        at += 60e9 / (TICKS * bpm)
    loop = ClockLoop()
    for now, arrival in zip(true, jittered(true, 1.5), strict=True):
        assert loop.tick(arrival) == 1
        if loop.ticks > TICKS:
            assert abs(loop.at_ns - now) < 8 * MS
    assert loop.bpm == pytest.approx(140.0, rel=0.02)


def test_ticks_faster_than_any_tempo_are_never_ready():
    loop = ClockLoop()
    for count in range(2000):
        loop.tick(count * 100_000)
        assert not loop.ready


def test_times_that_stand_still_or_run_backwards_break_nothing():
    loop = ClockLoop()
    for at in [5e9] * 50 + [4e9, 3e9, 1e9] + list(ticks((120.0, 400), begin_ns=6e9)):
        loop.tick(at)
    assert loop.bpm == pytest.approx(120.0, rel=1e-3)
