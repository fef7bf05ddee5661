"""Patterns as sound: rendered on the grid to the sample, and live, recorded, to the bit again."""

import numpy as np
import pytest
import soundfile
from patience import until

from astrodrum_live.control.events import EditPattern, MoveTransport, Redo, StorePatterns, Undo
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.offline import OfflineInstrument
from astrodrum_live.live.performance import performance_path, read_take
from astrodrum_live.live.step_hits import pads_of, rendered_hits
from astrodrum_live.live.take_files import write_mix
from astrodrum_live.now import now_ns
from astrodrum_live.sequencer.edits import SetPattern, SetStep, SetTrack
from astrodrum_live.sequencer.marks import velocities
from astrodrum_live.sequencer.player import strikes

RATE = 48000
CLICKS = """version = 1
[[pad]]
name = "kick"
class = "kick"
hold_ms = 3.0
release_ms = 1.0
[[pattern]]
name = "grid"
swing = 0.62
tempo_bpm = 133.7
[pattern.tracks]
kick = "xxxx xxxx xxxx xxx"
[[pattern.step]]
track = "kick"
step = 6
shift = 0.31
"""


def render(patch, bars, seed=1, block=256, generator="frozen", tempo=None):
    """The sound of the first pattern, the played log, the counters."""
    pattern = patch.patterns[0]
    instrument = OfflineInstrument(patch, seed, RATE, block, generator)
    try:
        pads = pads_of(patch.pad_names())
        timed = list(rendered_hits(pattern, bars, tempo or pattern.tempo, RATE, pads))
        sound, played = [], []
        for piece in instrument.render(timed):
            sound.append(piece)
            played.append(instrument.engine.drain_played())
        return np.concatenate(sound), np.concatenate(played), instrument.engine.counters()
    finally:
        instrument.close()


def test_every_onset_is_on_the_grid_to_a_sample(kit):
    """All steps are one and the same short click, so that each can be found to the sample."""
    text = CLICKS
    for step in range(1, 16):
        if step != 6:
            text += f'[[pattern.step]]\ntrack = "kick"\nstep = {step}\nn = 7\n'
    patch = load_patch(kit("grid", text.replace("shift = 0.31", "shift = 0.31\nn = 7")))
    sound, _, counters = render(patch, 4)
    loud = np.flatnonzero(np.abs(sound[:, 0]) > 0)
    begins = loud[np.flatnonzero(np.diff(loud, prepend=-10_000) > 1000)]
    pattern = patch.patterns[0]
    beats = [strike.beat for strike in strikes(pattern, 0.0, 16.0)]
    grid = np.array(beats) * 60 * RATE / 133.7
    assert len(begins) == len(grid) == 64 == counters["played"]
    assert np.abs(begins - begins[0] - grid).max() <= 1.0
    assert counters["late"] == counters["repeated"] == counters["unmade"] == 0
    # and by hand: a swung pair, and the step that is late by 0.31 of a swung second half
    step = 60 * RATE / 133.7 / 4
    assert begins[1] - begins[0] == pytest.approx(2 * 0.62 * step, abs=1)
    assert begins[5] - begins[0] == pytest.approx((4 + 2 * 0.62 + 0.31 * 2 * 0.38) * step, abs=1)


def test_the_same_bits_at_any_block_size_and_again(kit):
    patch = load_patch(kit("astrobeats"))
    expected, played, counters = render(patch, 2, generator="cpu")
    assert counters["late"] == counters["unmade"] == counters["repeated"] == 0
    again, log, _ = render(patch, 2, block=777, generator="cpu")
    np.testing.assert_array_equal(again, expected)
    np.testing.assert_array_equal(log, played)
    other, _, _ = render(patch, 2, seed=2, generator="cpu")
    assert not np.array_equal(other, expected)


