"""MIDI clock comes in beside the notes: neither meets the other's path."""

from collections import deque

import pytest
from fake_midi import FakeMidi

from astrodrum_live.control.midi_ports import MidiInput

NOTE = (0x99, 38, 100)
TEMPO = [(0xF8,), (0xFA,), (0xFB,), (0xFC,), (0xF2, 1, 2)]


@pytest.fixture
def opened():
    inputs = []

    def open_it(**more):
        notes = deque()
        system = FakeMidi("TD-11")
        inputs.append(MidiInput("td", notes.append, system=system, clock=lambda: 42, **more))
        return system, notes

    yield open_it
    for one in inputs:
        one.close()


def test_messages_about_the_tempo_go_their_own_way_stamped_and_named(opened):
    tempo = deque()
    system, notes = opened(tempo=tempo.append)
    port = system.opened[0]
    for message in (*TEMPO, NOTE):
        port.send(*message)
    assert list(notes) == [(bytes(NOTE), 42, "TD-11")]
    assert list(tempo) == [(bytes(message), 42, "TD-11") for message in TEMPO]


def test_time_code_that_comes_with_the_clock_goes_nowhere(opened):
    tempo = deque()
    system, notes = opened(tempo=tempo.append)
    system.opened[0].send(0xF1, 0x21)
    system.opened[0].send()
    assert not tempo
    assert list(notes) == [(b"", 42, "TD-11")]


def test_the_clock_is_let_through_only_where_somebody_wants_it(opened):
    system, _ = opened(tempo=deque().append)
    assert system.timing
    system, notes = opened()
    assert not system.timing
    system.opened[0].send(0xFA)
    assert list(notes) == [(b"\xfa", 42, "TD-11")]
