"""The instrument's end of the pipe to MIDI through JACK, with a process that knows no JACK."""

import subprocess
import sys

import pytest

from astrodrum_live.control import jack_ports
from astrodrum_live.control.jack_ports import JackPorts
from astrodrum_live.control.midi_system import MidiPortError

# Asked for its ports it says what it was told before; all else it leaves unanswered.
CHILD = """
import json, sys
heard = []
for line in sys.stdin:
    wish = json.loads(line)
    if wish["do"] == "ports":
        print(json.dumps({"id": wish["id"], "ports": heard}), flush=True)
    else:
        heard.append(f"{wish['do']} {wish['port']}")
"""


@pytest.fixture
def ports(monkeypatch):
    start = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda _, **how: start([sys.executable, "-c", CHILD], **how)
    )
    ports = JackPorts()
    yield ports
    ports.close()


def test_the_first_answer_may_take_longer_as_the_process_must_load_before_it(ports, monkeypatch):
    monkeypatch.setattr(jack_ports, "ANSWER_S", 0.0)
    assert ports.ports() == []
    with pytest.raises(MidiPortError, match="does not answer"):
        ports.open_virtual(print)


def test_a_port_that_opens_too_late_is_closed(ports, monkeypatch):
    ports.ports()
    monkeypatch.setattr(jack_ports, "ANSWER_S", 0.0)
    with pytest.raises(MidiPortError, match="does not answer"):
        ports.open("Pad", 0, print)
    monkeypatch.setattr(jack_ports, "ANSWER_S", 20.0)
    assert ports.ports() == ["open 0", "close 0"]
