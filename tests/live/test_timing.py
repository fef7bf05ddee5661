"""When an event sounds: arrival plus one constant, the next block, or its own due time.

No device: the engine's callback is called by hand with a clock that the test owns.
"""

import math
import threading
import time
from types import SimpleNamespace

import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import Choke, Hit, Hush, LoadKit, Panic, Set
from astrodrum_live.engine.engine import SOON, Engine
from astrodrum_live.live.scheduler import Scheduler
from astrodrum_live.urgency import hurry

RATE, BLOCK = 48000, 480
BLOCK_NS = 10_000_000
START_NS = 5_000_000_000


class World:
    """An engine with a hit on pad 0, its scheduler, and the time."""

    def __init__(self, timing: str = "steady") -> None:
        config = EngineConfig(rate=RATE, block=BLOCK, timing=timing, slack_ms=1.0, hit_seconds=0.1)
        self.engine = Engine(config)
        for seed in range(20):
            self.engine.rings.push(0, 2, [0.5, 0.0], RATE, seed, 1)
        self.kits: list[str] = []
        self.scheduler = Scheduler(self.engine, self.read, self.kits.append)
        self.now_ns = START_NS

    def __enter__(self) -> "World":
        self.scheduler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.scheduler.close()
        self.engine.close()

    def read(self, message: bytes, arrival_ns: int, port: str) -> tuple[Hit, ...]:
        return (Hit(message[1], 1.0),) if message[0] == 0x99 else ()

    def block(self, count: int = 1) -> None:
        for _ in range(count):
            self.engine.render(BLOCK, at_ns=self.now_ns)
            self.now_ns += BLOCK_NS

    def obeyed(self, commands: int) -> None:
        """Wait until the control thread has posted so many commands in all."""
        deadline = time.monotonic() + 5
        while int(self.engine.memory.header["command_write"][0][0]) < commands:
            assert time.monotonic() < deadline
            time.sleep(1e-3)

    def frame_of(self, time_ns: int) -> float:
        return (time_ns - START_NS) * RATE / 1e9

    def played(self) -> list[int]:
        return self.engine.drain_played()["frame"].tolist()


@pytest.mark.parametrize("into_block_ns", [0, 1, 3_333_333, 9_999_999])
def test_a_steady_note_sounds_one_block_and_the_slack_after_its_arrival(into_block_ns):
    with World() as world:
        world.block(5)
        arrival_ns = world.now_ns - BLOCK_NS + into_block_ns
        world.scheduler.post_midi((b"\x99\x00\x7f", arrival_ns))
        world.obeyed(1)
        world.block(4)
        expected = math.ceil(world.frame_of(arrival_ns) + BLOCK + 48)
        assert abs(world.played()[0] - expected) <= 1
        assert world.engine.counters()["late"] == 0


def test_notes_keep_their_distances_whatever_the_blocks_jitter():
    with World() as world:
        world.block(5)
        arrivals = [world.now_ns - BLOCK_NS + offset for offset in (0, 2_000_000, 2_020_834)]
        for arrival_ns in arrivals:
            world.scheduler.post_midi((b"\x99\x00\x7f", arrival_ns))
        world.obeyed(3)
        world.now_ns += 700_000  # the next callback comes late
        world.block(4)
        first, second, third = world.played()
        assert abs(second - first - 96) <= 1
        assert abs(third - second - 1) <= 1


def test_a_soonest_note_sounds_at_the_start_of_the_next_block():
    with World("soonest") as world:
        world.block(5)
        world.scheduler.post_midi((b"\x99\x00\x7f", world.now_ns - 1_000_000))
        world.obeyed(1)
        world.block()
        assert world.played() == [5 * BLOCK]


def test_before_the_device_has_begun_a_note_waits_for_the_first_block():
    with World() as world:
        assert world.scheduler.frame_for(START_NS, None) == SOON
        assert world.scheduler.frame_for(START_NS, START_NS) == SOON
        world.scheduler.post(Hit(0, 1.0), START_NS)
        world.obeyed(1)
        world.block()
        assert world.played() == [0]


@pytest.mark.parametrize("latency_ns", [0, 7_000_000])
def test_a_due_event_is_rendered_early_by_the_device_latency(latency_ns):
    with World() as world:
        world.scheduler.latency_ns = latency_ns
        world.block(5)
        due_ns = world.now_ns + 123_456_789
        world.scheduler.post(Hit(0, 1.0), world.now_ns, due_ns)
        world.obeyed(1)
        world.block(20)
        assert abs(world.played()[0] - world.frame_of(due_ns - latency_ns)) <= 1


