"""A hit that names a slot and a ticket plays what lies there; else its pad's nearest ready hit."""

import numpy as np
import pytest
from small_world import IMPULSE, RATE, flat, load, render, small_engine

from astrodrum_live.engine.sound_slots import SoundSlots

NUMBER, MADE_FOR = 12345, 0.75
ORDER = {"kit": 1, "number": NUMBER, "pad": 0, "velocity": MADE_FOR}


def make(engine, slot, ticket, hit, seed=99, epoch=3, rate=RATE) -> SoundSlots:
    """Order a sound and answer it."""
    slots = SoundSlots(engine.memory)
    assert slots.ask(slot, ticket=ticket, **ORDER)
    audio = None if hit is None else np.asarray(hit, np.float32)
    assert slots.answer(slot, ticket, audio, rate, seed, epoch)
    return slots


def test_the_sound_that_was_made_plays_on_its_frame_as_often_as_it_is_named():
    with small_engine() as engine:
        load(engine, 0, [0.125])
        make(engine, 5, 7, IMPULSE)
        for frame in (10, 20):
            engine.post_hit(0, 1.0, frame=frame, sound=(5, 7))
        sound = engine.render(64)[:, 0]
        assert np.flatnonzero(sound).tolist() == [10, 20]
        assert sound[[10, 20]].tolist() == [0.5, 0.5]
        log = engine.drain_played()
        assert log["seed"].tolist() == [99, 99]
        assert log["number"].tolist() == [NUMBER, NUMBER]
        assert log["made_for"].tolist() == [MADE_FOR, MADE_FOR]
        assert log["epoch"].tolist() == [3, 3]
        assert engine.counters()["made_to_order"] == 2
        assert engine.counters()["unmade"] == 0
        assert engine.rings.ready()[0].sum() == 1  # no ready hit was taken for it


@pytest.mark.parametrize("named", [(5, 8), (6, 7), (0, -1), (191, 7)])
def test_another_ticket_or_slot_plays_the_ready_hit_and_is_counted(named):
    with small_engine() as engine:
        load(engine, 0, [0.125], seed=1)
        make(engine, 5, 7, IMPULSE)
        engine.post_hit(0, 1.0, frame=10, sound=named)
        assert engine.render(64)[10, 0] == 0.125
        log = engine.drain_played()
        assert (log["seed"][0], log["number"][0]) == (1, -1)
        assert log["made_for"][0] == pytest.approx(0.9)
        assert engine.counters()["unmade"] == 1
        assert engine.counters()["made_to_order"] == 0


def test_what_is_ordered_and_not_made_yet_plays_the_ready_hit():
    with small_engine() as engine:
        load(engine, 0, [0.125])
        slots = SoundSlots(engine.memory)
        assert slots.ask(5, ticket=7, **ORDER)
        engine.post_hit(0, 1.0, frame=10, sound=(5, 7))
        assert engine.render(64)[10, 0] == 0.125
        assert engine.counters()["unmade"] == 1
        assert slots.answer(5, 7, np.float32([0.5]), RATE, 99, 1)
        engine.post_hit(0, 1.0, frame=80, sound=(5, 7))
        assert engine.render(64)[80 - 64, 0] == 0.5


@pytest.mark.parametrize("broken", [None, [np.nan, 0.5], [0.5, np.inf], [1e9]])
def test_a_sound_that_came_out_broken_is_not_played(broken):
    with small_engine() as engine:
        load(engine, 0, [0.125], [0.25])
        make(engine, 5, 7, broken)
        engine.post_hit(0, 1.0, frame=10, sound=(5, 7))
        engine.post_hit(0, 1.0, frame=20, sound=(5, 7))
        sound = engine.render(64)[:, 0]
        assert sound[[10, 20]].tolist() == [0.125, 0.25]
        assert engine.counters()["unmade"] == 2
        assert engine.counters()["bad_hits"] == (0 if broken is None else 1)  # tried once only
        assert engine.counters()["voices"] == 0


def test_the_same_bits_at_any_block_size():
    rng = np.random.default_rng(3)
    hits = rng.standard_normal((4, 200)).astype(np.float32) * 0.1
    sounds = []
    for block in (1, 7, 64, 1000):
        with small_engine() as engine:
            load(engine, 0, flat(50, 0.1), flat(50, 0.2))
            for slot, hit in enumerate(hits):
                make(engine, slot, slot + 1, hit, rate=RATE * 0.9)
            for turn in range(30):
                sound = (turn % 5, turn % 5 + 1)  # the fifth is not there
                engine.post_hit(0, 0.8, 1 + 31 * turn, (("pan", 0.3),), sound=sound)
            sounds.append(render(engine, 1500, [block] * 1500))
    for sound in sounds[1:]:
        np.testing.assert_array_equal(sound, sounds[0])
    assert np.abs(sounds[0]).max() > 0.1


def test_a_made_sound_chokes_what_its_pad_chokes():
    with small_engine() as engine:
        load(engine, 1, flat(1000))
        engine.set_chokes([0b10, 0])
        make(engine, 5, 7, IMPULSE)
        engine.post_hit(1, 1.0, frame=1)
        engine.post_hit(0, 1.0, frame=100, sound=(5, 7))
        engine.render(600)
        assert engine.counters()["choked"] == 1


def test_a_slot_takes_the_next_order_only_when_the_last_is_answered():
    with small_engine() as engine:
        slots = SoundSlots(engine.memory)
        assert slots.ask(5, ticket=1, **ORDER)
        assert not slots.ask(5, ticket=2, **ORDER)
        assert slots.take(5)["ticket"] == 1
        assert not slots.answer(5, 2, IMPULSE, RATE, 1, 1)  # nobody asked for that
        assert slots.answer(5, 1, IMPULSE, RATE, 1, 1)
        assert not slots.answer(5, 1, IMPULSE, RATE, 1, 1)
        assert slots.take(5) is None
        assert slots.ask(5, ticket=2, **ORDER)


def test_a_sound_longer_than_a_slot_is_cut():
    with small_engine(hit_seconds=0.1) as engine:  # 800 frames
        make(engine, 5, 7, flat(1000))
        make(engine, 6, 8, flat(10, 0.5))
        assert engine.memory.header[0]["sound"]["frames"][5] == 800
        assert engine.memory.sound(6)[0] == 0.5  # what lies behind is untouched


def test_what_is_waiting_is_told_by_deadline_and_what_nobody_waits_for_last():
    with small_engine() as engine:
        slots = SoundSlots(engine.memory)
        for slot, deadline_ns in ((3, 300), (9, 0), (4, 100), (8, 200), (2, 100)):
            assert slots.ask(slot, ticket=slot, deadline_ns=deadline_ns, **ORDER)
        assert slots.waiting().tolist() == [2, 4, 8, 3, 9]
        slots.answer(8, 8, None, 1.0, 0, 0)
        assert slots.waiting().tolist() == [2, 4, 3, 9]
