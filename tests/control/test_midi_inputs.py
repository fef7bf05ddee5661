"""MIDI ports: a plain line where there is no MIDI, a real note through JACK."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import contextmanager, suppress
from ctypes.util import find_library
from pathlib import Path
from shutil import which

import pytest
import rtmidi
from fake_midi import FakeMidi
from patience import until

from astrodrum_live.control.jack_ports import JackPorts
from astrodrum_live.control.midi_ports import (
    MidiInput,
    MidiPortError,
    NoMidiSystem,
    list_inputs,
)
from astrodrum_live.control.midi_system import SystemGone

HAS_ALSA = os.path.exists("/dev/snd/seq")


def test_none_opens_nothing():
    port = MidiInput("none", deque().append)
    assert port.names == port.notices == []
    port.close()


def test_an_unknown_system_lists_those_there_are():
    with pytest.raises(MidiPortError, match="auto, alsa, jack"):
        MidiInput("all", deque().append, api="midi2")


def test_no_midi_here_is_one_plain_line_and_nothing_on_stderr(capfd):
    if HAS_ALSA or sys.platform != "linux":
        pytest.skip("this machine has a MIDI system of its own")
    port = MidiInput("all", deque().append, api="alsa")
    assert port.names == []
    assert port.notices == ["no MIDI through 'alsa' here: it is not running, or not of this system"]
    port.close()
    with pytest.raises(NoMidiSystem, match="alsa"):
        MidiInput("TD-11", deque().append, api="alsa")
    with pytest.raises(NoMidiSystem, match="winmm"):
        list_inputs("winmm")
    assert capfd.readouterr().err == ""


def test_a_callback_only_stamps_and_appends():
    arrived, system = deque(), FakeMidi("Pad 20:0")
    port = MidiInput("pad", arrived.append, clock=lambda: 42, system=system)
    system.opened[0].send(0x99, 36, 100)
    assert list(arrived) == [(b"\x99\x24\x64", 42, "Pad")]
    port.close()


def test_how_late_the_ports_thread_was_is_told_by_the_drivers_clock():
    now_ms, system = [1000], FakeMidi("Pad 20:0")
    port = MidiInput("pad", deque().append, clock=lambda: now_ms[0] * 10**6, system=system)
    for passed_ms, driver_s in ((0, 0.0), (20, 0.02), (32, 0.02), (9000, 8.0), (5, 0.0)):
        now_ms[0] += passed_ms
        system.opened[0].arrived(([0x99, 36, 100], driver_s), None)
    assert port.slowest.take_ns() == 12_000_000
    assert port.slowest.take_ns() == 0
    port.close()


def test_a_port_that_does_not_open_is_an_error_if_asked_for_and_a_notice_if_not():
    taken = FakeMidi("Pad:Pad MIDI 1 20:0")
    taken.taken.add("Pad:Pad MIDI 1 20:0")
    with pytest.raises(MidiPortError, match=r"'Pad:Pad MIDI 1' does not open: busy"):
        MidiInput("pad", deque().append, system=taken)
    port = MidiInput("all", deque().append, system=taken)
    assert port.names == ["AstroDrum"]
    assert port.notices == ["MIDI port 'Pad:Pad MIDI 1' does not open: busy"]
    port.close()


class Server:
    """A JACK server of our own name, with no sound card."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.start()

    def start(self) -> None:
        for _ in range(3):  # one whose predecessor was killed hangs at times
            if self._answers_within(10.0):
                return
            self.end(signal.SIGKILL)
        pytest.skip("jackd does not start here")

    def _answers_within(self, seconds: float) -> bool:
        command = ["jackd", "--no-realtime", "-n", self._name, "-d", "dummy"]
        self._process = subprocess.Popen(
            [*command, "-r", "48000", "-p", "256"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(NoMidiSystem):
                list_inputs("jack")
                return True
            time.sleep(0.1)
        return False

    def stop(self) -> None:
        """It hangs, until it is ended."""
        self._process.send_signal(signal.SIGSTOP)

    def end(self, how=signal.SIGTERM) -> None:
        self._process.send_signal(how)
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:  # as one does at times whose predecessor was killed
            self._process.kill()
            self._process.wait()
        for left in Path("/dev/shm").glob(f"jack_*{self._name}_*"):  # of clients that outlived it
            left.unlink()


@pytest.fixture
def jack(monkeypatch):
    if which("jackd") is None or rtmidi.API_UNIX_JACK not in rtmidi.get_compiled_api():
        pytest.skip("no jackd here, or an rtmidi without JACK")
    name = f"astrodrum-midi-{os.getpid()}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    server = Server(name)
    yield server
    server.end()


def test_a_real_note_through_jack_arrives_stamped(jack):
    sender = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="Player")
    sender.open_virtual_port("out")
    arrived = deque()
    port = MidiInput("player", arrived.append, api="jack")
    try:
        assert len(port.names) == 1
        assert "Player" in port.names[0]
        sent_ns = time.monotonic_ns()
        sender.send_message([0x99, 38, 90])
        deadline = time.monotonic() + 5
        while not arrived and time.monotonic() < deadline:
            time.sleep(0.005)
        message, arrival_ns, name = arrived[0]
        assert message == b"\x99\x26\x5a"
        assert name == port.names[0]
        assert sent_ns < arrival_ns < time.monotonic_ns()
    finally:
        port.close()
        sender.close_port()
        sender.delete()


def test_the_virtual_port_can_be_found_and_played(jack):
    arrived = deque()
    port = MidiInput("all", arrived.append, api="jack")
    sender = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="Player")
    try:
        assert port.names[-1] == "AstroDrum"
        assert port.notices == []
        names = sender.get_ports()
        sender.open_port(next(i for i, name in enumerate(names) if "AstroDrum" in name))
        sender.send_message([0x99, 36, 127])
        deadline = time.monotonic() + 5
        while not arrived and time.monotonic() < deadline:
            time.sleep(0.005)
        assert arrived[0][0] == b"\x99\x24\x7f"
    finally:
        port.close()
        sender.close_port()
        sender.delete()


