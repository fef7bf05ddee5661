"""The order desk: what is ordered once and found again, what is reused, and never too early."""

import numpy as np
import pytest

from astrodrum_live.config import SOUND_SLOTS, EngineConfig
from astrodrum_live.control.events import Hit
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.sound_slots import SoundSlots
from astrodrum_live.layers import MADE_FOR
from astrodrum_live.live.orders import OrderDesk, is_ordered
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS

RATE = 8000
READY, MADE = 2.0**-10, 2.0**-8  # far below the limiter, however many sound together
SOON_NS = 10**15


class World:
    """An engine whose pads have a ready hit, its desk, and a maker."""

    def __init__(self, **settings) -> None:
        self.engine = Engine(EngineConfig(rate=RATE, voices=64, hit_seconds=0.05))
        for pad in range(3):
            self.engine.post_set(pad, "pan", -1.0)
            for layer in range(3):
                self.engine.rings.push(pad, layer, np.float32([READY]), RATE, 1, 1)
        self.desk = OrderDesk(self.engine, session=4, **settings)
        self.slots = SoundSlots(self.engine.memory)
        self.engine.render(1)

    def hit(self, number=None, pad=0, in_frames=16, deadline_ns=SOON_NS, velocity=1.0, **params):
        """Post a hit; the slot and ticket it names."""
        frame = self.engine.frame + in_frames if in_frames else 0
        sound = self.desk.post_hit(
            Hit(pad, velocity, tuple(params.items()), number), frame, deadline_ns
        )
        assert sound is not None
        return sound

    def orders(self) -> list[np.void]:
        """What is asked for, in the order in which it was."""
        found = [self.slots.take(int(slot)).copy() for slot in self.slots.waiting()]
        return sorted(found, key=lambda order: order["ticket"])

    def make(self, level: float | None = MADE) -> int:
        """Answer all; how many that were."""
        waiting = self.slots.waiting()
        for slot in waiting:
            audio = None if level is None else np.float32([level])
            self.slots.answer(int(slot), self.slots.ticket(int(slot)), audio, RATE, 7, 1)
        return len(waiting)

    def played(self, frames=64) -> list[float]:
        """What sounds in the next frames, without the silence between."""
        sound = self.engine.render(frames)[:, 0]
        return sound[sound != 0].tolist()


@pytest.fixture
def world():
    world = World(in_flight=0)
    yield world
    del world.desk, world.slots
    world.engine.close()


def test_a_hit_that_names_no_sound_of_its_own_is_not_ordered(world):
    assert world.hit(pan=-1.0, hold=5.0) == (-1, 0)
    assert world.make() == 0
    assert world.played() == [READY]
    assert world.engine.counters()["unmade"] == 0
    assert not is_ordered(Hit(0, 1.0, (("gain", 0.0),)))
    assert is_ordered(Hit(0, 1.0, (("gain", 0.0), ("z1", 1.0))))
    assert is_ordered(Hit(0, 1.0, (), 0))


def test_a_number_is_ordered_once_and_plays_every_time(world):
    first = world.hit(5)
    assert world.hit(5) == first
    assert world.make() == 1
    assert world.hit(5) == first
    assert world.make() == 0
    assert world.played() == [3 * MADE]  # on one frame
    assert world.desk.stats()["orders"] == 1
    assert world.desk.stats()["orders_found"] == 2


def test_what_was_asked_for_is_in_the_order(world):
    world.engine.post_set(1, "z2", 0.75)
    world.hit(12345, pad=1, brightness=0.7, velocity=0.2, deadline_ns=777)
    (order,) = world.orders()
    assert (order["pad"], order["number"], order["deadline_ns"]) == (1, 12345, 777)
    assert (order["kit"], order["keep"], order["velocity"]) == (1, 1, 0.75)
    row = {row.name: order["row"][index] for index, row in enumerate(PAD_PARAMS)}
    assert row["z2"] == 0.75
    assert row["brightness"] == round(0.7 * 256) / 256
    assert row["radius"] == 0.6  # the pad's own stays as the kit has it


