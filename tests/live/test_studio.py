"""A whole instrument, as a surface that shows sees it: feeds, samples, saved kits, recordings."""

import threading
import time

import mido
import numpy as np
import pytest
import soundfile
from patience import until

from astrodrum_live.control.events import (
    Freeze,
    FreezeTo,
    Hit,
    Learn,
    Record,
    Save,
    Set,
    SetTransport,
    Turn,
    Undo,
)
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.engine.heard import last_heard
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.now import now_ns

PATIENCE_S = 30.0


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRODRUM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def playing(kit, home):
    options = Options(audio="null", generator="frozen", session=3)
    lines: list[str] = []
    instrument = LiveInstrument(load_patch(kit()), options, lines.append)
    instrument.lines = lines
    instrument.say = lambda event: instrument.post(event, now_ns())
    yield instrument
    instrument.close()


def strike(playing, pad):
    before = playing.engine.counters()["played"]
    playing.say(Hit(pad, 0.8))
    until(lambda: playing.engine.counters()["played"] > before)


def take(playing, name):
    playing.feeds[name].watched = True
    return [list(message) for message in playing.feeds[name].take()]


def test_every_hit_that_sounds_is_told_with_its_seed_and_place(playing):
    assert take(playing, "hit") == []
    for pad in (0, 1, 0):
        strike(playing, pad)
    told = take(playing, "hit")
    assert [message[0] for message in told] == [0, 1, 0]
    seeds = [f"{int(one.origin['seed']):016x}" for one in reversed(last_heard(playing.engine))]
    assert [message[2] for message in told] == seeds
    assert [message[4] for message in told] == [0, 1, 2]
    assert take(playing, "hit") == []


def test_a_flood_of_hits_is_told_up_to_the_last(playing):
    take(playing, "hit")
    for _ in range(60):
        strike(playing, 0)
    told = take(playing, "hit")
    assert len(told) == 24
    assert told[-1][4] == 59


def test_a_pad_moves_on_the_map_as_its_axes_are_turned(playing):
    (x, y), steps = take(playing, "pad")[0][-2:], take(playing, "map")[0]
    axes = len(steps) // 2
    right = [(f"z{i + 1}", 0.5 * steps[i]) for i in range(axes)]
    playing.say(Turn(0, tuple(right)))
    until(lambda: playing.value(0, "z1") == pytest.approx(0.5 * steps[0], abs=1e-6))
    moved = next(message for message in take(playing, "pad") if message[1] == 0)[-2:]
    np.testing.assert_allclose(moved, [x + 0.5, y], atol=2e-3)


def test_several_rows_turned_at_once_are_taken_back_at_once(playing):
    seed = playing.value(1, "seed")
    playing.say(Turn(1, (("seed", 77.0), ("z1", 0.5), ("z2", -0.5))))
    until(lambda: playing.value(1, "z2") == -0.5)
    playing.say(Undo())
    until(lambda: playing.value(1, "seed") == seed)
    assert (playing.value(1, "z1"), playing.value(1, "z2")) == (0.0, 0.0)


def test_a_hit_made_again_is_the_hit_that_was_heard(playing):
    strike(playing, 1)
    again = playing.again(1, 0)
    first = until(again.samples)
    assert again.seed == int(last_heard(playing.engine)[0].origin["seed"])
    strike(playing, 1)
    assert until(playing.again(1, 1).samples) == first
    assert until(playing.again(5, 0).samples)  # never heard: its first number
    assert playing.again(5, 3) is None


def test_the_state_is_told_in_words_and_only_what_changed(playing):
    playing.state.words["midi_trouble"] = lambda: "MIDI TD-11 gone, waiting"
    told = dict(zip(*[iter(take(playing, "status")[0])] * 2, strict=True))
    assert told["kit"] == "default"
    assert told["midi_trouble"] == "MIDI TD-11 gone, waiting"
    strike(playing, 0)
    time.sleep(0.5)
    changed = dict(zip(*[iter(take(playing, "status")[0])] * 2, strict=True))
    assert changed["played"] == 1
    assert "kit" not in changed


