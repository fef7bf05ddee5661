"""A peer to stand beside: SuperCollider's server, playing the same bursts from buffers."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress

from astrodrum_live.control.osc.encode import encode
from astrodrum_live.latency.players import Notes, PlayerError
from astrodrum_live.latency.sounds import bursts
from astrodrum_live.latency.stages import PEER
from astrodrum_live.latency.synth_definition import AUDIO, CONTROL, synth, unit

START_S = 15.0
GAIN = 0.2
_FREE_ITSELF = 2.0  # a done action


class Scsynth:
    """``scsynth`` on the JACK server of this process's environment. Errors: ``PlayerError``."""

    name = PEER

    def __init__(self, rate: int, block: int) -> None:
        program = shutil.which("scsynth")
        if program is None:
            raise PlayerError("no scsynth here: on Debian 'apt install supercollider-server'")
        self.osc_port = _free_port()
        command = [program, "-u", str(self.osc_port), "-i", "0", "-o", "2", "-z", str(block)]
        self._process = subprocess.Popen(
            [*command, "-R", "0", "-B", "127.0.0.1"],
            env={**os.environ, "SC_JACK_DEFAULT_OUTPUTS": "system"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C is not for it
        )
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0.1)
        self._socket.connect(("127.0.0.1", self.osc_port))
        try:
            self._until(encode("/status", []), b"/status.reply")
            self._until(encode("/d_recv", [synth_definition()]), b"/done")
            for pad, sound in enumerate(bursts(rate)):
                size = len(sound)
                self._until(encode("/b_alloc", [pad, size, 1]), b"/done")
                self._socket.send(encode("/b_setn", [pad, 0, size, *map(float, sound * GAIN)]))
            self._until(encode("/sync", [1]), b"/synced")
        except BaseException:
            self.kill()
            raise

    def end(self) -> Notes:
        self._socket.send(encode("/quit", []))
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self.kill()
        return Notes()

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._socket.close()

    def _until(self, question: bytes, answer: bytes) -> None:
        """Ask until it answers."""
        deadline_s = time.monotonic() + START_S
        while time.monotonic() < deadline_s and self._process.poll() is None:
            try:
                self._socket.send(question)
                while not self._socket.recv(65535).startswith(answer):
                    pass
                return
            except (TimeoutError, ConnectionRefusedError):
                time.sleep(0.05)
        raise PlayerError("scsynth does not start; is its JACK server there?")


def strike_message(pad: int) -> bytes:
    """A new synth that plays a pad's buffer once."""
    return encode("/s_new", ["burst", -1, 0, 0, "buffer", float(pad)])


def synth_definition() -> bytes:
    """``OffsetOut.ar(0, PlayBuf.ar(1, buffer, doneAction: 2))``, which begins as exactly as that
    server can."""
    one, zero, done = ((-1, index) for index in range(3))
    units = [
        unit("Control", CONTROL, [], 1),
        unit("PlayBuf", AUDIO, [(0, 0), one, one, zero, zero, done], 1),
        unit("OffsetOut", AUDIO, [zero, (1, 0)], 0),
    ]
    return synth("burst", {"buffer": 0.0}, [1.0, 0.0, _FREE_ITSELF], units)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
