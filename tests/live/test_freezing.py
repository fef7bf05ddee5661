"""A hit just heard is kept: on its pad, as a file; and what was turned and frozen is taken back."""

import time

import numpy as np
import pytest
import soundfile
from patience import until

from astrodrum_live.control.events import (
    Freeze,
    Hit,
    Keep,
    LoadKit,
    Redo,
    Set,
    SetOrbit,
    Store,
    Thaw,
    Undo,
)
from astrodrum_live.control.patch_file import load_patch
from astrodrum_live.engine.heard import last_heard
from astrodrum_live.generation.origin import MAKERS, checksum
from astrodrum_live.live.instrument import LiveInstrument, Options
from astrodrum_live.live.offline import OfflineInstrument
from astrodrum_live.now import now_ns


class Playing:
    """An instrument on the null device; what is struck is waited for."""

    def __init__(self, kit, generator: str) -> None:
        self.lines: list[str] = []
        options = Options(audio="null", generator=generator, session=3)
        self.instrument = LiveInstrument(load_patch(kit), options, self.lines.append)
        self.engine = self.instrument.engine

    def __enter__(self) -> "Playing":
        return self

    def __exit__(self, *_: object) -> None:
        self.instrument.close()

    def post(self, event) -> None:
        self.instrument.post(event, now_ns())

    def strike(self, *hits: Hit) -> list[np.void]:
        """What was heard of them: their origins, in order."""
        for hit in hits:
            before = self.engine.counters()["played"]
            self.post(hit)
            until(lambda before=before: self.engine.counters()["played"] > before)
        return [one.origin for one in last_heard(self.engine)[: len(hits)]][::-1]

    def until_logged(self, text: str) -> None:
        until(lambda: any(text in line for line in self.lines))

    def until_generating(self) -> None:
        until(lambda: int(self.engine.memory.header[0]["gen_hits"][0]) > 20)

    def until_nothing_is_ordered(self) -> None:
        until(lambda: self.instrument.orders.waiting() == 0)


def test_the_last_eight_hits_are_listed_the_newest_first(kit):
    with Playing(kit(), "frozen") as playing:
        origins = playing.strike(*[Hit(n % 3, 0.5) for n in range(11)])
        heard = playing.instrument.heard()
        assert [hit.pad for hit in heard] == [n % 3 for n in range(10, 2, -1)]
        assert [hit.seed for hit in heard] == [int(one["seed"]) for one in origins[::-1]]
        assert {hit.number for hit in heard} == {-1}
        playing.strike(Hit(0, 0.5, number=77))
        playing.until_nothing_is_ordered()
        playing.strike(Hit(0, 0.5, number=77))
        assert playing.instrument.heard()[0].number == 77


@pytest.mark.parametrize("generator", ["frozen", "cpu"])
def test_a_frozen_pad_plays_that_very_hit_until_it_is_thawed(kit, generator):
    with Playing(kit(), generator) as playing:
        playing.until_generating()
        first, _, _ = playing.strike(Hit(0, 0.9), Hit(0, 0.9), Hit(1, 0.9))
        playing.post(Freeze(0, 1))  # of the kick, the last but one
        playing.until_logged(f"{int(first['seed']):016x}")
        playing.until_nothing_is_ordered()
        for origin in playing.strike(*[Hit(0, velocity) for velocity in (0.2, 0.9, 1.0)]):
            assert (origin["seed"], origin["check"]) == (first["seed"], first["check"])
        assert playing.strike(Hit(1, 0.9))[0]["check"] != first["check"]  # the others stay fresh
        playing.post(Set(0, "brightness", 0.9))  # what is frozen is frozen
        until(lambda: playing.instrument.value(0, "brightness") == 0.9)
        assert playing.strike(Hit(0, 0.9))[0]["check"] == first["check"]
        playing.post(Thaw(0))
        until(lambda: playing.instrument.orders.frozen(0) is None)
        from_slots = playing.engine.counters()["made_to_order"]
        playing.strike(*[Hit(0, 0.9)] * 3)
        assert playing.engine.counters()["made_to_order"] == from_slots  # its ring's hits again