def test_a_jack_port_pulled_out_and_plugged_in_again_plays_again(jack):
    def plugged_in():
        sender = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="Player")
        sender.open_virtual_port("out")
        return sender

    def pulled_out(sender):
        sender.close_port()
        sender.delete()

    arrived, lines, sender = deque(), deque(), plugged_in()
    port = MidiInput("player", arrived.append, api="jack")
    port.watch(lines.append)
    try:
        for note in (36, 38):
            pulled_out(sender)
            until(lambda: port.trouble() == "MIDI Player:out gone, waiting")
            arrived.clear()
            sender = plugged_in()
            until(lambda: port.names == ["Player:out"])
            _strike_until_heard(sender, note, arrived)
            assert arrived[0][0] == bytes([0x99, note, 90])
        assert list(lines) == ["MIDI Player:out gone, waiting", "MIDI Player:out is back"] * 2
    finally:
        port.close()
        pulled_out(sender)


@contextmanager
def _drummer():
    """Plays all the time, in a process of its own: a client that outlives its server is a trap."""
    program = (
        "import rtmidi, time\n"
        "out = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name='Player')\n"
        "out.open_virtual_port('out')\n"
        "while True: out.send_message([0x99, 38, 90]); time.sleep(0.02)\n"
    )
    player = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        player.kill()
        player.wait()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_jack_server_that_ends_and_starts_again_is_played_through_again(jack, how):
    arrived, lines = deque(), deque()
    with _drummer():
        until(lambda: "Player:out" in list_inputs("jack"))
        port = MidiInput(["player", "virtual"], arrived.append, api="jack")
        port.watch(lines.append)
        until(lambda: arrived)
        jack.end(how)
        until(lambda: port.trouble() == "MIDI Player:out, AstroDrum gone, waiting")
    try:
        arrived.clear()
        jack.start()
        with _drummer():
            until(lambda: arrived)
            until(lambda: port.trouble() == "")
        assert {message for message, _, _ in arrived} == {b"\x99\x26\x5a"}
        assert lines[0] == ("MIDI: the JACK server has gone; waiting for Player:out, AstroDrum")
        assert {"MIDI Player:out is back", "MIDI AstroDrum is back"} < set(lines)
    finally:
        port.close()


def test_a_jack_server_that_hangs_holds_up_no_end(jack):
    port = MidiInput("virtual", deque().append, api="jack")
    child = port._system._child._process.popen
    jack.stop()
    port.close()
    assert child.poll() is not None


def test_without_a_server_its_process_says_so_and_ends_with_its_pipe(monkeypatch):
    if find_library("jack") is None:
        pytest.skip("no JACK library here")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", f"nobody-{os.getpid()}")
    ports = JackPorts()
    with pytest.raises(SystemGone):
        ports.ports()
    child = ports._child._process.popen
    assert child.poll() is None  # it waits for the server to come
    child.stdin.close()  # as when the instrument was killed
    assert child.wait(20) == 0
    ports.close()


def _strike_until_heard(sender, note, arrived):
    """JACK connects at its next cycle, and drops what comes earlier."""
    until(lambda: sender.send_message([0x99, note, 90]) or arrived)
