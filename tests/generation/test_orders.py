"""Orders: the most urgent first, what cannot be in time not at all, and every one is answered."""

import numpy as np
import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.sound_slots import SoundSlots
from astrodrum_live.generation.makers import FrozenMaker, Made, ModelMaker, Request
from astrodrum_live.generation.orders import OrderBook
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS
from astrodrum_live.rt.memory import SharedMemory

MS = 1_000_000
KIT = 1
DEFAULTS = np.array([row.default for row in PAD_PARAMS])


class FakeMaker:
    """Makes hits that are their number, each in 10 ms of the world's time."""

    kind = "model"

    def __init__(self, world: "World") -> None:
        self.takes_ns = 10 * MS
        self.requests: list[Request] = []
        self.rows: list[np.ndarray] = []
        self.broken: set[int] = set()
        self._world = world

    def make(self, requests: list[Request], values: np.ndarray) -> list[Made]:
        (request,) = requests
        self.requests.append(request)
        self.rows.append(values[request.pad].copy())
        self._world.now_ns += self.takes_ns
        if request.number == 13:
            raise ValueError("thirteen")
        if request.number in self.broken:
            return [Made(None, 0)]
        return [Made(np.full(4, request.number, np.float32), 1000 + request.number)]


class World:
    """Slots, the book that fills them, and the time."""

    def __init__(self) -> None:
        self.memory = SharedMemory(EngineConfig(rate=8000, voices=2, hit_seconds=0.05))
        self.header = self.memory.header[0]
        self.header["pad_value"] = DEFAULTS
        self.now_ns = 1000 * MS
        self.notes: list[str] = []
        self.book = OrderBook(self.memory, self.notes.append, lambda: self.now_ns)
        self.maker = FakeMaker(self)
        self._slots = SoundSlots(self.memory)
        self._tickets = 0

    def order(self, number: int, in_ms: float | None = None, keep=True, kit=KIT, **row) -> int:
        """Ask for a hit of pad 2 into the slot of the order's ticket, which is returned."""
        self._tickets += 1
        values = DEFAULTS.copy()
        for name, value in row.items():
            values[PAD_INDEX[name]] = value
        deadline_ns = 0 if in_ms is None else int(self.now_ns + in_ms * MS)
        assert self._slots.ask(
            self._tickets, ticket=self._tickets, kit=kit, deadline_ns=deadline_ns, number=number,
            pad=2, keep=keep, velocity=0.6, row=values,
        )  # fmt: skip
        return self._tickets

    def serve(self, maker="own", kit=KIT) -> list[int]:
        """Make all that can be made: the numbers, in the order in which they were."""
        before = len(self.maker.requests)
        while self.book.serve(self.maker if maker == "own" else maker, kit):
            pass
        return [request.number for request in self.maker.requests[before:]]

    def waiting(self) -> list[int]:
        return self._slots.waiting().tolist()

    def sound(self, slot: int) -> list[float]:
        return self.memory.sound(slot)[: int(self.header["sound"]["frames"][slot])].tolist()


@pytest.fixture
def world():
    world = World()
    yield world
    del world.header, world.book, world._slots
    world.memory.close()


def test_what_is_due_first_is_made_first(world):
    for number, in_ms in ((1, 300), (2, 100), (3, 200), (4, None), (5, 100)):
        world.order(number, in_ms)
    assert world.serve() == [2, 5, 3, 1, 4]
    assert world.waiting() == []


def test_what_is_made_lies_in_its_slot_with_its_seed_rate_and_epoch(world):
    world.header["epoch"][2] = 9
    slot = world.order(7, 100, brightness=0.75)
    assert world.serve() == [7]
    assert world.sound(slot) == [7.0] * 4
    sound = world.header["sound"][slot]
    assert (sound["seed"], sound["rate"], sound["epoch"]) == (1007, 8000.0, 9)
    assert world.maker.requests == [Request(2, 7, 0.6, 0)]  # of the folder, not of a session
    assert world.maker.rows[0][PAD_INDEX["brightness"]] == 0.75
    assert world.header["gen_orders"][0] == 1
    assert world.header["pad_value"][2, PAD_INDEX["brightness"]] == 0.5  # the pad's own is left


