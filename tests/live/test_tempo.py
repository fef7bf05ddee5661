"""The instrument's tempo: what is asked of it, by whom, and what goes with it."""

import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import MoveTransport, SetTransport
from astrodrum_live.control.patch_schema import parse_patch
from astrodrum_live.engine.engine import Engine
from astrodrum_live.live.kit import load_kit
from astrodrum_live.live.tempo import START_S, Tempo
from astrodrum_live.params import ORBITS, TRANSPORT_PARAMS, orbit_param
from astrodrum_live.transport.clock_in import TICK

RATE = 48000
CPS = orbit_param("cps").default
KIT = 'format = "astrodrum-kit"\nversion = 1\n[[pad]]\nname = "kick"\nclass = "kick"\n'


class World:
    """An engine that is rendered by hand, and its tempo without threads."""

    def __init__(self):
        self.engine = Engine(EngineConfig(rate=RATE, hit_seconds=0.1))
        self.lines = []
        self.tempo = Tempo(self.engine, self.lines.append, lambda: 0)

    def load(self, more="", tempo=None):
        patch = parse_patch(KIT + more)
        load_kit(self.engine, patch)
        self.tempo.load(patch, tempo)

    def run(self, seconds):
        self.engine.render(round(seconds * RATE))

    def turn(self, param, value):
        self.tempo.obey(SetTransport(param, value), self.engine.frame)

    def move(self, how, beat=0.0, frame=None, live=True):
        self.tempo.obey(
            MoveTransport(how, beat), self.engine.frame if frame is None else frame, live
        )

    def ticks(self, bpm, count, port="A"):
        """Ticks of a clock that began with the engine, up to now and beyond."""
        for tick in range(count):
            self.tempo.clock((bytes([TICK]), 10**9 + round(tick * 60e9 / 24 / bpm), port))
        for _ in range(count):
            self.tempo.look(patience_s=0.0, now_ns=10**9 + round(count * 60e9 / 24 / bpm))

    def cps(self):
        return {self.engine.orbit_value(orbit, "cps") for orbit in range(ORBITS)}


@pytest.fixture
def world():
    world = World()
    world.run(0.1)
    yield world
    world.tempo.close()
    world.engine.close()


def test_a_kit_that_says_nothing_leaves_everything_as_it_was(world):
    world.turn("tempo", 93.0)
    world.load()
    assert world.tempo.value("tempo") == 93.0
    assert world.tempo.transport.playing is False


def test_a_kits_tempo_is_taken_and_the_command_lines_goes_before_it(world):
    more = "[transport]\ntempo_bpm = 140\nbeats_per_bar = 3\noffset_ms = 5.0\n"
    world.load(more)
    assert world.tempo.value("tempo") == 140.0
    assert world.tempo.transport.beats_per_bar == 3
    assert world.tempo.value("offset") == 5.0
    world.load(more, tempo=99.0)
    assert world.tempo.value("tempo") == 99.0


@pytest.mark.parametrize("row", TRANSPORT_PARAMS, ids=lambda row: row.name)
def test_every_row_that_is_turned_can_be_read(world, row):
    world.turn(row.name, row.high)
    assert world.tempo.value(row.name) == row.high


def test_a_live_start_leaves_time_to_look_ahead_and_a_due_one_is_exact(world):
    frame = world.engine.frame
    world.move("start")
    assert world.tempo.transport.frame_of(0) == frame + round(START_S * RATE)
    world.move("start", frame=frame + 100, live=False)
    assert world.tempo.transport.frame_of(0) == frame + round(START_S * RATE)  # in order
    world.run(0.1)
    later = world.engine.frame + 700
    world.move("start", frame=later, live=False)
    assert world.tempo.transport.frame_of(0) == later


def test_what_is_due_later_waits_and_holds_up_nothing_that_is_asked_for_now(world):
    world.move("start")
    world.run(0.1)
    due = world.engine.frame + RATE
    world.tempo.obey(SetTransport("tempo", 60.0), due, live=False)
    world.turn("tempo", 150.0)
    assert world.tempo.value("tempo") == 150.0
    world.run(0.98)
    world.tempo.look(0.0)
    assert world.tempo.value("tempo") == 60.0
    assert world.tempo.transport.snapshot().segments[-1].frame == due


def test_states_are_whole_and_words_say_bar_and_beat(world):
    world.load("[transport]\ntempo_bpm = 120\n")
    assert world.tempo.words() == "120.0 bpm stopped"
    world.move("start")
    world.run(START_S + 2.6)
    assert [world.tempo.state(what) for what in ("playing", "beat", "bar")] == [1, 5, 1]
    assert world.tempo.words() == "120.0 bpm 2.2"
    world.move("toggle")
    assert world.tempo.state("playing") == 0
    world.move("toggle")
    world.run(0.1)
    assert world.tempo.state("playing") == 1


def test_cycles_stay_as_they_are_until_somebody_says_what_the_tempo_is(world):
    world.load()
    world.tempo.look(0.0)
    assert world.cps() == {CPS}
    world.turn("tempo", 90.0)
    assert world.cps() == {90 / 60 / 4}
    world.turn("beats_per_bar", 3)
    assert world.cps() == {0.5}


def test_an_orbit_whose_cycles_somebody_has_turned_keeps_them(world):
    world.load("[transport]\ntempo_bpm = 120\n[[orbit]]\norbit = 2\ncps = 1.25\n")
    world.engine.post_orbit(5, "cps", 0.8)
    world.turn("tempo", 60.0)
    assert world.engine.orbit_value(2, "cps") == 1.25
    assert world.engine.orbit_value(5, "cps") == 0.8
    assert world.engine.orbit_value(0, "cps") == 0.25


def test_cycles_of_a_kit_loaded_later_go_with_the_tempo_again(world):
    world.turn("tempo", 60.0)
    world.engine.post_orbit(5, "cps", 0.8)
    world.load()
    assert world.cps() == {0.25}


def test_cycles_that_are_not_to_follow_do_not(world):
    world.load("[transport]\norbits = 0\n")
    world.turn("tempo", 60.0)
    assert world.cps() == {CPS}


def test_taps_set_the_tempo(world):
    for tap in range(3):
        world.move("tap", frame=world.engine.frame)
        world.run(0.6)
        assert tap < 3
    assert world.tempo.value("tempo") == pytest.approx(100.0, abs=0.01)


def test_a_clock_gives_the_tempo_and_who_asks_for_another_is_told_why_not(world):
    world.ticks(97.0, 60)
    assert world.tempo.value("tempo") == pytest.approx(97.0, abs=0.05)
    assert world.tempo.state("clock") == "A"
    assert world.tempo.words().endswith("bpm stopped (A)")
    world.turn("tempo", 140.0)
    assert world.tempo.value("tempo") == pytest.approx(97.0, abs=0.05)
    assert "140 bpm is not taken: the tempo is that of A's MIDI clock" in world.lines[-1]
    world.turn("follow", 0)
    world.turn("tempo", 140.0)
    assert world.tempo.value("tempo") == 140.0


def test_more_clock_than_can_be_looked_at_is_counted_and_lost():
    world = World()
    for _ in range(5000):
        world.tempo.clock((bytes([TICK]), 0, "A"))
    assert world.tempo.lost == 5000 - 4096
    world.engine.close()