def test_a_due_time_that_has_passed_plays_at_once_and_counts_as_late():
    with World() as world:
        world.block(5)
        world.scheduler.post(Hit(0, 1.0), world.now_ns, world.now_ns - 3 * BLOCK_NS)
        world.obeyed(1)
        world.block()
        assert world.played() == [5 * BLOCK]
        counters = world.engine.counters()
        assert counters["late"] == 1
        assert counters["late_max"] == pytest.approx(3 * BLOCK, abs=1)


def test_every_event_reaches_the_engine_in_order():
    with World() as world:
        world.block(2)
        for event in (Set(0, "gain", -6.0), Hit(0, 1.0), Choke(0), Set(None, "gain", -1.0)):
            world.scheduler.post(event, world.now_ns)
        world.scheduler.post(LoadKit("default"), world.now_ns)
        world.obeyed(4)
        world.block(4)
        assert world.engine.value(0, "gain") == -6.0
        assert world.engine.value(None, "gain") == -1.0
        assert len(world.played()) == 1
        world.scheduler.close()
        assert world.kits == ["default"]


@pytest.mark.parametrize("silencer", [Panic(), Hush()])
def test_panic_and_hush_forget_what_is_scheduled(silencer):
    with World() as world:
        world.block(2)
        world.scheduler.post(Hit(0, 1.0), world.now_ns, world.now_ns + 50_000_000)
        world.scheduler.post(silencer, world.now_ns)
        world.obeyed(2)
        world.block(10)
        assert world.played() == []


@pytest.mark.parametrize("silencer", [Panic(), Hush()])
def test_what_the_sequencer_posts_before_it_has_stopped_is_forgotten_too(silencer):
    with World() as world:

        class Playing:
            transport = SimpleNamespace(playing=True)

            def obey(self, event, frame, live):
                world.engine.post_hit(0, 1.0, frame=frame + 2400)  # its thread was looking ahead

        world.scheduler._tempo = Playing()
        world.engine.rings.push(1, 2, [0.5] * 4000, RATE, 1, 1)
        world.engine.post_hit(1, 1.0)
        world.block(2)
        world.scheduler.post(silencer, world.now_ns)
        world.obeyed(4)
        world.block(2)
        assert world.engine.counters()["voices"] == (isinstance(silencer, Hush))
        world.block(8)
        assert len(world.played()) == 1


def test_an_event_that_cannot_be_obeyed_does_not_end_the_control_thread(caplog):
    with World() as world:
        world.block(2)
        world.scheduler.post(Hit(99, 1.0), world.now_ns)
        world.scheduler.post(Set(0, "loudness", 1.0), world.now_ns)
        world.scheduler.post(Hit(0, 1.0), world.now_ns)
        world.obeyed(1)
        world.block(4)
        assert len(world.played()) == 1


def test_closing_obeys_what_has_arrived_and_twice_is_harmless():
    world = World()
    world.scheduler.start()
    world.block(2)
    world.scheduler.post(Hit(0, 1.0), world.now_ns)
    world.scheduler.close()
    world.scheduler.close()
    world.block(4)
    assert len(world.played()) == 1
    world.engine.close()


def in_threads(*works):
    def run(work):
        hurry()
        work()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_thread_on_a_notes_way_carries_it_to_the_ring_itself():
    with World() as world:
        world.block(2)
        by = []
        world.scheduler.watch = lambda hit, arrival_ns, posted_ns: by.append(threading.get_ident())
        in_threads(lambda: world.scheduler.post(Hit(0, 1.0), world.now_ns))
        assert len(by) == 1
        world.scheduler.post_midi((b"\x99\x00\x7f", world.now_ns))
        assert by[1] == threading.get_ident()
        assert by[0] != world.scheduler._thread.ident


