"""MIDI outputs that are pulled out and come back, and what a player is told of it."""

import pytest

from astrodrum_live.control.midi_outputs import MidiOutputs
from astrodrum_live.control.midi_system import MidiPortError


class FakeOutput:
    def __init__(self, system, raw):
        self.system, self.raw = system, raw

    def send(self, message):
        if self.raw in self.system.broken:
            raise RuntimeError("no such device")
        self.system.sent.append((self.raw, message))

    def close(self):
        self.system.closed.append(self.raw)


class FakeOutputs:
    def __init__(self, *there):
        self.there, self.broken = list(there), set()
        self.sent, self.closed = [], []

    def __call__(self):
        return self

    def ports(self):
        return list(self.there)

    def open(self, raw, nth):
        return FakeOutput(self, raw)

    def close(self):
        self.closed.append("system")


@pytest.fixture
def made():
    outputs = []

    def make(system, *required):
        lines = []
        outputs.append(MidiOutputs(lines.append, required, system))
        return outputs[-1], lines

    yield make
    for one in outputs:
        one.close()


def test_a_port_is_found_by_a_part_of_its_name_and_gets_what_is_sent(made):
    system = FakeOutputs("TR-8:TR-8 MIDI 1 20:0", "Nord:Nord 24:0")
    outputs, lines = made(system, "tr-8")
    outputs.send(b"\xf8")
    assert system.sent == [("TR-8:TR-8 MIDI 1 20:0", b"\xf8")]
    assert lines == ["sending MIDI clock to TR-8:TR-8 MIDI 1"]


def test_a_port_that_is_not_there_is_refused_with_those_that_are(made):
    with pytest.raises(MidiPortError, match=r"no MIDI output 'TR-9'.*Nord"):
        made(FakeOutputs("Nord"), "TR-9")


def test_a_kits_port_that_is_not_there_is_waited_for(made):
    system = FakeOutputs()
    outputs, lines = made(system)
    outputs._wanted = ("TR-8",)
    outputs.look()
    outputs.look()
    assert lines == ["no MIDI output 'TR-8' to send clock to; waiting for it"]
    system.there.append("TR-8")
    outputs.look()
    assert outputs.names == ["TR-8"]


def test_a_port_that_is_pulled_out_is_told_and_opened_again(made):
    system = FakeOutputs("TR-8", "Nord")
    outputs, lines = made(system, "TR-8")
    system.there.remove("TR-8")
    outputs.look()
    assert outputs.trouble() == "MIDI clock to TR-8 gone, waiting"
    outputs.send(b"\xf8")
    assert system.sent == []
    system.there.append("TR-8")
    outputs.look()
    assert outputs.trouble() == ""
    assert lines[1:] == ["MIDI clock to TR-8 gone, waiting", "MIDI clock to TR-8 again"]


def test_a_port_that_fails_does_not_keep_the_others_from_theirs(made):
    system = FakeOutputs("TR-8", "Nord")
    outputs, lines = made(system, "TR-8", "Nord")
    system.broken.add("TR-8")
    outputs.send(b"\xfa")
    assert system.sent == [("Nord", b"\xfa")]
    assert "MIDI clock to TR-8 fails: no such device" in lines[-1]
    assert outputs.names == ["Nord"]
