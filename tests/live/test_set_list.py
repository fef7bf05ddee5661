"""Program changes load the kits of the set list while the old one plays."""

import time

import pytest

from astrodrum_live.control.events import Set, Undo
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live.instrument import LiveInstrument, Options

PAD = '[[pad]]\nname = "{0}"\nclass = "kick"\nnotes = [36]\n'


@pytest.fixture
def stage(kit):
    """Two kits that lie beside each other, the first with the set list; and what is logged."""
    head = 'version = 1\n[midi]\nkits = ["one", "two", "gone"]\n'
    first = kit("one", head + PAD.format("first"))
    kit("two", "version = 1\n" + PAD.format("second"))
    log: list[str] = []
    options = Options(audio="null", generator="frozen", session=1)
    instrument = LiveInstrument(load_patch(first), options, log.append)
    yield instrument, log
    instrument.close()


def program(instrument, number: int) -> None:
    instrument.scheduler.post_midi((bytes([0xC9, number]), 0))


def wait_for(what) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_program_loads_the_kit_of_its_place_and_the_list_stays(stage):
    instrument, _ = stage
    program(instrument, 1)
    wait_for(lambda: instrument.patch.pad_names() == ["second"])
    assert instrument.set_list() == ("one", "two", "gone")
    program(instrument, 0)
    wait_for(lambda: instrument.patch.pad_names() == ["first"])


def test_an_undo_right_behind_a_program_takes_the_kit_back_and_no_knob(stage):
    instrument, log = stage
    instrument.post(Set(0, "gain", -9.0), 0)
    program(instrument, 1)
    instrument.post(Undo(), 0)
    wait_for(lambda: "undone: the change of kit" in log)
    wait_for(lambda: instrument.patch.pad_names() == ["first"])
    assert instrument.value(0, "gain") == -9.0
    program(instrument, 2)  # it is gone
    instrument.post(Undo(), 0)
    wait_for(lambda: "undone: gain of pad 0" in log)


def test_a_program_without_a_kit_is_told_once_and_a_kit_that_is_gone_leaves_the_old_one(stage):
    instrument, log = stage
    for number in (7, 7, 2):
        program(instrument, number)
    wait_for(lambda: any("'one' plays on" in line for line in log))
    assert not any("program 8" in line for line in log)  # a terminal may hold up who prints
    for _ in range(2):
        instrument.mind()
    assert log.count("MIDI asks for program 8, and the set list has 3 kits") == 1
    assert any("no kit of this name" in line for line in log)
    assert instrument.patch.pad_names() == ["first"]


def test_the_instrument_counts_double_triggers_and_garbage_over_changes_of_kits(stage):
    instrument, _ = stage
    instrument.scheduler.post_midi((b"\x99\x24", 0))
    instrument.engine.post_set(0, "retrigger", 1000.0)
    for at_ns in (10**9, 10**9 + 1):
        instrument.scheduler.post_midi((b"\x99\x24\x7f", at_ns))
    wait_for(lambda: instrument.stats()["midi_messages"] == 3)
    program(instrument, 1)
    wait_for(lambda: instrument.patch.pad_names() == ["second"])
    stats = instrument.stats()
    assert (stats["double_triggers"], stats["malformed_midi"]) == (1, 1)
