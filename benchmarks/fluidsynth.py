"""fluidsynth as a player of the latency lab: JACK MIDI in, the same bursts out of a SoundFont."""

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from astrodrum_live.latency.jack_capture import JackCapture, JackError
from astrodrum_live.latency.players import Notes, PlayerError
from astrodrum_live.latency.senders import MidiSender, Sender
from benchmarks.soundfont import write_soundfont

NAME = "fluidsynth"
PORT = "latency-fluidsynth"
START_S = 15.0


class Fluidsynth:
    """On the JACK server of this process's environment. Errors: ``PlayerError``, ``JackError``."""

    name = NAME
    osc_port = 0

    def __init__(self, capture: JackCapture) -> None:
        program = shutil.which(NAME)
        if program is None:
            raise PlayerError("no fluidsynth here: on Debian 'apt install fluidsynth'")
        self._folder = tempfile.TemporaryDirectory(prefix="benchmarks-")
        font = Path(self._folder.name) / "bursts.sf2"
        write_soundfont(font, capture.rate)
        command = [program, "-a", "jack", "-m", "jack", "-s", "-i", "-R", "0", "-C", "0"]
        command += ["-r", str(capture.rate), "-o", f"audio.jack.server={_server()}"]
        command += ["-o", f"midi.jack.server={_server()}", "-o", f"midi.jack.id={NAME}-midi"]
        self._process = subprocess.Popen(
            [*command, str(font)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def connect(self, capture: JackCapture) -> None:
        """Its MIDI input to our output."""
        deadline_s = time.monotonic() + START_S
        while time.monotonic() < deadline_s and self._process.poll() is None:
            try:
                capture.wire(f"{PORT}:out", f"{NAME}-midi:midi_00")
                return
            except JackError:
                time.sleep(0.1)
        raise PlayerError("fluidsynth does not start on JACK")

    def end(self) -> Notes:
        self.kill()
        return Notes()

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        self._folder.cleanup()


def open_fluidsynth(capture: JackCapture, opened: ExitStack) -> tuple[Fluidsynth, Sender]:
    """A guest of ``run_on_jack``: the player and what strikes it."""
    sender = MidiSender(PORT, "jack")
    opened.callback(sender.close)
    player = Fluidsynth(capture)
    opened.callback(player.kill)
    player.connect(capture)
    return player, sender


def _server() -> str:
    return os.environ.get("JACK_DEFAULT_SERVER", "default")
