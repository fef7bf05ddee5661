"""``astrodrum play`` as a user runs it: the demo, signals, two at once, a quick start."""

import json
import signal
import subprocess
import time
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from command import COMMAND, EXAMPLE, REPO, astrodrum

from astrodrum_live.control.midi_file import read_performance

NULL = ("--audio", "null", "--midi", "none", "--osc", "127.0.0.1:0")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def shipped_or_tiny(kit):
    """The default kit with the shipped model where there is one, else with the tiny one."""
    if (REPO / "models" / "drums-v8" / "weights.safetensors").exists():
        return "default"
    return kit()


def onsets(sound: np.ndarray, rate: int) -> list[float]:
    """Seconds at which it gets loud all of a sudden."""
    frames = rate // 200
    level = np.abs(sound).max(axis=1)[: len(sound) // frames * frames].reshape(-1, frames).max(1)
    before = np.maximum(level[:-1], 1e-3)
    return [(index + 1) * frames / rate for index in np.flatnonzero(level[1:] > 3 * before)]


def test_the_demo_records_the_performance_and_draws_it(
    shipped_or_tiny, tmp_path, command_environment
):
    wav, png = tmp_path / "dé mo" / "take.wav", tmp_path / "take.png"
    arguments = ("-f", EXAMPLE, "--seconds", 4, "--record", wav, "--picture", png, "--json")
    answer = astrodrum("play", shipped_or_tiny, *arguments, *NULL, environment=command_environment)
    assert answer.code == 0, answer.err
    report = answer.json()
    performance = read_performance(EXAMPLE)
    wanted = [
        seconds
        for seconds, data in performance
        if data[0] & 0xF0 == 0x90 and data[2] and seconds < 3.4
    ]
    assert len(wanted) <= report["played"] <= len(wanted) + 12
    assert report["empty"] == report["bad_hits"] == report["unmapped_notes"] == 0
    sound, rate = soundfile.read(wav, dtype="float32")
    assert report["recorded_s"] == pytest.approx(len(sound) / rate, abs=1e-3)
    assert 3.5 < len(sound) / rate < 6.0
    heard = onsets(sound, rate)
    assert len(heard) >= len(set(wanted)) // 3  # soft ones hide behind loud ones
    shift = heard[0] - wanted[0]
    near = [min(abs(time_s - shift - want) for want in wanted) for time_s in heard if time_s < 3]
    assert np.median(near) < 0.012
    assert png.read_bytes().startswith(PNG)


def started(*arguments: object, environment: dict[str, str]) -> subprocess.Popen:
    """A playing instrument: returns once it says which kit it plays."""
    words = [*COMMAND, "play", *map(str, arguments)]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=REPO
    )
    process.said = ""
    while "kit " not in (line := process.stderr.readline()):
        assert line, "it ended at once"
        process.said += line
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_finishes_the_recording_and_prints_the_summary(
    kit, tmp_path, command_environment, number
):
    wav = tmp_path / "take.wav"
    arguments = (kit(), "-f", EXAMPLE, "--record", wav, "--generator", "frozen", *NULL)
    process = started(*arguments, environment=command_environment)
    time.sleep(1.0)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in err
    assert f"recorded {soundfile.info(wav).duration:.1f} s to {wav}" in out
    assert soundfile.info(wav).duration > 0.5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_rendering_with_a_valid_file_and_nothing_left(
    kit, tmp_path, command_environment, number
):
    wav, csv, take = tmp_path / "o.wav", tmp_path / "o.csv", tmp_path / "long.mid"
    long = mido.MidiFile(EXAMPLE)
    for _ in range(200):
        long.tracks[0].extend(mido.MidiFile(EXAMPLE).tracks[0][:-1])
    long.save(take)
    words = [*COMMAND, "render", kit(), take, "-o", wav, "--onsets", csv, "--generator", "frozen"]
    process = subprocess.Popen(
        list(map(str, words)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=command_environment,
        cwd=REPO,
    )
    deadline = time.monotonic() + 20
    while not (wav.exists() and wav.stat().st_size > 100_000) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 128 + number, err
    assert "stopped before its end" in out
    assert "Traceback" not in err
    assert "resource_tracker" not in err
    assert not list(Path("/dev/shm").glob(f"astrodrum-{process.pid}-*"))
    frames = soundfile.info(wav).frames
    assert frames * 6 > 50_000
    last = int(csv.read_text().splitlines()[-1].split(",")[0])
    assert last <= frames


INTERRUPTED = """
import os, signal, sys
class Finder:
    def find_spec(self, name, *_):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from astrodrum_live.cli.entry import main
main()
"""


def test_ctrl_c_while_the_command_loads_ends_it_without_a_word(python, command_environment):
    done = subprocess.run([python, "-c", INTERRUPTED], capture_output=True, env=command_environment)
    assert done.returncode == -signal.SIGINT
    assert done.stderr == b""


def test_two_at_once_play_and_the_second_says_that_osc_is_taken(kit, command_environment):
    arguments = (kit(), "--audio", "null", "--midi", "none", "--generator", "frozen")
    with started(*arguments, environment=command_environment) as first:
        second = astrodrum(
            "play", *arguments, "--seconds", 0.3, "--json", environment=command_environment
        )
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=20)
    if "playing without OSC" in first.said:
        pytest.skip("a third AstroDrum has the usual port")
    assert first.returncode == 0
    assert second.code == 0
    assert "playing without OSC" in second.err
    assert second.json()["kit"] == "default"


def test_zero_seconds_is_zero_seconds(kit, command_environment):
    arguments = (kit(), "--seconds", 0, "--generator", "frozen", "--json", *NULL)
    answer = astrodrum("play", *arguments, environment=command_environment)
    assert answer.code == 0
    assert answer.json()["seconds"] < 1.0


IMPORTS = """
import json, sys
from astrodrum_live.cli.main import app
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.session import open_osc
from astrodrum_live.cli.status import Status
from astrodrum_live.control.midi_ports import MidiInput
options = Options(audio="null", generator="frozen")
instrument = LiveInstrument(load_patch(sys.argv[1]), options, lambda line: None)
print(json.dumps(sorted(sys.modules)))
instrument.close()
"""


def test_the_engine_process_loads_neither_torch_nor_scipys_halls(kit, python, command_environment):
    """They would cost a start its first second, and the audio its memory bandwidth."""
    done = subprocess.run(
        [python, "-c", IMPORTS, str(kit())],
        capture_output=True,
        text=True,
        env=command_environment,
        timeout=60,
        check=True,
    )
    heavy = {
        "torch",
        "scipy.signal",
        "scipy.linalg",
        "matplotlib",
        "soundfile",
        "safetensors.torch",
    }
    assert heavy.isdisjoint(json.loads(done.stdout))
