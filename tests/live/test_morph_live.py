"""The fader between two kits while one plays: takes of it, and taking it back."""

import time

import numpy as np
import pytest
import soundfile
from patience import until
from two_kits import FAR, write_both

from astrodrum_live.control.events import (
    EditPattern,
    Freeze,
    Hit,
    LoadKit,
    MorphTo,
    Redo,
    Set,
    Undo,
)
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.live.history import KIT
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.performance import performance_path, read_take
from astrodrum_live.live.take_files import write_mix
from astrodrum_live.now import now_ns
from astrodrum_live.params import PAD_INDEX
from astrodrum_live.sequencer.edits import SetStep

FADER = "kit_morph"
KICK, SNARE, TOM, BELL = range(4)


class Playing:
    """An instrument on the null device."""

    def __init__(self, path, generator="frozen", record=None) -> None:
        self.lines: list[str] = []
        options = Options(audio="null", generator=generator, session=3, record=record)
        self.instrument = LiveInstrument(load_patch(path), options, self.lines.append)
        self.engine = self.instrument.engine

    def __enter__(self) -> "Playing":
        return self

    def __exit__(self, *_: object) -> None:
        self.instrument.close()

    def post(self, *events) -> None:
        for event in events:
            self.instrument.post(event, now_ns())

    def value(self, pad, row) -> float:
        return self.instrument.value(pad, row)

    def until_value(self, pad, row, value) -> None:
        until(lambda: self.value(pad, row) == value)

    def strike(self, *pads: int) -> None:
        for pad in pads:
            before = self.engine.counters()["played"]
            self.post(Hit(pad, 0.7))
            until(lambda before=before: self.engine.counters()["played"] > before)

    def until_logged(self, text: str, times: int = 1) -> None:
        until(lambda: sum(text in line for line in self.lines) >= times)


@pytest.mark.parametrize("generator", ["frozen", "cpu"])
def test_a_take_of_a_moving_fader_a_drift_and_another_goal_is_rendered_to_the_bit(
    kit, tmp_path, generator
):
    near, _ = write_both(kit)
    third = kit("third", FAR.replace("e_kick", "clap").replace("seed = 23", "seed = 24"))
    wav = tmp_path / "take.wav"
    with Playing(near, generator, wav) as playing:
        playing.instrument.kits._known["third"] = third
        until(lambda: int(playing.engine.memory.header[0]["gen_hits"][0]) > 20)
        playing.post(Set(TOM, "drift", 1.0), Set(TOM, "drift_bars", 0.25))
        for n in range(20):
            playing.post(Set(None, FADER, n / 19))
            playing.strike(n % 4, TOM)
        playing.post(Set(None, FADER, 0.6), MorphTo("third"))
        playing.until_logged("kit_morph leads to 'third'")
        for n in range(12):
            playing.post(Set(None, FADER, 0.4 + n / 20), Hit(SNARE, 0.5, ((FADER, 0.2),), 7))
            playing.strike(n % 4, TOM)
        while playing.value(TOM, "wander") == 0.0:
            playing.strike(TOM)
        playing.strike(TOM, TOM)
    take = read_take(performance_path(wav))
    shares = {float(source.row[PAD_INDEX[FADER]]) for source in take.sounds.values()}
    assert len(shares) > 3
    assert {source.kit for source in take.sounds.values()} == {1, 2}
    out = tmp_path / "again.wav"
    report = write_mix(take, out, None, lambda frames: None, lambda: False, 256)
    assert report.different == 0
    np.testing.assert_array_equal(
        soundfile.read(out, dtype="int32")[0], soundfile.read(wav, dtype="int32")[0]
    )


def test_a_way_of_the_fader_is_one_step_and_brings_back_what_was_turned(kit):
    with Playing(write_both(kit)[0]) as playing:
        playing.post(Set(KICK, "gain", -20.0))
        for n in range(1, 11):
            playing.post(Set(None, FADER, n / 10))
        playing.until_value(KICK, "gain", -2.0)
        playing.post(Undo())
        playing.until_value(KICK, "gain", -20.0)
        assert playing.value(None, FADER) == playing.value(SNARE, FADER) == 0.0
        assert playing.value(SNARE, "pan") == -0.5
        playing.post(Redo())
        playing.until_value(None, FADER, 1.0)
        playing.until_value(SNARE, "pan", 0.5)
        playing.post(Undo(), Undo())
        playing.until_value(KICK, "gain", -12.0)


def test_a_reload_of_the_kit_is_taken_back_with_all_that_was_turned_and_frozen(kit):
    near, _ = write_both(kit)
    with Playing(near) as playing:
        playing.strike(BELL)
        playing.post(Freeze(BELL), Set(None, FADER, 0.5), Set(KICK, "decay", 0.9))
        playing.until_value(KICK, "decay", 0.9)
        playing.post(Set(None, "gain", -6.0))
        near.write_text(near.read_text().replace('name = "bell"', 'name = "gong"'))
        playing.until_logged("kit 'near' reloaded")
        until(lambda: playing.instrument.patch.pad_names()[BELL] == "gong")
        assert playing.value(KICK, "decay") == 0.5
        playing.post(Undo())
        until(lambda: playing.instrument.patch.pad_names()[BELL] == "bell")
        assert playing.value(KICK, "decay") == 0.9
        assert playing.value(KICK, "gain") == -7.0
        assert playing.value(None, "gain") == -6.0
        assert playing.value(None, FADER) == 0.5
        assert playing.instrument.frozen() == ["bell"]
        playing.post(Redo())
        until(lambda: playing.instrument.patch.pad_names()[BELL] == "gong")
        assert playing.value(KICK, "decay") == 0.5
        playing.post(Undo(), Undo(), Undo())  # what came before the kit waits until it is there
        until(lambda: playing.instrument.patch.pad_names()[BELL] == "bell")
        playing.until_value(KICK, "decay", 0.5)
        assert playing.value(None, "gain") == 0.0


