"""MIDI ports that go, come and return, by looks that a test makes instead of a clock."""

import threading
from collections import deque

import pytest
from fake_midi import FakeMidi

from astrodrum_live.control import midi_ports
from astrodrum_live.control.midi_ports import MidiInput, MidiPortError

TD, PAD, PAD_2 = "TD-11 20:0", "Pad 24:0", "Pad 28:0"


@pytest.fixture
def opened():
    """Opens inputs on a fake system, and closes them."""
    inputs = []

    def make(system: FakeMidi, wanted="all", sink=None) -> MidiInput:
        inputs.append(MidiInput(wanted, sink or deque().append, system=system, clock=lambda: 42))
        return inputs[-1]

    yield make
    for one in inputs:
        one.close()


def test_a_port_pulled_out_is_told_and_plays_again_at_the_look_after_its_return(opened):
    system, arrived = FakeMidi(TD, PAD), deque()
    ports = opened(system, "all", arrived.append)
    system.there.remove(TD)
    ports.look()
    assert ports.names == ["Pad", "AstroDrum"]
    assert ports.trouble() == "MIDI TD-11 gone, waiting"
    system.there.append("TD-11 36:0")  # another number, the same drum
    ports.look()
    assert ports.names == ["Pad", "TD-11", "AstroDrum"]
    assert ports.trouble() == ""
    assert ports.notices == ["MIDI TD-11 gone, waiting", "MIDI TD-11 is back"]
    system.opened[-1].send(0x99, 36, 100)
    assert list(arrived) == [(b"\x99\x24\x64", 42, "TD-11")]


def test_what_is_plugged_in_later_is_opened_if_it_is_wanted(opened):
    system = FakeMidi(PAD)
    named, every = opened(system, "pad"), opened(system, "all")
    system.there.append(TD)
    named.look()
    every.look()
    assert named.names == ["Pad"]
    assert every.names == ["Pad", "TD-11", "AstroDrum"]
    assert every.notices == ["MIDI TD-11 has come"]


def test_several_names_and_the_virtual_port_open_at_once(opened):
    assert opened(FakeMidi(TD, PAD, "Nord 32:0"), ["td", "pad"]).names == ["TD-11", "Pad"]
    assert opened(FakeMidi(TD, PAD), ["td", "virtual"]).names == ["TD-11", "AstroDrum"]
    with pytest.raises(MidiPortError, match="no MIDI input 'nord'"):
        opened(FakeMidi(TD, PAD), ["td", "nord"])


def test_the_twin_that_stays_is_not_touched_and_the_other_returns_by_its_name(opened):
    system = FakeMidi(PAD, PAD_2)
    ports = opened(system, "pad")
    assert ports.names == ["Pad", "Pad #2"]
    second = system.opened[1]
    system.there.remove(PAD)
    ports.look()
    assert ports.names == ["Pad #2"]
    system.there.insert(0, "Pad 40:0")
    ports.look()
    assert sorted(ports.names) == ["Pad", "Pad #2"]
    assert second in system.opened
    assert ports.notices == ["MIDI Pad gone, waiting", "MIDI Pad is back"]


def test_one_twin_by_its_number_is_opened_once(opened):
    system = FakeMidi("Pad", "Pad")
    ports = opened(system, "#2")
    only = system.opened[0]
    for _ in range(3):
        ports.look()
    assert ports.names == ["Pad #2"]
    assert system.opened == [only]


def test_of_twins_that_the_system_calls_alike_those_left_are_opened_anew(opened):
    system = FakeMidi("Pad", "Pad")
    ports = opened(system, "pad")
    before = list(system.opened)
    system.there.pop()
    ports.look()
    assert ports.names == ["Pad"]
    assert system.opened[0] not in before  # the first may have been the one that went
    system.there.append("Pad")
    ports.look()
    assert ports.names == ["Pad", "Pad #2"]
    assert ports.notices == ["MIDI Pad #2 gone, waiting", "MIDI Pad #2 is back"]


def test_a_back_end_that_raises_is_told_once_and_what_is_open_stays(opened):
    system, arrived = FakeMidi(TD), deque()
    ports = opened(system, "all", arrived.append)
    for broken in ("it hiccups", "it hiccups", "", "it hiccups"):
        system.broken = broken
        ports.look()
    assert ports.names == ["TD-11", "AstroDrum"]
    assert ports.notices == ["MIDI: it hiccups; what is open plays on"] * 2
    system.opened[0].send(0x99, 38, 1)
    assert len(arrived) == 1


def test_a_port_that_returns_busy_is_told_once_and_tried_until_it_opens(opened):
    system = FakeMidi(TD)
    ports = opened(system, "td")
    system.stuck.add(TD)
    system.there.clear()
    ports.look()
    system.there.append("TD-11 36:0")
    system.taken.add("TD-11 36:0")
    ports.look()
    ports.look()
    assert ports.trouble() == "MIDI TD-11 gone, waiting"
    system.taken.clear()
    ports.look()
    assert ports.names == ["TD-11"]
    assert [line for line in ports.notices if "does not" in line] == [
        "MIDI TD-11 does not close: it is gone"
    ]