def test_a_render_brings_the_tempo_it_is_told(kit):
    patch = load_patch(kit("astrobeats"))
    _, played, _ = render(patch, 1, tempo=60.0)
    hats = played["frame"][played["pad"] == 2]
    assert set(np.diff(hats)) == {RATE // 2}


class Playing:
    """An instrument that records what its sequencer plays."""

    def __init__(self, kit, folder, generator) -> None:
        self.wav, self.lines = folder / "take.wav", []
        options = Options(audio="null", generator=generator, session=3, record=self.wav)
        self.instrument = LiveInstrument(load_patch(kit), options, self.lines.append)

    def do(self, *events) -> None:
        for event in events:
            self.instrument.post(event, now_ns())

    def edit(self, *edits) -> None:
        events = [EditPattern(edit) for edit in edits]
        self.do(*events)
        until(lambda: all(event.obeyed for event in events))

    def until_played(self, count) -> None:
        before = self.instrument.engine.counters()["played"]
        until(lambda: self.instrument.engine.counters()["played"] >= before + count)


@pytest.mark.parametrize("generator", ["frozen", "cpu"])
def test_a_recorded_sequence_is_rendered_to_the_bit(kit, tmp_path, generator):
    playing = Playing(kit(), tmp_path, generator)
    name = playing.instrument.sequence().pattern.name
    playing.edit(
        SetTrack(name, "kick", row=velocities("x-x- x-x-")),
        SetTrack(name, "snare", row=velocities("-x--")),
        SetStep(name, "snare", 2, (("brightness", 0.9), ("ratchet", 3), ("pan", -0.5))),
        SetStep(name, "kick", 3, (("n", 12345), ("probability", 0.7))),
        SetPattern(name, (("swing", 0.6),)),
    )
    playing.do(MoveTransport("start"))
    playing.until_played(12)
    playing.edit(SetStep(name, "kick", 1, (("seed", 5.0),)))
    playing.until_played(8)
    playing.do(MoveTransport("stop"))
    playing.instrument.close()
    recorded = soundfile.read(playing.wav, dtype="int32")[0]
    assert np.abs(recorded).max() > 2**24
    take = read_take(performance_path(playing.wav))
    for block in (256, 1000):
        out = tmp_path / f"again-{block}.wav"
        report = write_mix(take, out, None, lambda frames: None, lambda: False, block)
        assert report.different == 0
        np.testing.assert_array_equal(soundfile.read(out, dtype="int32")[0], recorded)


def test_patterns_are_stored_into_the_kit_and_it_plays_on(kit, tmp_path):
    path = kit("astrobeats")
    playing = Playing(path, tmp_path, "frozen")
    try:
        playing.do(MoveTransport("start"))
        playing.until_played(2)
        playing.edit(SetStep("rock", "kick", 2, (("velocity", 0.3), ("decay", 0.2))))
        playing.do(StorePatterns())
        until(lambda: any("patterns stored" in line for line in playing.lines))
        stored = load_patch(path).patterns[0].track("kick").steps[1]
        assert (stored.velocity, stored.locks) == (0.3, (("decay", 0.2),))
        playing.until_played(4)
        assert not any("reloaded" in line for line in playing.lines)
        playing.do(Undo())
        until(lambda: playing.instrument.song.now.pattern.track("kick").steps[1].velocity == 0)
        playing.do(Redo())
        until(lambda: playing.instrument.song.now.pattern.track("kick").steps[1] == stored)
        now = playing.instrument.sequence()
        assert (now.playing, now.tempo, now.clock) == (True, 116.0, "internal")
        assert now.at.beat > 0
    finally:
        playing.instrument.close()


def test_patterns_of_a_kit_that_ships_are_stored_into_a_copy(kit, tmp_path, monkeypatch):
    path = kit("astrobeats")
    text = path.read_text()
    monkeypatch.setattr("astrodrum_live.control.patch_learning.patches_folder", lambda: tmp_path)
    monkeypatch.setenv("ASTRODRUM_HOME", str(tmp_path / "home"))
    own = tmp_path / "home" / "patches" / path.name
    playing = Playing(path, tmp_path, "frozen")
    try:
        playing.edit(SetStep("rock", "kick", 2, (("velocity", 0.3),)))
        playing.do(StorePatterns("no such"))
        until(lambda: any("not stored" in line for line in playing.lines))
        assert not own.exists()
        playing.do(StorePatterns())
        until(lambda: any(f"patterns stored in {own}, a copy" in line for line in playing.lines))
        assert load_patch(own).patterns[0].track("kick").steps[1].velocity == 0.3
        until(lambda: playing.instrument.patch.path == own)
        assert path.read_text() == text
    finally:
        playing.instrument.close()
