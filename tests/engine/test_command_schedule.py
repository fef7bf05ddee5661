"""Commands: by frame, then by arrival; a full schedule refuses or counts; lateness is a counter."""

import numpy as np
from small_world import IMPULSE, flat, load, small_engine

from astrodrum_live.config import COMMAND_SLOTS, PLAYED_SLOTS
from astrodrum_live.params import OWN_ROWS
from astrodrum_live.rt.command_kinds import HIT
from astrodrum_live.rt.doors import post
from astrodrum_live.rt.layout import COMMAND

FAR = 1 << 40


def post_at_once(engine, frame, velocity=1.0):
    """What ``post_hit`` does, but without waiting for room."""
    command = np.zeros(1, COMMAND)
    command[0] = (frame, 0, HIT, 0, 0, velocity, velocity, -1, 0, (np.nan,) * len(OWN_ROWS))
    return bool(post.ctypes(engine.memory.address, command.ctypes.data))


def test_commands_are_obeyed_by_frame_and_then_in_order_of_arrival():
    rng = np.random.default_rng(8)
    frames = rng.integers(1, 50, 500).tolist()
    with small_engine(voices=200) as engine:
        load(engine, 0, [0.0])
        for arrival, frame in enumerate(frames):
            engine.post_hit(0, arrival / 1000, frame=frame)
        engine.render(64)
        log = engine.drain_played()
        expected = sorted(range(500), key=lambda arrival: (frames[arrival], arrival))
        assert log["frame"].tolist() == [frames[arrival] for arrival in expected]
        np.testing.assert_allclose(log["velocity"], np.array(expected) / 1000, rtol=1e-6)


def test_order_holds_while_commands_come_and_go():
    rng = np.random.default_rng(9)
    wanted = []
    with small_engine() as engine:
        load(engine, 0, [0.0])
        for block in range(50):
            for _ in range(40):
                frame = 16 * block + int(rng.integers(1, 300))
                wanted.append(frame)
                engine.post_hit(0, 1.0, frame=frame)
            engine.render(16)
        engine.render(400)
        assert engine.drain_played()["frame"].tolist() == sorted(wanted)
        assert engine.counters()["late"] == 0


def test_a_setting_and_a_hit_of_one_frame_are_obeyed_as_they_came():
    with small_engine() as engine:
        load(engine, 0, [0.5])
        engine.post_hit(0, 1.0, frame=20)
        engine.post_set(0, "gain", -20.0, frame=20)
        engine.post_hit(0, 1.0, frame=20)
        assert abs(engine.render(64)[20, 0] - (0.5 + 0.05)) < 1e-6


def test_the_ring_takes_4096_commands_and_refuses_the_next():
    with small_engine() as engine:
        load(engine, 0, [0.0])
        assert all(post_at_once(engine, FAR) for _ in range(COMMAND_SLOTS))
        assert not post_at_once(engine, FAR)
        assert not engine.post_hit(0, 1.0, frame=FAR)
        engine.render(1)
        assert post_at_once(engine, FAR)


def test_beyond_a_full_schedule_commands_are_dropped_and_counted():
    with small_engine() as engine:
        load(engine, 0, [0.0])
        for _ in range(COMMAND_SLOTS):
            post_at_once(engine, FAR)
        engine.render(1)
        for _ in range(7):
            assert post_at_once(engine, 10)
        engine.render(64)
        assert engine.counters()["pending_full"] == 7
        assert engine.counters()["played"] == 0


def test_panic_gets_through_a_full_schedule_and_empties_it():
    with small_engine() as engine:
        load(engine, 0, flat(1600, 0.25))
        engine.post_hit(0, 1.0)
        engine.render(1)
        for _ in range(COMMAND_SLOTS):
            post_at_once(engine, FAR)
        engine.render(1)
        engine.post_panic()
        assert not engine.render(200)[50:].any()
        engine.post_hit(0, 1.0)
        assert engine.render(1)[0, 0] == 0.25
        assert engine.counters()["pending_full"] == 0


def test_a_late_hit_sounds_at_once_and_its_lateness_is_told():
    with small_engine() as engine:
        load(engine, 0, IMPULSE)
        engine.render(1000)
        engine.post_hit(0, 1.0, frame=900)
        engine.post_hit(0, 1.0, frame=999)
        engine.post_hit(0, 1.0, frame=1000)
        assert engine.render(10)[0, 0] > 0.9
        log = engine.drain_played()
        assert log["frame"].tolist() == [1000] * 3
        assert log["late_frames"].tolist() == [100, 1, 0]
        assert engine.counters()["late"] == 2
        assert engine.counters()["late_max"] == 100


def test_a_hit_posted_soon_is_never_late():
    with small_engine() as engine:
        load(engine, 0, IMPULSE)
        for frames in (1, 10, 5000):
            engine.render(frames)
            engine.post_hit(0, 1.0)
        engine.render(10)
        assert engine.counters()["late"] == 0
        assert not engine.drain_played()["late_frames"].any()


def test_a_log_nobody_reads_fills_and_is_counted_while_the_music_goes_on():
    with small_engine() as engine:
        load(engine, 0, [0.5])
        extra = 100
        for _ in range((PLAYED_SLOTS + extra) // 4):
            for _ in range(4):
                post_at_once(engine, 0)
            engine.render(1)
        assert engine.counters()["played"] == PLAYED_SLOTS + extra
        assert engine.counters()["log_full"] == extra
        assert engine.drain_played().size == PLAYED_SLOTS
        post_at_once(engine, 0)
        engine.render(1)
        assert engine.drain_played().size == 1