def test_a_hit_of_before_the_model_is_up_can_be_frozen_too(kit):
    with Playing(kit(), "cpu") as playing:
        (first,) = playing.strike(Hit(2, 0.9))
        playing.post(Freeze())
        playing.until_logged("frozen to")
        playing.until_generating()
        playing.until_nothing_is_ordered()
        assert playing.strike(Hit(2, 0.4))[0]["check"] == first["check"]


def test_a_hit_with_a_number_of_its_own_sounds_on_a_frozen_pad(kit):
    with Playing(kit(), "cpu") as playing:
        playing.until_generating()
        playing.strike(Hit(0, 0.9))
        playing.post(Freeze())
        playing.until_logged("frozen to")
        playing.strike(Hit(0, 0.9, number=5))
        playing.until_nothing_is_ordered()
        playing.strike(Hit(0, 0.9, number=5))
        assert playing.instrument.heard()[0].number == 5


def test_a_kept_hit_is_a_file_of_its_samples(kit, tmp_path, monkeypatch):
    monkeypatch.setenv("ASTRODRUM_HOME", str(tmp_path))
    with Playing(kit(), "cpu") as playing:
        playing.until_generating()
        (origin,) = playing.strike(Hit(1, 0.9))
        playing.post(Keep(1))
        playing.until_logged("kept ")
        name = playing.instrument.patch.pad_names()[1]
        heard = last_heard(playing.engine)[0]
        sound = playing.instrument.orders.order_again(heard)
        samples = playing.instrument.orders.samples(sound)
        assert checksum(samples) == origin["check"]
    (path,) = (tmp_path / "kept").iterdir()
    assert path.name == f"{name}_{int(origin['seed']):016x}.wav"
    kept, rate = soundfile.read(path, dtype="float32")
    assert rate == heard.rate
    assert np.abs(kept - samples).max() < 2.0**-22


def test_with_nothing_heard_nothing_is_frozen_and_that_is_said(kit):
    with Playing(kit(), "frozen") as playing:
        playing.post(Freeze())
        playing.until_logged("nothing was heard")
        playing.strike(Hit(0, 0.9))
        playing.post(Freeze(1))
        playing.until_logged("nothing of ")
        assert playing.instrument.orders.frozen(1) is None


def test_turns_and_freezes_are_taken_back_and_done_again(kit):
    with Playing(kit(), "frozen") as playing:
        value = playing.instrument.value
        gain = value(0, "gain")
        for event in (Set(0, "gain", -9.0), Set(0, "gain", -12.0), SetOrbit(2, "room", 0.5)):
            playing.post(event)  # the first two are one gesture
        playing.strike(Hit(0, 0.9))
        playing.post(Freeze())
        playing.until_logged("frozen to")
        playing.post(Undo())
        until(lambda: playing.instrument.orders.frozen(0) is None)
        playing.post(Undo())
        until(lambda: playing.instrument.orbit_value(2, "room") == 0.0)
        playing.post(Undo())
        until(lambda: value(0, "gain") == gain)
        playing.post(Undo())
        playing.until_logged("nothing to undo")
        for _ in range(3):
            playing.post(Redo())
        until(lambda: playing.instrument.orders.frozen(0) is not None)
        assert (value(0, "gain"), playing.instrument.orbit_value(2, "room")) == (-12.0, 0.5)
        playing.post(Redo())
        playing.until_logged("nothing to redo")


def test_a_toggle_thaws_what_is_frozen(kit):
    with Playing(kit(), "frozen") as playing:
        playing.strike(Hit(0, 0.9))
        playing.post(Freeze(toggle=True))
        until(lambda: playing.instrument.orders.frozen(0) is not None)
        playing.post(Freeze(toggle=True))
        until(lambda: playing.instrument.orders.frozen(0) is None)


