"""The real thing: a PortAudio stream on JACK's dummy driver, played by a note through a JACK port.

The server is our own, under a private name, with no sound card behind it.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from shutil import which

import numpy as np
import pytest
import soundfile

RATE, PERIOD = 48000, 128
REPO = Path(__file__).resolve().parents[2]
NOTES = 12
GAP_S = 0.25

SHORT = """version = 1
[[pad]]
name = "kick"
class = "kick"
hold_ms = 20.0
release_ms = 5.0
"""

# In a process of its own: PortAudio and JACK's library read the server's name when they load.
PLAYER = """
import json, sys, time
from pathlib import Path
import rtmidi
from astrodrum_live.control.midi_ports import MidiInput
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live.instrument import LiveInstrument, Options

kit, record, notes, gap_s = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
sender = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="Drummer")
sender.open_virtual_port("out")
options = Options(generator="frozen", session=1, record=record)
instrument = LiveInstrument(load_patch(kit), options, lambda line: print(line, file=sys.stderr))
port = MidiInput("drummer", instrument.scheduler.post_midi, api="jack")
time.sleep(1.0)  # the clock map settles
for _ in range(notes):
    sender.send_message([0x99, 36, 127])
    time.sleep(gap_s)
time.sleep(0.5)
played = instrument.engine.drain_played()
report = {
    "device": instrument.device.name,
    "rate": instrument.device.rate,
    "alive": instrument.device.alive(),
    "latency_s": instrument.device.latency_s,
    "frames": played["frame"].tolist(),
    "pads": played["pad"].tolist(),
    **instrument.stats(),
}
port.close()
sender.close_port()
sender.delete()
instrument.close()
print(json.dumps(report))
"""

REFUSED = """
import sys
from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.outputs import find_output
from astrodrum_live.engine.sound_card import SoundCard
from astrodrum_live.live.first_device import open_first

def make(rate):
    return Engine(EngineConfig(rate=rate, hit_seconds=0.2))

engine = make(int(sys.argv[1]))
try:
    SoundCard(engine)
except DeviceError as error:
    print(error)
try:
    find_output("sytem")
except DeviceError as error:
    print(error)
engine.close()
first = open_first(None, None, int(sys.argv[1]), make, print)
print(first.device.rate, first.engine.config.rate)
first.device.close()
first.engine.close()
"""

DRUMMER = """
import rtmidi, time
out = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="Drummer")
out.open_virtual_port("out")
while True:
    out.send_message([0x99, 36, 127])
    time.sleep(0.2)
"""

ABANDONED = """
import os, signal, subprocess, sys, time
from pathlib import Path
from astrodrum_live.control.events import Hit
from astrodrum_live.control.midi_ports import MidiInput
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.now import now_ns

options = Options(generator="frozen", record=Path(sys.argv[2]))
instrument = LiveInstrument(load_patch(sys.argv[1]), options, print)
drummer = MidiInput("all", instrument.scheduler.post_midi, api="jack")
drummer.watch(print)
time.sleep(0.5)
os.kill(int(os.environ["JACK_SERVER_PID"]), signal.SIGTERM)
def until(what):
    deadline = time.monotonic() + 20
    while not what() and time.monotonic() < deadline:
        instrument.mind()
        time.sleep(0.1)

def strike():
    instrument.engine.drain_played()
    instrument.post(Hit(0, 1.0), now_ns())
    played = []
    until(lambda: played.extend(instrument.engine.drain_played()) or played)
    print(len(played), "on", instrument.device.name)