@pytest.mark.parametrize(
    ("number", "same"), [(-1, 2**40 - 1), (2**40 + 3, 3), (10**30, 10**30 % 2**40)]
)
def test_every_whole_number_is_a_hit_of_the_folder(world, number, same):
    assert world.hit(number) == world.hit(same)
    assert world.orders()[0]["number"] == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"number": 1}, {"number": 2}),
        ({"number": 1}, {"number": 1, "pad": 1}),
        ({"number": 1}, {"number": 1, "z1": 0.5}),
        ({"number": 1, "z1": 0.5}, {"number": 1, "z1": 0.55}),
    ],
)
def test_other_sounds_are_other_orders(world, one, other):
    assert world.hit(**one) != world.hit(**other)
    assert len(world.orders()) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"z1": 0.5}, {"z1": 0.503}),  # less than a step of 6 / 256
        ({"z1": 0.5}, {"z1": 0.5, "gain": -6.0}),  # as it is made; played softer
        ({"z1": 0.5}, {"z1": 0.5, "velocity": 0.1}),
        ({"z1": 9.0}, {"z1": 3.0}),
        ({}, {"brightness": 0.5}),  # where the pad's stands
    ],
)
def test_the_same_sound_is_one_order(world, one, other):
    assert world.hit(1, **one) == world.hit(1, **other)
    assert len(world.orders()) == 1


def test_a_turned_pad_makes_its_numbers_anew(world):
    before = world.hit(1)
    world.engine.post_set(0, "z1", 1.5)
    after = world.hit(1)
    world.engine.post_set(0, "gain", -6.0)
    assert world.hit(1) == after != before


def test_knobs_without_a_number_make_a_fresh_hit_every_time(world):
    sounds = {world.hit(brightness=0.7, velocity=0.5) for _ in range(4)}
    orders = world.orders()
    assert len(sounds) == len(orders) == 4
    assert len({int(order["number"]) for order in orders}) == 4
    assert {float(order["velocity"]) for order in orders} == {MADE_FOR[1]}
    assert not any(order["keep"] for order in orders)
    again = World()
    again.hit(brightness=0.7)
    assert again.orders()[0]["number"] == orders[0]["number"]  # the session names them
    again.engine.close()


def test_a_live_number_plays_from_the_second_time_on(world):
    world.hit(5, in_frames=0, deadline_ns=0)
    assert world.played() == [READY]
    assert world.engine.counters()["unmade"] == 1
    world.make()
    world.hit(5, in_frames=0, deadline_ns=0)
    assert world.played() == [MADE]


def test_live_knobs_play_what_the_last_such_hit_had_made(world):
    def strike() -> tuple[int, int]:
        return world.hit(z1=1.0, in_frames=0, deadline_ns=0)

    assert strike() == (0, -1)
    assert strike() == (0, -1)
    (order,) = world.orders()  # one is enough, while it is on its way
    world.make()
    world.played()
    assert strike()[1] == order["ticket"]
    assert world.played() == [MADE]
    assert strike() == (0, -1)  # the next one is on its way
    (following,) = world.orders()
    assert following["number"] != order["number"]
    world.make()
    assert strike()[1] == following["ticket"]


def fill(world, first=0, in_frames=1) -> None:
    for number in range(first, first + SOUND_SLOTS):
        world.hit(number, in_frames=in_frames)
    world.make()


def test_the_slot_that_was_used_longest_ago_is_reused(world):
    fill(world)
    world.engine.render(16)
    oldest, second = world.hit(0), world.hit(1)  # used just now: the oldest is number 2's
    world.engine.render(32)
    slot, _ = world.hit(9999)
    assert slot not in (oldest[0], second[0])
    world.make()
    assert world.hit(0) == oldest
    assert world.make() == 0
    world.hit(2)
    assert [int(order["number"]) for order in world.orders()] == [2]


