"""A spawned process answers orders with sounds that only their numbers have: none comes torn."""

import multiprocessing
import time

import numpy as np
from small_world import RATE, load, small_engine
from test_rings_across_processes import FRAMES, payload

from astrodrum_live.engine.sound_slots import SoundSlots

COUNT = 4000
SLOTS = 6  # few, so that each is used again and again


def answer_all(name: str) -> None:
    from astrodrum_live.rt.memory import SharedMemory

    memory = SharedMemory(name=name)
    slots = SoundSlots(memory)
    answered = 0
    while answered < COUNT:
        for slot in slots.waiting():
            order = slots.take(int(slot))
            assert order is not None
            number, ticket = int(order["number"]), int(order["ticket"])
            assert number == 3 * ticket  # the order is whole
            assert (order["row"] == number).all()
            assert slots.answer(int(slot), ticket, payload(number), RATE, number, 1)
            answered += 1
    del slots
    memory.close()


def test_four_thousand_orders_cross_between_processes_and_come_back_untorn():
    with small_engine(voices=16, hit_seconds=0.05) as engine:
        load(engine, 0, np.zeros(1))
        slots = SoundSlots(engine.memory)
        maker = multiprocessing.get_context("spawn").Process(
            target=answer_all, args=(engine.memory.name,), daemon=True
        )
        maker.start()
        ticket = heard = 0
        asked: dict[int, int] = {}
        while heard < COUNT:
            assert maker.exitcode in (None, 0), "the maker died"
            for slot in np.flatnonzero(slots.answered()[:SLOTS]).tolist():
                if slot in asked:
                    sound = strike(engine, slot, asked.pop(slot))
                    np.testing.assert_array_equal(sound, payload(3 * slots.ticket(slot)))
                    heard += 1
                if ticket < COUNT:
                    ticket += 1
                    row = {"number": 3 * ticket, "row": float(3 * ticket)}
                    assert slots.ask(slot, ticket=ticket, kit=1, **row)
                    asked[slot] = ticket
            if not slots.answered()[:SLOTS].any():
                time.sleep(1e-4)
        maker.join(10)
        assert maker.exitcode == 0
        assert engine.counters()["made_to_order"] == COUNT
        assert engine.counters()["unmade"] == 0


def strike(engine, slot: int, ticket: int) -> np.ndarray:
    frame = max(engine.frame, 1)
    skipped = frame - engine.frame
    engine.post_hit(0, 1.0, frame=frame, sound=(slot, ticket))
    return engine.render(FRAMES + skipped)[skipped:, 0]