def fresh(playing: Playing, pad: int) -> np.void:
    """The origin of a hit that the model made."""
    playing.until_generating()
    while True:
        (origin,) = playing.strike(Hit(pad, 0.9))
        if int(origin["maker"]) == MAKERS.index("model"):
            return origin


def test_what_is_stored_plays_the_next_time_and_offline(kit):
    path = kit()
    with Playing(path, "cpu") as playing:
        playing.post(Set(1, "brightness", 0.8))
        until(lambda: playing.instrument.value(1, "brightness") == 0.8)
        first = fresh(playing, 1)
        playing.post(Freeze())
        playing.until_logged("frozen to")
        playing.post(Store(1))
        playing.until_logged("stored in")
        time.sleep(0.5)  # a save of a stranger's would be seen by now
        assert playing.instrument.value(1, "brightness") == 0.8
        assert not any("reloaded" in line for line in playing.lines)
    with Playing(path, "cpu") as playing:
        playing.until_generating()
        playing.until_nothing_is_ordered()
        assert playing.strike(Hit(1, 0.3))[0]["check"] == first["check"]
        assert playing.strike(Hit(0, 0.3))[0]["check"] != first["check"]
    offline = OfflineInstrument(load_patch(path), 5)
    try:
        for _ in offline.render([(10, Hit(1, 0.3)), (5000, Hit(1, 0.9)), (9000, Hit(0, 0.9))]):
            pass
        seeds = [int(entry["seed"]) for entry in offline.engine.drain_played()]
        assert seeds[:2] == [int(first["seed"])] * 2
        assert seeds[2] != seeds[0]
    finally:
        offline.close()


def test_what_is_stored_of_a_kit_that_ships_goes_into_a_copy_and_plays_on(
    kit, tmp_path, monkeypatch
):
    path = kit()
    text = path.read_text()
    monkeypatch.setattr("astrodrum_live.control.patch_learning.patches_folder", lambda: tmp_path)
    monkeypatch.setenv("ASTRODRUM_HOME", str(tmp_path / "home"))
    own = tmp_path / "home" / "patches" / path.name
    with Playing(path, "cpu") as playing:
        first = fresh(playing, 1)
        playing.post(Freeze())
        playing.until_logged("frozen to")
        playing.post(Store(1))
        playing.until_logged(f"stored in {own}, a copy")
        until(lambda: playing.instrument.patch.path == own)
        time.sleep(0.5)  # a save of a stranger's would be seen by now
        assert not any("reloaded" in line for line in playing.lines)
        assert playing.strike(Hit(1, 0.3))[0]["check"] == first["check"]
        playing.post(Thaw(1))
        until(lambda: playing.instrument.orders.frozen(1) is None)
        playing.post(Store(1))
        until(lambda: load_patch(own).pads[1].frozen is None)
    assert path.read_text() == text


def test_a_first_hit_is_not_stored_and_that_is_said(kit):
    path = kit()
    text = path.read_text()
    with Playing(path, "frozen") as playing:
        playing.strike(Hit(1, 0.9))
        playing.post(Freeze())
        playing.until_logged("frozen to")
        playing.post(Store())
        playing.until_logged("not stored: pad 'snare' is frozen to a hit that was not made")
    assert path.read_text() == text


def test_a_frozen_pad_stays_so_when_its_kit_is_saved_and_not_in_another(kit):
    path = kit()
    with Playing(path, "cpu") as playing:
        playing.strike(Hit(1, 0.9))
        playing.post(Freeze())
        playing.until_logged("frozen to")
        path.write_text(path.read_text().replace("radius = 0.35", "radius = 0.4"))
        playing.until_logged("reloaded")
        assert playing.instrument.orders.frozen(1) is not None
        playing.instrument.post(LoadKit("electro"), now_ns())
        until(lambda: playing.instrument.patch.kit == "electro")
        until(lambda: playing.instrument.orders.frozen(1) is None)