def test_a_reload_leaves_the_fader_where_it_is_unless_the_file_moves_it_or_leads_elsewhere(kit):
    near, _ = write_both(kit)
    kit("third", FAR)
    with Playing(near) as playing:

        def reload(old: str, new: str, times: int) -> None:
            near.write_text(near.read_text().replace(old, new))
            playing.until_logged("kit 'near' reloaded", times)

        playing.post(Set(None, FADER, 0.5), Set(TOM, FADER, 0.75))
        playing.until_value(TOM, FADER, 0.75)
        reload("gain_db = -12.0", "gain_db = -6.0", 1)
        assert playing.value(None, FADER) == playing.value(SNARE, FADER) == 0.5
        assert playing.value(TOM, FADER) == 0.75
        assert playing.value(KICK, "gain") == -4.0  # half way from what is new there
        playing.post(Set(None, FADER, 0.0))
        playing.until_value(KICK, "gain", -6.0)
        playing.post(Set(None, FADER, 0.25))
        playing.until_value(KICK, FADER, 0.25)
        reload("[master]", "[master]\nkit_morph = 1.0", 2)
        assert playing.value(None, FADER) == playing.value(KICK, FADER) == 1.0
        playing.post(Set(None, FADER, 0.25))
        playing.until_value(KICK, FADER, 0.25)
        reload('to = "far"', 'to = "third"', 3)
        assert playing.value(None, FADER) == 1.0


def test_a_change_of_kit_is_taken_back_and_a_kit_that_is_gone_blocks_no_undo(kit):
    near, far = write_both(kit)
    with Playing(near) as playing:
        playing.post(LoadKit("far"))
        until(lambda: playing.instrument.patch.kit == "far")
        until(lambda: playing.instrument.keeper.history._done)
        far.unlink()  # the way back leads through it
        playing.post(Undo())
        playing.until_logged("the kit to go to cannot be read")
        assert playing.instrument.patch.kit == "far"
        far.write_text("")
        playing.post(Redo(), Undo())
        time.sleep(0.05)
        playing.strike(0)


def test_edits_of_patterns_come_back_with_the_kit(kit):
    row = '\n[[pattern]]\nname = "beat"\n[pattern.tracks]\nkick = "x---"\n'
    near, far = write_both(kit)
    near.write_text(near.read_text() + row)
    far.write_text(far.read_text() + row.replace("x---", "--x-"))

    def text() -> tuple[float, ...]:
        [track] = playing.instrument.sequence().book.named("beat").tracks
        return tuple(step.velocity for step in track.steps[:4])

    with Playing(near) as playing:
        playing.post(EditPattern(SetStep("beat", "kick", 4, (("velocity", 0.5),))))
        until(lambda: text() == (0.8, 0.0, 0.0, 0.5))
        playing.post(LoadKit("far"))
        until(lambda: text() == (0.0, 0.0, 0.8, 0.0))
        until(lambda: KIT in [one.place for one in playing.instrument.keeper.history._done])
        playing.post(Undo())
        until(lambda: text() == (0.8, 0.0, 0.0, 0.5))
        playing.post(Undo())  # and the edit itself is still to be taken back
        until(lambda: text() == (0.8, 0.0, 0.0, 0.0))


def test_another_goal_leaves_what_was_turned_and_frozen_and_is_taken_back(kit):
    near, _ = write_both(kit)
    third = kit("third", FAR.replace("gain_db = -2.0", "gain_db = 4.0"))
    with Playing(near) as playing:
        playing.instrument.kits._known["third"] = third
        playing.strike(BELL)
        playing.post(Freeze(BELL), Set(KICK, "gain", -20.0), Set(None, FADER, 0.5))
        playing.until_value(KICK, "gain", -11.0)
        playing.post(Set(BELL, "decay", 0.8), MorphTo("third"))
        playing.until_logged("leads to 'third'")
        assert playing.value(KICK, "gain") == -8.0  # half way from -20 to the other goal's 4
        assert playing.value(BELL, "decay") == 0.8
        assert playing.instrument.frozen() == ["bell"]
        assert playing.instrument.patch.morph_to == str(third)
        playing.post(Undo())
        playing.until_value(KICK, "gain", -11.0)
        until(lambda: playing.instrument.morph.far == "far")


def test_a_goal_of_another_model_is_refused_and_the_old_one_stays(kit, other_model):
    near, _ = write_both(kit)
    alien = kit("alien", FAR, other_model)
    with Playing(near) as playing:
        playing.instrument.kits._known["alien"] = alien
        playing.post(MorphTo("alien"))
        playing.until_logged("give both kits the same model; 'near' plays on")
        assert playing.instrument.morph.far == "far"