until(lambda: "null" in instrument.device.name)
print("status:", instrument.audio.trouble())
strike()
with subprocess.Popen(sys.argv[4:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
    until(lambda: "JACK" in instrument.device.name)
    print("status:", instrument.audio.trouble() or "well")
    time.sleep(1.0)
    strike()
    with subprocess.Popen([sys.executable, "-c", sys.argv[3]], stderr=subprocess.DEVNULL) as player:
        until(lambda: instrument.scheduler.midi_messages > 4)
        player.kill()
    print("midi:", drummer.trouble() or "well")
    drummer.close()
    frame = instrument.engine.frame
    instrument.close()
    print("frames", frame)
    server.terminate()
"""


@pytest.fixture(scope="module")
def jack_environment():
    """What a program needs to meet our server."""
    if which("jackd") is None:
        pytest.skip("no jackd here: on Debian 'apt install jackd2'")
    name = f"astrodrum-audio-{os.getpid()}"
    server = subprocess.Popen(_jackd(name), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        environment = {
            **os.environ,
            "JACK_DEFAULT_SERVER": name,
            "JACK_NO_START_SERVER": "1",
            "PYTHONPATH": str(REPO),
        }
        _wait_for(server, environment)
        yield {**environment, "JACK_SERVER_PID": str(server.pid)}
    finally:
        server.terminate()
        server.wait(10)
        for left in Path("/dev/shm").glob(f"jack_sem.*_{name}_*"):  # of clients that outlived it
            left.unlink()


def _jackd(name: str) -> list[str]:
    command = ["jackd", "--no-realtime", "-n", name, "-d", "dummy"]
    return [*command, "-r", str(RATE), "-p", str(PERIOD)]


def _wait_for(server: subprocess.Popen, environment: dict[str, str]) -> None:
    look = "from astrodrum_live.control.midi_ports import list_inputs; list_inputs('jack')"
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(subprocess.CalledProcessError):
            subprocess.run(
                [sys.executable, "-c", look],
                env=environment,
                check=True,
                stderr=subprocess.DEVNULL,
            )
            return
    pytest.skip("jackd does not start here")


def test_notes_through_a_jack_port_are_heard_on_the_sound_card(kit, tmp_path, jack_environment):
    record = tmp_path / "take.wav"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            PLAYER,
            str(kit("short", SHORT)),
            str(record),
            str(NOTES),
            str(GAP_S),
        ],
        env=jack_environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert "JACK" in report["device"]
    assert report["alive"]
    assert report["rate"] == RATE
    assert report["latency_s"] > 0
    assert report["pads"] == [0] * NOTES
    assert report["empty"] == report["bad_hits"] == 0
    print(report["xruns"], "xruns in", report["blocks"], "blocks")  # a busy machine has some
    sound, rate = soundfile.read(record)
    assert rate == RATE
    heard = _onsets(sound)
    assert len(heard) == NOTES
    # In the recording as in the log, and in the log as they were struck.
    distances = np.diff(report["frames"])
    assert np.abs(np.diff(heard) - distances).max() < 0.002 * RATE
    assert np.median(distances) == pytest.approx(GAP_S * RATE, rel=0.1)


def _onsets(sound: np.ndarray) -> np.ndarray:
    """Frames at which it gets loud after 50 ms below a tenth of its peak."""
    loud = np.flatnonzero(np.abs(sound).max(axis=1) > 0.1 * np.abs(sound).max())
    return loud[np.flatnonzero(np.diff(loud, prepend=-RATE) > 0.05 * RATE)]


def test_a_device_that_refuses_the_rate_names_the_one_it_takes(jack_environment):
    done = subprocess.run(
        [sys.executable, "-c", REFUSED, "44100"],
        env=jack_environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    refused, unknown, instead, rates = done.stdout.strip().splitlines()[-4:]
    assert "will not open at 44100 Hz" in refused
    assert "--rate 48000" in refused
    assert "no output 'sytem' (did you mean 'system'?)" in unknown
    assert "refuses 44100 Hz: playing at its own 48000 Hz" in instead
    assert rates == "48000 48000"


def test_a_server_that_ends_is_replaced_by_the_null_device_until_it_is_started_again(
    kit, tmp_path, jack_environment
):
    """The last test here: it takes the server away."""
    record = tmp_path / "take.wav"
    server = _jackd(jack_environment["JACK_DEFAULT_SERVER"])
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            ABANDONED,
            str(kit("short", SHORT)),
            str(record),
            DRUMMER,
            *server,
        ],
        env=jack_environment,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert any("is gone; playing on without it, on the null device" in line for line in said)
    assert "status: audio system gone, on null, looking" in said
    assert "1 on null (no sound; a clock)" in said
    assert "system (JACK Audio Connection Kit) is back" in said
    assert "status: well" in said
    assert "1 on system (JACK Audio Connection Kit)" in said
    assert "MIDI: the JACK server has gone; waiting for AstroDrum" in said
    assert "MIDI AstroDrum is back" in said
    assert "MIDI Drummer:out has come" in said  # and it is played
    assert "midi: MIDI Drummer:out gone, waiting" in said or "midi: well" in said
    sound, _ = soundfile.read(record)
    assert len(_onsets(sound)) > 4  # one on the null device, the others on the server that is back
    # The recording is whole: it lacks only what was played before it began.
    assert len(sound) >= int(said[-1].split()[1]) - RATE // 5
