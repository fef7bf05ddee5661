"""The device that goes and comes back, with fake devices and a clock that a test turns."""

from types import SimpleNamespace

import pytest

from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.outputs import Wish
from astrodrum_live.live.audio import Audio

OWN, FALLBACK, DEFAULT = Wish("Interface", "ALSA"), Wish("laptop"), Wish()
WISHES = (OWN, FALLBACK, DEFAULT)


class FakeDevice:
    """``running`` lists those that call the engine: never may there be two."""

    def __init__(self, stage: "Stage", name: str) -> None:
        self.stage, self.name, self.gone = stage, name, False
        self.rate, self.block, self.latency_s = 48000, 128, 0.0

    def start(self) -> None:
        if self.name in self.stage.refusing:
            raise DeviceError(f"'{self.name}' does not start")
        assert not self.stage.running
        self.stage.running.append(self)

    def alive(self) -> bool:
        return not self.gone

    def close(self) -> None:
        if self in self.stage.running:
            self.stage.running.remove(self)
        if self.gone:
            raise RuntimeError("it is gone already")


class FakeSearch(FakeDevice):
    """Finds the first of its wishes that ``stage.there`` has, like ``DistantCard``."""

    def __init__(self, stage, engine, wishes, log) -> None:
        super().__init__(stage, "")
        self.wishes = wishes
        if stage.broken:
            raise OSError(stage.broken)
        stage.searches.append(self)
        self._log = log

    @property
    def found(self) -> int | None:
        for place, wish in enumerate(self.wishes):
            if wish in self.stage.there:
                self.name = wish.name or "default"
                return place
        return None


class Stage:
    def __init__(self, wishes=WISHES) -> None:
        self.running: list[FakeDevice] = []
        self.searches: list[FakeSearch] = []
        self.there: set[Wish] = set()
        self.refusing: set[str] = set()
        self.broken = ""
        self.lines: list[str] = []
        self.now_s = 100.0
        self.clocks = 0
        self.own = FakeDevice(self, "Interface")
        self.audio = Audio(
            SimpleNamespace(restart_clock=self.count, memory=SimpleNamespace(settle=lambda: None)),
            self.own,
            wishes,
            0,
            self.lines.append,
            searching=lambda *arguments: FakeSearch(self, *arguments),
            null=lambda engine: FakeDevice(self, "null"),
            clock=lambda: int(self.now_s * 1e9),
        )
        self.audio.start()

    def count(self) -> None:
        assert not self.running  # the clock may begin anew only while nothing runs
        self.clocks += 1

    def pass_s(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.now_s += 0.1
            self.audio.mind()

    @property
    def playing(self) -> str:
        assert self.running == [self.audio.device]
        return self.audio.device.name


def test_a_device_that_stays_is_not_looked_for():
    stage = Stage()
    stage.pass_s(10)
    assert (stage.playing, stage.searches, stage.lines) == ("Interface", [], [])
    assert stage.audio.trouble() == ""


def test_when_it_goes_the_null_device_plays_at_once_and_when_it_returns_it_does():
    stage = Stage()
    stage.own.gone = True
    stage.audio.mind()
    assert stage.playing == "null"
    assert stage.audio.trouble() == "audio Interface gone, on null, looking"
    stage.pass_s(30)
    stage.there.add(OWN)
    stage.audio.mind()
    assert stage.playing == "Interface"
    assert stage.audio.trouble() == ""
    assert stage.clocks == 2
    assert stage.lines == [
        "Interface is gone; playing on without it, on the null device and looking for it",
        "Interface is back",
    ]
    assert len(stage.searches) == 1  # the one that looked, now plays


@pytest.mark.parametrize(("there", "plays"), [(FALLBACK, "laptop"), (DEFAULT, "default")])
def test_meanwhile_the_named_fallback_plays_or_else_the_default(there, plays):
    stage = Stage()
    stage.there |= {there, DEFAULT}
    stage.own.gone = True
    stage.pass_s(0.3)
    assert stage.playing == plays
    assert stage.audio.trouble() == f"audio Interface gone, on {plays}"
    stage.pass_s(2)
    assert OWN in stage.searches[-1].wishes
    assert there not in stage.searches[-1].wishes  # only what is better
    stage.there.add(OWN)
    stage.pass_s(0.1)
    assert stage.playing == "Interface"
    stage.pass_s(3)
    assert len(stage.searches) == 2


def test_the_one_that_returned_may_go_again():
    stage = Stage()
    stage.own.gone = True
    stage.there.add(OWN)
    stage.pass_s(0.3)
    for _ in range(3):
        stage.audio.device.gone = True
        stage.there.clear()
        stage.pass_s(0.1)
        assert stage.playing == "null"
        stage.there.add(OWN)
        stage.pass_s(1.2)
        assert stage.playing == "Interface"


def test_a_device_that_is_found_and_does_not_start_is_told_once_and_tried_each_second():
    stage = Stage()
    stage.own.gone = True
    stage.there.add(OWN)
    stage.refusing.add("Interface")
    stage.pass_s(5)
    assert stage.playing == "null"
    assert 4 <= len(stage.searches) <= 6
    told = "'Interface' does not start; playing on the null device"
    assert [line for line in stage.lines if "start" in line] == [told]
    stage.refusing.clear()
    stage.pass_s(1.1)
    assert stage.playing == "Interface"


def test_a_search_that_dies_or_cannot_begin_is_begun_again_and_the_music_goes_on():
    stage = Stage()
    stage.own.gone = True
    stage.pass_s(0.3)
    stage.searches[0].gone = True
    stage.broken = "no more processes"
    stage.pass_s(5)
    assert stage.playing == "null"
    assert stage.lines[1:] == ["the sound card cannot be looked for: no more processes"]
    stage.broken = ""
    stage.there.add(OWN)
    stage.pass_s(1.2)
    assert stage.playing == "Interface"


def test_a_fallback_that_goes_too_leaves_the_null_device_and_all_wishes():
    stage = Stage()
    stage.there.add(FALLBACK)
    stage.own.gone = True
    stage.pass_s(0.3)
    stage.there.clear()
    stage.audio.device.gone = True
    stage.pass_s(1.2)
    assert stage.playing == "null"
    assert stage.searches[-1].wishes == WISHES


def test_the_null_device_that_was_asked_for_looks_for_nothing():
    stage = Stage(wishes=())
    stage.pass_s(5)
    assert stage.searches == []
    assert stage.audio.trouble() == ""


def test_closing_ends_the_search_too():
    stage = Stage()
    stage.own.gone = True
    stage.pass_s(0.3)
    closed = []
    stage.searches[0].close = lambda: closed.append(True)
    stage.audio.close()
    assert closed == [True]
    assert stage.running == []