def test_the_spectrum_of_the_mix_is_there_while_it_is_watched(playing):
    playing.feeds["scope"].watched = True
    strike(playing, 0)

    def loud():
        told = playing.feeds["scope"].take()
        return told[0] if told and told[0][0] > -40 else None

    peak, bands = until(loud)
    assert -40 < peak <= 0
    assert len(bands) == 64
    assert max(bands) > 100
    playing.feeds["scope"].watched = False
    assert playing.feeds["scope"].take() == []
    assert playing.engine.counters()["tap_full"] == 0


def test_a_saved_kit_plays_as_it_was_saved(playing, home):
    playing.say(Set(1, "brightness", 0.9))
    playing.say(Set(None, "gain", -3.0))
    playing.say(SetTransport("tempo", 97.0))
    strike(playing, 0)
    playing.say(Freeze(0, 0))
    until(lambda: playing.orders.frozen(0))
    playing.say(FreezeTo(2, 0xFF, 0.75))
    playing.say(Save("my beat"))
    until(lambda: any(line.startswith(("saved", "not done")) for line in playing.lines))
    path = home / "patches" / "my beat.toml"
    assert path.is_file(), playing.lines
    saved = load_patch(path)
    assert saved.name == "my beat"
    assert saved.pads[1].values["brightness"] == 0.9
    assert saved.master["gain"] == -3.0
    assert saved.transport["tempo"] == 97.0
    assert saved.pads[2].frozen.seed == 0xFF
    assert saved.pads[0].frozen is None  # a bank's hit cannot be named in a file; it is told
    assert any("pad 'kick'" in line for line in playing.lines)
    assert "# " in path.read_text()  # its comments came along
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["default", "../x", "a/b", "", ".hidden", "x" * 41, "a\nb", "C:x"])
def test_no_name_leaves_the_folder_or_takes_a_shipped_kits_place(playing, home, name):
    playing.say(Save(name))
    until(lambda: any("not done" in line for line in playing.lines))
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_a_recording_from_now_to_then(playing, home):
    playing.say(Record(True))
    until(lambda: playing.tape.words())
    strike(playing, 0)
    time.sleep(0.1)
    playing.say(Record(False))
    until(lambda: not playing.tape.words())
    (path,) = (home / "recorded").glob("*.wav")
    samples, _ = soundfile.read(path)
    assert np.abs(samples).max() > 0.01
    assert any("recorded" in line for line in playing.lines)


def test_nobody_who_listens_waits_for_the_disk_of_a_recording(playing, home, monkeypatch):
    playing.tape.listen(True)
    until(lambda: playing.tape.last(64) is not None)
    opening, opened = threading.Event(), threading.Event()

    def slow(folder):
        opening.set()
        assert opened.wait(PATIENCE_S)
        return folder / "slow.wav"

    monkeypatch.setattr("astrodrum_live.live.tape._free", slow)
    playing.say(Record(True))
    assert opening.wait(PATIENCE_S)
    assert playing.tape.last(64) is None  # and not at last
    opened.set()
    until(lambda: playing.tape.words() == "slow.wav")
    until(lambda: playing.tape.last(64) is not None)


def test_the_knob_that_is_turned_next_is_bound_and_turns_at_once(playing):
    playing.say(Set(0, "pan", 0.25))
    playing.say(Learn(1, "decay"))
    until(lambda: playing.waiting)
    for value in (0, 64, 127):
        message = mido.Message("control_change", control=21, value=value).bytes()
        playing.scheduler.post_midi((bytes(message), now_ns(), "test"))
    until(lambda: not playing.waiting)
    until(lambda: 21 in playing.patch.midi.bindings)
    message = mido.Message("control_change", control=21, value=127).bytes()
    playing.scheduler.post_midi((bytes(message), now_ns(), "test"))
    until(lambda: playing.value(1, "decay") == 1.0)
    time.sleep(0.3)  # the file was saved, and its watcher must not play it anew
    assert playing.value(0, "pan") == 0.25
    assert "21" in playing.patch.path.read_text()


def test_waiting_for_a_knob_can_be_given_up(playing):
    playing.say(Learn(1, "decay"))
    until(lambda: playing.waiting)
    playing.say(Learn(cancel=True))
    until(lambda: not playing.waiting)
