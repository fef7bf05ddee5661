"""The recorder: what is on disk is what was played, and a bad disk spoils nothing else."""

import subprocess
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from astrodrum_live.config import TAP_FRAMES, EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.recorder import Recorder, RecordError

RATE = 48000


@pytest.fixture
def engine():
    engine = Engine(EngineConfig(rate=RATE, hit_seconds=0.2))
    noise = np.random.RandomState(1).uniform(-0.7, 0.7, 4000).astype(np.float32)
    for seed in range(20):
        assert engine.rings.push(0, 2, noise, RATE, seed, 1)
    yield engine
    engine.close()


def play(engine: Engine, frames: int, block: int = 480) -> np.ndarray:
    """Rolls on pad 0, as they come out of the callback."""
    sound = []
    for first in range(0, frames, block):
        engine.post_hit(0, 0.8)
        sound.append(engine.render(min(block, frames - first)))
    return np.concatenate(sound)


def wait_until(what) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_the_file_holds_what_was_rendered_to_the_last_bit(engine, tmp_path):
    path, lines = tmp_path / "new folder" / "ü b.wav", []
    recorder = Recorder(engine, path, lines.append)
    engine.render(1000)  # before the start: not on the record
    recorder.start()
    sound = play(engine, 20_011)
    recorder.close()
    soundfile.write(tmp_path / "same.wav", sound, RATE, "PCM_24")
    recorded, rate = soundfile.read(path, dtype="int32")
    assert (rate, recorder.seconds, lines) == (RATE, 20_011 / RATE, [])
    np.testing.assert_array_equal(recorded, soundfile.read(tmp_path / "same.wav", dtype="int32")[0])
    assert np.abs(recorded / 2.0**31 - sound).max() < 2.0**-22
    assert soundfile.info(path).subtype == "PCM_24"


def test_a_recording_longer_than_its_ring_is_whole(engine, tmp_path):
    recorder = Recorder(engine, tmp_path / "long.wav", print)
    recorder.start()
    sound = []
    for _ in range(8):
        sound.append(play(engine, TAP_FRAMES // 4, block=8192))
        wait_until(lambda: recorder.frames == sum(map(len, sound)))
    recorder.close()
    recorded, _ = soundfile.read(tmp_path / "long.wav", dtype="float32")
    np.testing.assert_allclose(recorded, np.concatenate(sound), atol=2.0**-22)


def test_a_disk_that_stalls_for_seconds_loses_nothing(engine, tmp_path, monkeypatch):
    recorder = Recorder(engine, tmp_path / "slow.wav", print)
    wake, write = threading.Event(), recorder._file.write
    recorder._file.write = lambda audio: wake.wait(10) and write(audio)
    recorder.start()
    sound = play(engine, 5 * RATE, block=4096)
    wake.set()
    recorder.close()
    recorded, _ = soundfile.read(tmp_path / "slow.wav", dtype="float32")
    np.testing.assert_allclose(recorded, sound, atol=2.0**-22)


def test_a_disk_that_stalls_for_too_long_is_told_of_the_recording_that_lacks_something(
    engine, tmp_path
):
    lines = []
    recorder = Recorder(engine, tmp_path / "slow.wav", lines.append)
    wake, write = threading.Event(), recorder._file.write
    recorder._file.write = lambda audio: wake.wait(10) and write(audio)
    recorder.start()
    play(engine, TAP_FRAMES + 5 * 8192, block=8192)
    wake.set()
    recorder.close()
    assert engine.counters()["tap_full"] > 0
    assert "the disk was too slow" in lines[-1]
    assert soundfile.info(tmp_path / "slow.wav").frames == recorder.frames
    told = list(lines)
    recorder = Recorder(engine, tmp_path / "next.wav", lines.append)
    recorder.start()
    play(engine, 4800)
    recorder.close()
    assert lines == told


@pytest.mark.parametrize("place", ["file/below.wav", "folder"])
def test_a_place_that_cannot_be_written_is_refused_at_once(engine, tmp_path, place):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(RecordError, match=f"cannot record to .*{place}"):
        Recorder(engine, tmp_path / place, print)


def test_closing_without_a_start_leaves_an_empty_valid_file(engine, tmp_path):
    recorder = Recorder(engine, tmp_path / "none.wav", print)
    recorder.close()
    recorder.close()
    assert soundfile.info(tmp_path / "none.wav").frames == 0


FULL_DISK = """
import resource, sys
from pathlib import Path
import numpy as np
from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.recorder import Recorder
import time
engine = Engine(EngineConfig(rate=48000, hit_seconds=0.2))
engine.rings.push(0, 2, np.full(4000, 0.5, np.float32), 48000, 1, 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
recorder = Recorder(engine, Path(sys.argv[1]), lambda line: print(line, flush=True))
recorder.start()
for _ in range(40):
    engine.post_hit(0, 1.0)
    engine.render(4800)
    time.sleep(0.01)
recorder.close()
engine.post_hit(0, 1.0)
print("played on", float(abs(engine.render(4800)).max()) > 0.1, engine.counters()["played"])
engine.close()
"""


def test_a_full_disk_keeps_what_was_written_and_playing_goes_on(
    tmp_path, python, command_environment
):
    pytest.importorskip("resource")
    path = tmp_path / "full.wav"
    done = subprocess.run(
        [python, "-c", FULL_DISK, str(path)],
        capture_output=True,
        text=True,
        env=command_environment,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told, went_on = done.stdout.splitlines()
    assert "recording stopped after" in told
    assert str(path) in told
    assert went_on == "played on True 41"
    recorded, rate = soundfile.read(path)
    assert rate == RATE
    assert 0 < len(recorded) <= 300_000 // 6
    assert np.abs(recorded).max() > 0.1


def test_a_full_disk_is_called_so_whatever_the_library_calls_it(tmp_path, monkeypatch):
    engine = Engine(EngineConfig(rate=RATE, hit_seconds=0.1))
    told: list[str] = []
    recorder = Recorder(engine, tmp_path / "take.wav", told.append)
    free = SimpleNamespace(free=4096)
    monkeypatch.setattr("shutil.disk_usage", lambda path: free)
    assert recorder._why(OSError("System error.")) == "the disk is full"
    free.free = 10**9
    assert recorder._why(OSError("Input/output error")) == "Input/output error"
    recorder.close()
    engine.close()
