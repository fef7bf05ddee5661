"""MIDI ports: a plain line where there is no MIDI, a real note through JACK."""

import os
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from shutil import which

import pytest
import rtmidi
from fake_midi import FakeMidi

from astrodrum_live.control.midi_ports import (
    MidiInput,
    MidiPortError,
    NoMidiSystem,
    list_inputs,
)

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


@pytest.fixture
def jack():
    """A JACK server of our own name, with no sound card."""
    if which("jackd") is None or rtmidi.API_UNIX_JACK not in rtmidi.get_compiled_api():
        pytest.skip("no jackd here, or an rtmidi without JACK")
    name = f"astrodrum-midi-{os.getpid()}"
    command = ["jackd", "--no-realtime", "-n", name, "-d", "dummy", "-r", "48000", "-p", "256"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    before = os.environ.get("JACK_DEFAULT_SERVER")
    os.environ["JACK_DEFAULT_SERVER"] = name
    try:
        yield _answering(server)
    finally:
        if before is None:
            del os.environ["JACK_DEFAULT_SERVER"]
        else:
            os.environ["JACK_DEFAULT_SERVER"] = before
        server.terminate()
        server.wait(10)
        server.stdout.close()


def _answering(server):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(NoMidiSystem):
            list_inputs("jack")
            return server
        time.sleep(0.1)
    pytest.skip("jackd does not start here")
    return server


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
            _until(lambda: port.trouble() == "MIDI Player:out gone, waiting")
            arrived.clear()
            sender = plugged_in()
            _until(lambda: port.names == ["Player:out"])
            _strike_until_heard(sender, note, arrived)
            assert arrived[0][0] == bytes([0x99, note, 90])
        assert list(lines) == ["MIDI Player:out gone, waiting", "MIDI Player:out is back"] * 2
    finally:
        port.close()
        pulled_out(sender)


def _strike_until_heard(sender, note, arrived):
    """JACK connects at its next cycle, and drops what comes earlier."""
    _until(lambda: sender.send_message([0x99, note, 90]) or arrived)


def _until(what):
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
