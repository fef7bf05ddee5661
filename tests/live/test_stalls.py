"""A machine that slept, a device that hung, a wall clock that was set: the next note is in time."""

import numpy as np
import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import Hit
from astrodrum_live.engine.engine import SOON, Engine
from astrodrum_live.live.scheduler import Scheduler

RATE, BLOCK = 48000, 128
DELAY = BLOCK + 48  # steady: one block and a millisecond


class Stage:
    """An engine whose blocks and whose clock a test moves."""

    def __init__(self, timing: str = "steady") -> None:
        config = EngineConfig(RATE, BLOCK, voices=8, hit_seconds=0.2, timing=timing)
        self.engine = Engine(config)
        sound = np.linspace(0.5, 0.1, 2000, dtype=np.float32)
        self.engine.rings.push(0, 2, sound, RATE, 1, 1)
        self.scheduler = Scheduler(self.engine, lambda *_: (), lambda name: None)
        self.now_ns = 1_000_000_000_000

    def play(self, seconds: float) -> np.ndarray:
        sound = []
        for _ in range(int(seconds * RATE / BLOCK)):
            sound.append(self.engine.render(BLOCK, at_ns=self.now_ns))
            self.now_ns += BLOCK * 1_000_000_000 // RATE
        return np.concatenate(sound)

    def strike(self, ahead_s: float | None = None) -> int:
        due_ns = None if ahead_s is None else self.now_ns + int(ahead_s * 1e9)
        frame = self.scheduler.frame_for(self.now_ns, due_ns)
        self.scheduler._obey(Hit(0, 1.0), self.now_ns, due_ns)
        return frame


@pytest.fixture
def stage():
    stage = Stage()
    stage.play(3.0)
    yield stage
    stage.engine.close()


@pytest.mark.parametrize("asleep_s", [1.0, 60.0, 8 * 3600.0])
@pytest.mark.parametrize("moment", ["before the first block", "after it"])
def test_after_a_sleep_in_which_the_clock_went_on_the_first_note_sounds_at_once(
    stage, asleep_s, moment
):
    """Windows' clock goes on while it sleeps; Linux's and macOS's stand still, as the frames do."""
    stage.now_ns += int(asleep_s * 1e9)
    if moment == "after it":
        stage.play(0.01)
    frame = stage.strike()
    assert frame == SOON or frame - stage.engine.frame <= DELAY + 1
    assert np.abs(stage.play(0.05)).max() > 0.1
    (hit,) = stage.engine.drain_played()
    assert stage.engine.counters()["clock_resets"] == 1
    assert hit["late_frames"] == 0


def test_what_is_due_later_keeps_its_distance_over_a_stall(stage):
    stage.now_ns += 10_000_000_000
    frame = stage.strike(ahead_s=0.3)
    assert frame - stage.engine.frame == pytest.approx(0.3 * RATE, abs=BLOCK)


def test_notes_struck_while_a_device_hangs_do_not_come_seconds_after_it_is_back(stage):
    for _ in range(20):
        stage.now_ns += 700_000_000
        stage.strike()
    stage.play(0.05)
    assert stage.engine.counters()["played"] == 20
    stage.play(2.0)
    assert stage.engine.counters()["played"] == 20


@pytest.mark.parametrize("jitter_ms", [5, 40, 500])
def test_jitter_is_no_stall(stage, jitter_ms):
    stage.now_ns += jitter_ms * 1_000_000
    frame = stage.strike()
    assert frame - stage.engine.frame == pytest.approx(jitter_ms * 48 + DELAY, abs=BLOCK)


def test_a_step_of_the_wall_clock_moves_no_live_note(stage, monkeypatch):
    before = stage.strike() - stage.engine.frame
    monkeypatch.setattr("time.time", lambda: 0.0)
    monkeypatch.setattr("time.time_ns", lambda: 0)
    assert stage.strike() - stage.engine.frame == before