def test_events_of_many_threads_are_obeyed_one_at_a_time_each_threads_in_its_order():
    with World() as world:
        world.block(2)
        obeyed, at_it, together = [], threading.Lock(), []

        def watch(hit, arrival_ns, posted_ns):
            together.append(not at_it.acquire(blocking=False))
            obeyed.append((int(hit.velocity * 1000) // 100, arrival_ns))
            at_it.release()

        world.scheduler.watch = watch

        def bring(which):
            for step in range(300):
                world.scheduler.post(Hit(0, (which * 100 + 50) / 1000), step)
                if step % 60 == which:
                    world.scheduler.post(LoadKit(str(which)), step)  # it is left to control

        in_threads(*(lambda which=which: bring(which) for which in range(4)))
        world.scheduler.close()
        assert not any(together)
        for which in range(4):
            assert [step for one, step in obeyed if one == which] == list(range(300))
        assert sorted(world.kits) == sorted(str(which) for which in range(4) for _ in range(5))


def test_what_is_behind_an_event_that_takes_its_time_waits_for_it():
    with World() as world:
        world.block(2)
        order, begun, go_on = [], threading.Event(), threading.Event()

        def load(name):
            begun.set()
            assert go_on.wait(5)
            order.append(name)

        world.scheduler._load_kit = load
        world.scheduler.watch = lambda hit, arrival_ns, posted_ns: order.append("hit")
        in_threads(lambda: world.scheduler.post(LoadKit("kit"), world.now_ns))
        assert begun.wait(5)
        in_threads(lambda: world.scheduler.post(Hit(0, 1.0), world.now_ns))  # and does not wait
        assert order == []
        go_on.set()
        world.scheduler.close()
        assert order == ["kit", "hit"]


def test_what_a_midi_message_asks_of_the_control_thread_is_obeyed_before_the_next_message():
    with World() as world:
        world.block(2)
        order = []
        world.scheduler._load_kit = order.append
        world.scheduler.watch = lambda hit, arrival_ns, posted_ns: order.append(hit.pad)
        world.scheduler._read_midi = lambda message, at_ns, port: (
            (Hit(1, 1.0), LoadKit("kit"), Hit(2, 1.0)) if message[1] else (Hit(0, 1.0),)
        )
        for note in (1, 0):
            world.scheduler.post_midi((bytes([0x99, note, 127]), world.now_ns))
        world.scheduler.close()
        assert order == [1, "kit", 2, 0]


def test_a_flood_of_controllers_is_thinned_on_the_short_way_too():
    with World() as world:
        world.block(2)
        read = []
        world.scheduler._read_midi = lambda message, at_ns, port: read.append(message[2]) or ()
        for step in range(100):
            world.scheduler.post_midi((bytes([0xB9, 4, step]), step * 100_000, "pads"))
        world.scheduler.close()  # the last of all is obeyed, whatever it had to wait for
        assert (read[0], read[-1]) == (0, 99)
        assert len(read) + world.scheduler.superseded == 100
        assert len(read) < 20
        assert read == sorted(read)


def test_a_controller_that_rests_is_obeyed_though_nothing_comes_after_it():
    with World() as world:
        world.block(2)
        read, last = [], threading.Event()

        def see(message, at_ns, port):
            read.append(message[2])
            if message[2] == 2:
                last.set()
            return ()

        world.scheduler._read_midi = see
        for value in (1, 2):
            world.scheduler.post_midi((bytes([0xB9, 4, value]), value, "pads"))
        assert last.wait(5)
        assert read == [1, 2]


def test_closing_obeys_all_that_many_threads_have_brought():
    world = World()
    world.scheduler.start()
    world.block(2)
    seen = []
    world.scheduler.watch = lambda hit, arrival_ns, posted_ns: seen.append(arrival_ns)
    with world.scheduler._relay.turn:  # nobody can obey yet
        in_threads(
            *(
                lambda first=first: [
                    world.scheduler.post(Hit(0, 1.0), first + step) for step in range(50)
                ]
                for first in (0, 1000)
            )
        )
        assert seen == []
    world.scheduler.close()
    assert sorted(seen) == [*range(50), *range(1000, 1050)]
    world.engine.close()


def test_notes_within_a_flood_of_controllers_sound_on_their_frames():
    with World() as world:
        world.block(5)
        begin_ns = world.now_ns - BLOCK_NS
        notes = [begin_ns + step * 1_000_000 for step in range(8)]
        for step in range(50):  # 5,000 a second
            at_ns = begin_ns + step * 200_000
            world.scheduler.post_midi((bytes([0xB9, 4, step]), at_ns, "pads"))
            if at_ns in notes:
                world.scheduler.post_midi((b"\x99\x00\x7f", at_ns, "pads"))
        world.obeyed(8)
        world.block(4)
        expected = [math.ceil(world.frame_of(at_ns) + BLOCK + 48) for at_ns in notes]
        assert all(abs(a - b) <= 1 for a, b in zip(world.played(), expected, strict=True))
        assert world.engine.counters()["late"] == 0
