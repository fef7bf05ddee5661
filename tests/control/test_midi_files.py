"""MIDI files are read in seconds, played in time, and refused in words."""

import struct
import time
from pathlib import Path

import mido
import pytest

from astrodrum_live.control.events import Hit
from astrodrum_live.control.midi_file import MidiFileError, MidiFilePlayer, read_performance

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples" / "midi").glob("*.mid"))


def write(path, *messages, ticks=480, kind=0):
    file = mido.MidiFile(type=kind, ticks_per_beat=ticks)
    file.tracks.append(mido.MidiTrack(messages))
    file.save(path)
    return path


def note(time=0, number=36, velocity=100):
    return mido.Message("note_on", note=number, velocity=velocity, channel=9, time=time)


def test_the_tempo_map_is_honoured(tmp_path):
    fast = mido.MetaMessage("set_tempo", tempo=250_000, time=480)
    path = write(tmp_path / "a.mid", note(), note(480), fast, note(480))
    assert [seconds for seconds, _ in read_performance(path)] == [0.0, 0.5, 1.25]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_shipped_performances_are_lively_and_short(path):
    performance = read_performance(path)
    hits = [data for _, data in performance if data[0] & 0xF0 == 0x90 and data[2]]
    assert len(hits) > 100
    assert len({data[1] for data in hits}) >= 9
    assert performance[-1][0] < 30.0


def test_there_are_shipped_performances_with_their_attribution():
    text = (EXAMPLES[0].parent / "ATTRIBUTION.md").read_text()
    assert all(path.name in text for path in EXAMPLES)
    assert (EXAMPLES[0].parent / "LICENSE").exists()


def test_what_cannot_be_played_is_told_in_words(tmp_path):
    def reason(path):
        with pytest.raises(MidiFileError) as caught:
            read_performance(path)
        assert str(path) in str(caught.value)
        return str(caught.value)

    def raw(data):
        (tmp_path / "raw.mid").write_bytes(data)
        return tmp_path / "raw.mid"

    whole = write(tmp_path / "a.mid", note(), note(480)).read_bytes()
    assert "No such file" in reason(tmp_path / "none.mid")
    assert "Is a directory" in reason(tmp_path)
    assert "no notes" in reason(write(tmp_path / "b.mid"))
    assert "no notes" in reason(write(tmp_path / "c.mid", note(velocity=0)))
    assert "not a MIDI file" in reason(raw(b"RIFF" + bytes(100)))
    assert "cut short" in reason(raw(b""))
    assert "cut short" in reason(raw(whole[:-6]))
    assert "SMPTE" in reason(raw(whole[:12] + struct.pack(">h", -6360) + whole[14:]))
    assert "type 2" in reason(raw(whole[:9] + b"\x02" + whole[10:]))


def test_damage_is_always_a_midi_file_error(tmp_path):
    whole = write(tmp_path / "a.mid", note(), mido.MetaMessage("set_tempo", time=3), note(480))
    data = whole.read_bytes()
    for place in range(len(data)):
        for value in (0x00, 0x7F, 0xFF):
            whole.write_bytes(data[:place] + bytes([value]) + data[place + 1 :])
            try:
                performance = read_performance(whole)
            except MidiFileError:
                continue
            assert all(seconds >= 0 for seconds, _ in performance)


def test_events_are_posted_with_their_due_time(instrument):
    start_ns = time.monotonic_ns() - 10**9
    on = bytes([0x99, 36, 127])
    player = MidiFilePlayer(instrument, [(0.0, on), (0.25, on), (0.5, b"\x99\x02\x40")], start_ns)
    assert player.done.wait(5)
    assert instrument.events == [Hit(0, 1.0), Hit(0, 1.0)]
    assert [due - start_ns for _, _, due in instrument.posted] == [0, 250_000_000]
    assert player.unmapped == {2: 1}


def test_events_are_posted_ahead_of_their_time(instrument):
    on = bytes([0x99, 36, 127])
    player = MidiFilePlayer(instrument, [(0.0, on), (0.1, on), (60.0, on)])
    try:
        deadline = time.monotonic() + 5
        while len(instrument.posted) < 2 and time.monotonic() < deadline:
            time.sleep(0.005)
        assert all(arrival < due for _, arrival, due in instrument.posted)
    finally:
        player.stop()
    assert player.done.is_set()
    assert len(instrument.posted) == 2


def test_a_kit_that_changes_meanwhile_plays_on_with_its_own_notes(instrument, new_kit):
    from astrodrum_live.control.patch_file import load_patch

    other = load_patch(new_kit('[[pad]]\nname="a"\nclass="a"\n[[pad]]\nname="b"\nclass="kick"\n'))
    post = instrument.post

    def swap(*args):
        post(*args)
        instrument.patch = other

    instrument.post = swap
    on = bytes([0x99, 36, 127])
    player = MidiFilePlayer(instrument, [(0.0, on), (0.0, on)], time.monotonic_ns() - 10**9)
    assert player.done.wait(5)
    assert instrument.events == [Hit(0, 1.0), Hit(1, 1.0)]