def test_a_virtual_port_that_does_not_open_is_told_once_and_tried_until_it_does(opened):
    system, arrived = FakeMidi(TD), deque()
    system.taken.add("virtual")
    ports = opened(system, "all", arrived.append)
    ports.look()
    assert ports.names == ["TD-11"]
    system.taken.clear()
    ports.look()
    ports.look()
    assert ports.names == ["TD-11", "AstroDrum"]
    assert ports.notices == [
        "MIDI port 'AstroDrum' does not open: busy",
        "MIDI AstroDrum has come",
    ]
    system.opened[-1].send(0x99, 36, 1)
    assert len(arrived) == 1


def test_a_server_that_ends_takes_all_ports_along_and_brings_them_back(opened):
    system, arrived = FakeMidi(TD, PAD), deque()
    ports = opened(system, "all", arrived.append)
    system.gone = "the server has gone"
    ports.look()
    ports.look()
    assert ports.names == system.opened == []
    assert ports.notices == ["MIDI: the server has gone; waiting for TD-11, Pad, AstroDrum"]
    assert ports.trouble() == "MIDI TD-11, Pad, AstroDrum gone, waiting"
    system.gone = ""
    system.there.remove(PAD)  # it is late
    ports.look()
    assert ports.names == ["TD-11", "AstroDrum"]
    assert ports.trouble() == "MIDI Pad gone, waiting"
    system.there.append(PAD)
    ports.look()
    assert ports.trouble() == ""
    assert ports.notices[1:] == [f"MIDI {name} is back" for name in ("TD-11", "AstroDrum", "Pad")]
    for port in system.opened:
        port.send(0x99, 36, 1)
    assert [name for _, _, name in arrived] == ["TD-11", "AstroDrum", "Pad"]


def test_while_watched_it_looks_by_itself_and_speaks_to_the_log(opened, monkeypatch):
    monkeypatch.setattr(midi_ports, "LOOK_S", 0.001)
    system, lines, told = FakeMidi(TD), [], threading.Event()
    ports = opened(system, "all")

    def log(line: str) -> None:
        lines.append(line)
        told.set()

    ports.watch(log)
    system.there.clear()
    assert told.wait(10)
    assert lines[0] == "MIDI TD-11 gone, waiting"
    assert ports.notices == []


def test_a_back_end_that_blocks_stops_neither_the_notes_nor_the_end(opened, monkeypatch):
    monkeypatch.setattr(midi_ports, "LOOK_S", 0.001)
    monkeypatch.setattr(midi_ports, "CLOSE_S", 0.01)
    system, arrived, let_go, asked = FakeMidi(TD), deque(), threading.Event(), threading.Event()
    ports = opened(system, "all", arrived.append)

    def blocked() -> list[str]:
        asked.set()
        let_go.wait(10)
        return [TD, PAD]

    system.ports = blocked
    ports.watch(lambda line: None)
    assert asked.wait(10)
    system.opened[0].send(0x99, 36, 100)
    assert len(arrived) == 1
    ports.close()
    system.opened[0].send(0x99, 36, 100)
    assert len(arrived) == 1  # after close nothing reaches the sink
    let_go.set()
    ports._thread.join(10)
    assert PAD not in [port.raw for port in system.opened]  # what came too late is not kept


def test_a_back_end_that_blocks_at_the_start_is_played_without(monkeypatch):
    monkeypatch.setattr(midi_ports, "START_S", 0.01)
    monkeypatch.setattr(midi_ports, "NAMED_S", 0.01)
    monkeypatch.setattr(midi_ports, "CLOSE_S", 0.01)
    let_go = threading.Event()

    def blocked(api: str) -> FakeMidi:
        let_go.wait(10)
        return FakeMidi(TD)

    with pytest.raises(MidiPortError, match="does not answer"):
        MidiInput("td", deque().append, system=blocked)
    ports = MidiInput("all", deque().append, system=blocked)
    assert ports.notices == ["MIDI does not answer"]
    assert ports.names == []
    ports.close()
    let_go.set()


def test_a_back_end_that_answers_after_the_start_is_played_and_looked_at(monkeypatch):
    monkeypatch.setattr(midi_ports, "START_S", 0.01)
    monkeypatch.setattr(midi_ports, "LOOK_S", 0.001)
    system, let_go, lines = FakeMidi(TD), threading.Event(), []
    told = threading.Semaphore(0)

    def late(api: str) -> FakeMidi:
        let_go.wait(10)
        return system

    def log(line: str) -> None:
        lines.append(line)
        told.release()

    ports = MidiInput("all", deque().append, system=late)
    ports.watch(log)
    let_go.set()
    assert told.acquire(timeout=10)
    assert told.acquire(timeout=10)
    system.there.append(PAD)
    assert told.acquire(timeout=10)
    assert lines == [f"MIDI {name} has come" for name in ("TD-11", "AstroDrum", "Pad")]
    ports.close()


def test_where_no_virtual_port_can_be_made_the_words_name_loopmidi(opened):
    ports = opened(FakeMidi(TD, has_virtual=False))
    assert ports.names == ["TD-11"]
    assert "loopMIDI" in ports.notices[0]


def test_closing_closes_every_port_and_the_lister_and_again_is_harmless(opened):
    system = FakeMidi(TD, PAD)
    ports = opened(system)
    ports.close()
    ports.close()
    assert system.opened == []
    assert system.closed


@pytest.mark.parametrize(("wanted", "words"), [(["none", "td"], "contradict"), ([""], "no name")])
def test_wishes_that_cannot_be(opened, wanted, words):
    with pytest.raises(MidiPortError, match=words):
        opened(FakeMidi(TD), wanted)
