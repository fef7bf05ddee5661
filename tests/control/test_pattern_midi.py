"""Patterns to MIDI files and back: by the drum map, with velocity, swing and micro-timing."""

from dataclasses import replace

import mido
import pytest

from astrodrum_live.control.midi_file import MidiFileError
from astrodrum_live.control.patch_file import find_patch, load_patch
from astrodrum_live.control.pattern_midi import bars_of, read_pattern, write_pattern
from astrodrum_live.sequencer.book import book_of
from astrodrum_live.sequencer.edits import SetStep
from astrodrum_live.sequencer.pattern import REST
from astrodrum_live.sequencer.player import strikes

HALF_TICK = 0.5 / 960


@pytest.mark.parametrize("kit", ["astrobeats", "default"])
@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_shipped_pattern_comes_back_as_it_went(tmp_path, kit, index):
    patch = load_patch(find_patch(kit))
    pattern = patch.patterns[index]
    path = tmp_path / "out.mid"
    bars = bars_of(pattern)
    assert write_pattern(path, pattern, patch, pattern.tempo, bars) == []
    again = read_pattern(path, patch, pattern.name)
    assert (again.merged, again.left_out, dict(again.unmapped)) == (0, 0, {})
    found = again.pattern
    assert (found.grid, found.swing, found.beats) == (pattern.grid, pattern.swing, pattern.beats)
    assert found.tempo == pytest.approx(pattern.tempo, abs=0.001)
    want = strikes(pattern, 0, bars * pattern.beats)
    got = strikes(found, 0, bars * pattern.beats)
    assert sorted((one.track, one.place, one.stroke, one.step.velocity) for one in got) == sorted(
        (one.track, one.place, one.stroke, one.step.velocity) for one in want
    )
    beats = {(one.track, one.place, one.stroke): one.beat for one in want}
    for one in got:
        assert one.beat == pytest.approx(beats[one[1:4]], abs=HALF_TICK + 1e-6)


def test_a_second_round_trip_changes_nothing(tmp_path):
    patch = load_patch(find_patch("default"))
    book = book_of(patch.patterns)
    for step in range(1, 17):
        values = (("velocity", step / 17), ("shift", (step - 8) / 17), ("ratchet", step % 3 + 1))
        book = SetStep("backbeat", "kick", step, values).made_on(book)
    first, second = tmp_path / "1.mid", tmp_path / "2.mid"
    write_pattern(first, book.named("backbeat"), patch, 100.0, 1)
    once = read_pattern(first, patch, "p").pattern
    write_pattern(second, once, patch, 100.0, 1)
    twice = read_pattern(second, patch, "p").pattern
    assert [track.name for track in once.tracks] == [track.name for track in twice.tracks]
    for mine, other in zip(once.tracks, twice.tracks, strict=True):
        for step, same in zip(mine.steps, other.steps, strict=True):
            assert replace(same, shift=0.0) == replace(step, shift=0.0)
            assert same.shift == pytest.approx(step.shift, abs=4 * HALF_TICK)


def test_a_played_performance_is_cut_into_bars(tmp_path):
    patch = load_patch(find_patch("default"))
    found = read_pattern("examples/midi/funk-138.mid", patch, "funk")
    assert (found.pattern.steps, found.pattern.tempo) == (64, 138)
    assert found.left_out > 0
    later = read_pattern("examples/midi/funk-138.mid", patch, "funk", bars=2, from_bar=5)
    assert later.pattern.steps == 32
    assert later.pattern.tracks != found.pattern.tracks
    shifts = [step.shift for track in found.pattern.tracks for step in track.steps if step != REST]
    assert max(map(abs, shifts)) > 0.01  # nothing was quantised away
    assert all(-0.5 <= shift <= 0.5 for shift in shifts)


@pytest.fixture
def midi(tmp_path):
    def write(*notes: tuple[int, int, int], metre=(4, 4), ticks=480):
        file = mido.MidiFile(ticks_per_beat=ticks)
        track = mido.MidiTrack()
        track.append(mido.MetaMessage("time_signature", numerator=metre[0], denominator=metre[1]))
        now = 0
        for tick, note, velocity in sorted(notes):
            track.append(mido.Message("note_on", note=note, velocity=velocity, time=tick - now))
            now = tick
        file.tracks.append(track)
        path = tmp_path / "in.mid"
        file.save(path)
        return path

    return write


def test_notes_no_pad_plays_are_counted(midi, default_kit):
    found = read_pattern(midi((0, 36, 100), (10, 3, 100), (20, 3, 100)), default_kit, "p")
    assert dict(found.unmapped) == {3: 2}
    with pytest.raises(MidiFileError, match="no note there that a pad of kit 'default' plays"):
        read_pattern(midi((0, 3, 100)), default_kit, "p")


def test_of_two_notes_on_a_step_the_louder_stays(midi, default_kit):
    found = read_pattern(midi((0, 36, 30), (40, 36, 127)), default_kit, "p")
    assert found.merged == 1
    assert found.pattern.track("kick").steps[0].velocity == 1.0


def test_the_metre_makes_the_bar(midi, default_kit):
    found = read_pattern(midi((0, 36, 99), (480 * 3, 36, 99), metre=(3, 4)), default_kit, "p")
    assert (found.pattern.beats, found.pattern.steps) == (3, 24)


def test_a_grid_that_does_not_fit_a_track_is_refused(midi, default_kit):
    with pytest.raises(ValueError, match="its bars have 128 steps"):
        read_pattern(midi((0, 36, 99), metre=(8, 4)), default_kit, "p", grid=16)
    with pytest.raises(ValueError, match="is out of range"):
        read_pattern(midi((0, 36, 99)), default_kit, "p", swing=0.9)


def test_what_is_no_midi_file_is_refused(tmp_path, default_kit):
    path = tmp_path / "x.mid"
    path.write_bytes(b"MThd" + bytes(20))
    with pytest.raises(MidiFileError):
        read_pattern(path, default_kit, "p")