def test_no_slot_of_a_hit_that_is_still_to_come_is_reused(world):
    fill(world, in_frames=100)
    assert world.hit(9999) == (0, -1)
    world.engine.render(100)
    assert world.hit(9999) == (0, -1)  # due in the frame that comes next
    assert world.desk.stats()["orders_no_slot"] == 2
    world.engine.render(1)
    assert world.hit(9999)[1] > 0


def test_a_hushed_hit_holds_its_slot_until_its_frame_has_passed(world):
    fill(world, in_frames=100)
    world.engine.post_hush()
    world.engine.render(50)
    assert world.hit(9999) == (0, -1)


def test_no_slot_is_reused_before_the_generator_has_answered(world):
    for number in range(SOUND_SLOTS):
        world.hit(number, in_frames=1)
    world.engine.render(64)
    assert world.hit(9999) == (0, -1)
    assert world.played() == [READY]
    world.make(None)
    assert world.hit(9999)[1] > 0


def test_while_commands_may_be_unseen_no_slot_is_reused():
    world = World(in_flight=1000)
    fill(world)
    world.engine.render(999)
    assert world.hit(9999) == (0, -1)
    world.engine.render(100)
    assert world.hit(9999)[1] > 0
    world.engine.close()


def test_a_broken_number_is_not_ordered_again(world):
    sound = world.hit(5)
    world.make(None)
    assert world.hit(5) == sound
    assert world.make() == 0
    assert world.played() == [2 * READY]  # two ready hits on one frame
    assert world.engine.counters()["unmade"] == 2


def test_another_kit_makes_its_own_and_what_was_posted_before_still_sounds(world):
    before = world.hit(5, in_frames=50)
    world.make(2 * MADE)
    world.desk.change_kit(2)
    after = world.hit(5, in_frames=60)
    assert after != before
    (order,) = world.orders()
    assert order["kit"] == 2
    world.make(MADE)
    assert world.played(100) == [2 * MADE, MADE]


def test_random_use_never_plays_another_hits_sound():
    """Each sound is its ticket; whatever is reused, a command plays its own or a ready one."""
    rng = np.random.default_rng(5)
    world = World()
    wanted: dict[int, int] = {}
    for _ in range(400):
        for _ in range(rng.integers(0, 9)):
            number, ahead = int(rng.integers(0, 400)), int(rng.integers(1, 3000))
            frame = world.engine.frame + ahead
            if frame in wanted:
                continue
            _, wanted[frame] = world.hit(number, in_frames=ahead)
        for slot in rng.permutation(world.slots.waiting())[: rng.integers(0, 9)].tolist():
            ticket = world.slots.ticket(slot)
            world.slots.answer(slot, ticket, np.float32([0.1]), RATE, ticket, 1)
        world.engine.render(int(rng.integers(1, 600)))
    log = world.engine.drain_played()
    made = log[log["number"] >= 0]
    assert len(made) > 200
    assert made["seed"].tolist() == [wanted[int(frame)] for frame in made["frame"]]
    assert world.desk.stats()["orders"] > SOUND_SLOTS  # slots were reused
    world.engine.close()


def test_steps_are_exact_in_the_middle_at_the_ends_and_where_they_repeat():
    for row in PAD_PARAMS:
        for value in (row.low, row.high, (row.low + row.high) / 2, row.default):
            stepped = row.stepped(value)
            assert row.low <= stepped <= row.high
            assert row.stepped(stepped) == stepped
        assert row.stepped(row.low) == pytest.approx(row.low, rel=1e-12)
        assert row.stepped(row.high) == pytest.approx(row.high, rel=1e-12)
        assert row.stepped(float("nan")) == row.default or not row.integer
    brightness, seed = (PAD_PARAMS[PAD_INDEX[name]] for name in ("brightness", "seed"))
    assert brightness.stepped(0.5) == 0.5
    assert seed.stepped(123456.4) == 123456.0