def test_too_late_a_fresh_hit_is_dropped_and_counted_a_numbered_one_is_made_afterwards(world):
    fresh, kept = world.order(1, -1, keep=False), world.order(2, -1)
    world.order(3, 500)
    assert world.serve() == [3, 2]
    assert world.sound(fresh) == []
    assert world.sound(kept) == [2.0] * 4
    assert world.header["gen_too_late"][0] == 1
    assert world.waiting() == []


def test_under_more_than_can_be_made_what_is_made_is_in_time(world):
    for number in range(40):
        world.order(number + 100, 50 + number, keep=False)
    deadlines = {number + 100: world.now_ns + (50 + number) * MS for number in range(40)}
    made = []
    while world.book.serve(world.maker, KIT):
        made.append((world.maker.requests[-1].number, world.now_ns))
    late = [number for number, ready_ns in made if ready_ns > deadlines[number]]
    assert late == []
    assert len(made) >= 6  # 79 ms at 10 ms each
    assert world.header["gen_too_late"][0] == 40 - len(made)
    assert world.waiting() == []


def test_one_hit_that_took_long_does_not_rule_out_all_that_follow(world):
    world.order(1, 100)
    world.maker.takes_ns = 500 * MS
    assert world.serve() == [1]
    world.maker.takes_ns = 10 * MS
    made = []
    for _ in range(8):
        world.order(2, 100, keep=False)
        made.append(len(world.serve()))
    assert made == [0] * 6 + [1] * 2  # 500 ms, less a quarter each time, are then under 100


def test_an_order_of_another_kit_is_refused_and_one_of_a_coming_kit_waits(world):
    old, own, coming = (
        world.order(number, 100, kit=kit) for number, kit in ((1, 2), (2, 3), (3, 4))
    )
    assert world.serve(kit=3) == [2]
    assert world.waiting() == [coming]
    assert world.sound(old) == []
    assert world.sound(own) == [2.0] * 4
    assert world.serve(kit=4) == [3]


def test_without_a_maker_every_order_is_refused(world):
    slots = [world.order(number, 100) for number in range(3)]
    assert world.serve(maker=None) == []
    assert world.waiting() == []
    assert [world.sound(slot) for slot in slots] == [[], [], []]


def test_broken_and_failing_hits_are_answered_and_the_next_is_made(world):
    world.maker.broken = {6}
    broken, failing, good = (world.order(number, 100) for number in (6, 13, 7))
    again = world.order(13, 200)
    assert world.serve() == [6, 13, 7, 13]
    assert [world.sound(slot) for slot in (broken, failing, again)] == [[], [], []]
    assert world.sound(good) == [7.0] * 4
    assert world.header["gen_broken"][0] == 3
    assert world.notes == ["a hit made to order failed: ValueError: thirteen"]  # once


def test_another_book_serves_what_the_last_left(world):
    """A generator that was killed has taken nothing with it."""
    world.order(1, 100)
    world.order(2, 200)
    world.book.serve(world.maker, KIT)
    world.book = OrderBook(world.memory, world.notes.append, lambda: world.now_ns)
    assert world.serve() == [2]


@pytest.fixture(scope="module")
def sounds(tiny_model):
    return Sounds(tiny_model, ({"kick": 1.0}, {"snare": 1.0}, {"cymbal": 1.0}))


def test_a_number_is_the_same_sound_in_every_session_and_whoever_is_served_before_it(world, sounds):
    def heard(session: int, *numbers: int) -> tuple[int, list[float]]:
        maker = ModelMaker(sounds, 8000, session)
        slots = [world.order(number, 100 + turn) for turn, number in enumerate(numbers)]
        while world.book.serve(maker, KIT):
            pass
        return int(world.header["sound"]["seed"][slots[-1]]), world.sound(slots[-1])

    first = heard(1, 12345)
    assert heard(2, 8, 9, 12345) == first
    assert heard(1, 12346) != first
    assert len(first[1]) == 400
    assert np.abs(first[1]).max() > 0.01


def test_frozen_hits_answer_to_their_numbers_and_ignore_knobs_which_is_told_once(world, sounds):
    maker = FrozenMaker(sounds, 8000, session=5)
    plain, again, turned, other = (
        world.order(3, 100), world.order(3, 101), world.order(3, 102, brightness=1.0),
        world.order(4, 103, brightness=1.0),
    )  # fmt: skip
    world.serve(maker=maker)
    assert world.sound(plain) == world.sound(again) == world.sound(turned) != world.sound(other)
    assert len(world.notes) == 1
    assert "need the model" in world.notes[0]
