"""Real OSC clients, from Debian's packages, play the real program."""

import csv
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


@pytest.fixture
def instrument(tmp_path):
    """An instrument on a port of its own; ``stop()`` gives its report, hits and recording."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    recording, onsets = tmp_path / "played.wav", tmp_path / "played.csv"
    command = [sys.executable, "-m", "astrodrum_live.cli", "play", "default", "--audio", "null"]
    command += ["--midi", "none", "--osc", f"127.0.0.1:{port}", "--generator", "frozen", "--json"]
    command += ["--record", str(recording), "--onsets", str(onsets)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if f":{port}" in line:
            break

    def stop():
        process.send_signal(signal.SIGINT)
        report, _ = process.communicate(timeout=20)
        with onsets.open() as lines:
            return json.loads(report), list(csv.DictReader(lines)), soundfile.read(recording)[0]

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
    report, hits, sound = instrument()
    assert report["played"] == 1
    assert [row["pad"] for row in hits] == ["kick"]
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
    report, hits, sound = instrument()
    assert report["played"] == 9, done.stdout[-2000:]
    assert report["late"] == 0
    kicks = [row for row in hits if row["pad"] == "kick"]
    steps = np.diff([int(row["frame"]) for row in kicks])
    print("steps in frames:", steps)
    assert len(kicks) == 8
    assert np.abs(steps - 6000).max() <= 48, steps  # 0.125 s at 48 kHz, within a millisecond
    assert np.abs(sound[:, 0]).max() > 0.05


def _program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed; 'make test-clients' as root installs it")
    return found
