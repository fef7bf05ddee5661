"""Real OSC clients, from Debian's packages, play the real program."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytestmark = pytest.mark.clients
HERE = Path(__file__).parent


@pytest.fixture()
def instrument(tmp_path):
    """A playing instrument on a port of its own; ``stop()`` gives its report and its recording."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    recording = tmp_path / "played.wav"
    command = [sys.executable, "-m", "astrodrum_live.cli", "play", "default", "--audio", "null"]
    command += ["--midi", "none", "--osc", f"127.0.0.1:{port}", "--generator", "frozen", "--json"]
    process = subprocess.Popen(
        [*command, "--record", str(recording)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    for line in process.stderr:
        if f":{port}" in line:
            break

    def stop():
        process.send_signal(signal.SIGINT)
        report, _ = process.communicate(timeout=20)
        return json.loads(report), soundfile.read(recording)[0]

    stop.port = port
    yield stop
    if process.poll() is None:
        process.kill()
        process.communicate()


def test_oscsend_plays_a_hit(instrument):
    oscsend = _program("oscsend")
    subprocess.run(
        [oscsend, "127.0.0.1", str(instrument.port), "/hit", "sf", "kick", "0.9"], check=True
    )
    time.sleep(1.0)
    report, sound = instrument()
    assert report["played"] == 1
    assert np.abs(sound).max() > 0.05


def test_sclang_bundles_sound_on_their_grid(instrument, tmp_path):
    environment = {
        **os.environ,
        "ASTRODRUM_PORT": str(instrument.port),
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",  # sclang as root will not start without it
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [_program("sclang"), str(HERE / "hits.scd")],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    report, sound = instrument()
    assert report["played"] == 9, done.stdout[-2000:]
    assert report["late"] == 0
    onsets = _onsets(sound[:, 0] - sound[:, 1])  # the kicks alone: they are panned hard left
    assert len(onsets) >= 8
    steps = np.diff(onsets[-8:])
    assert np.abs(steps - 0.125).max() < 0.003, steps


def _onsets(left: np.ndarray, rate: int = 48000) -> np.ndarray:
    """Seconds at which a hit begins: the level over 1 ms leaps after 50 ms without a leap."""
    level = np.abs(left[: left.size // 48 * 48]).reshape(-1, 48).max(axis=1)
    onsets: list[int] = []
    for frame in range(1, level.size):
        leap = level[frame] > 0.03 and level[frame] > 3 * level[max(0, frame - 4) : frame].max()
        if leap and (not onsets or frame - onsets[-1] > 50):
            onsets.append(frame)
    return np.array(onsets) * 48 / rate


def _program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed; 'make test-clients' as root installs it")
    return found
