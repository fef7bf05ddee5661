"""Undo and redo while a kit is on its way: nothing that was asked for is lost."""

import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.control.events import FreezeTo, KitBack, Redo, Set, Together, Undo
from astrodrum_live.engine.engine import Engine
from astrodrum_live.live import history
from astrodrum_live.live.history import MOST_WAITING, Kits
from astrodrum_live.live.keeper import Keeper
from astrodrum_live.live.morph import Morph
from astrodrum_live.live.orders import OrderDesk

KICK = 0


class Studio:
    """A keeper whose kits arrive when they are told to."""

    def __init__(self) -> None:
        self.engine = Engine(EngineConfig(hit_seconds=0.05))
        self.playing, self.coming, self.log = "new", [], []
        self.keeper = Keeper(
            self.engine,
            OrderDesk(self.engine, session=1),
            lambda: ["kick"],
            self.log.append,
            lambda pad: None,
            Morph(self.engine),
            Kits(lambda: self.playing, self.coming.append),
        )

    def turn(self, row: str, value: float) -> None:
        self.keeper.turning(Set(KICK, row, value))
        self.engine.post_set(KICK, row, value)

    def do(self, *events) -> None:
        for event in events:
            self.keeper.obey(event)

    def arrive(self) -> None:
        self.playing = self.coming.pop()
        self.do(KitBack())

    def values(self) -> tuple[float, float]:
        return self.engine.value(KICK, "gain"), self.engine.value(KICK, "pan")


@pytest.fixture
def studio():
    """Gain and pan were turned in an old kit, and then the new one was loaded."""
    studio = Studio()
    studio.turn("gain", -20.0)
    studio.turn("pan", 0.5)
    studio.keeper.history.changed("old")
    yield studio
    studio.engine.close()


def test_what_is_undone_and_redone_while_a_kit_is_on_its_way_is_done_in_order_once_it_is_there(
    studio,
):
    studio.do(Undo(), Undo(), Undo(), Redo())
    assert studio.values() == (-20.0, 0.5)  # nothing is turned in the kit that leaves
    assert studio.coming == ["old"]
    assert ["once it is there" in line for line in studio.log] == [False, True, True, True]
    studio.arrive()
    assert studio.values() == (-20.0, 0.0)  # two steps back, one forth
    assert studio.log[4:] == [
        "undone: pan of pad 0",
        "undone: gain of pad 0",
        "redone: gain of pad 0",
    ]


def test_a_redo_right_after_an_undo_brings_both_kits_one_after_the_other(studio):
    studio.do(Undo(), Redo(), Undo(), Undo())
    assert studio.coming == ["old"]
    studio.arrive()
    assert studio.coming == ["new"]
    studio.arrive()
    assert studio.coming == ["old"]
    assert studio.values() == (-20.0, 0.5)
    studio.arrive()
    assert studio.coming == []
    assert studio.values() == (-20.0, 0.0)


def test_a_kit_that_never_comes_holds_nothing_up(studio):
    studio.do(Undo(), Undo())
    studio.do(KitBack())
    assert studio.values() == (-20.0, 0.0)
    studio.do(Undo())
    assert studio.values()[0] == studio.engine.value(KICK, "gain") != -20.0


def test_only_so_many_wishes_wait_and_who_asks_for_more_is_told(studio):
    studio.do(Undo(), *[Redo(), Undo()] * (MOST_WAITING // 2), Redo())
    assert "wishes wait for it" in studio.log[-1]
    lines = len(studio.log)
    studio.do(*[Undo(), Redo()] * 50)
    assert len(studio.log) == lines  # once is enough
    for _ in range(MOST_WAITING + 1):
        studio.arrive()
    assert studio.coming == []
    assert studio.playing == "old"


def test_several_things_whose_end_never_comes_are_one_step_for_so_long_and_no_longer(
    studio, monkeypatch
):
    """However often others turn knobs meanwhile: who began them has gone, and cannot end them."""
    now = [0]
    monkeypatch.setattr(history, "now_ns", lambda: now[0])
    studio.do(Together("a preset"))
    for second in range(0, 60, 2):
        now[0] = second * 1_000_000_000
        studio.turn("gain", -20.0 + second / 10)
    studio.do(Undo())
    assert studio.log[-1] == "undone: gain of pad 0"
    assert studio.values()[0] == pytest.approx(-20.0 + 56 / 10)


def test_what_is_undone_while_kits_that_were_asked_for_are_on_their_way_waits_for_them_all(studio):
    history = studio.keeper.history
    for _ in range(2):
        history.coming()
    studio.do(Undo())
    assert studio.values() == (-20.0, 0.5)
    history.changed("old")
    studio.do(KitBack())
    assert studio.values() == (-20.0, 0.5)
    assert studio.coming == []
    history.changed("another")
    studio.do(KitBack())
    assert studio.coming == ["another"]  # not a knob, which the kit that left had


def test_a_knob_turned_while_a_kit_is_on_its_way_back_is_forgotten_and_redo_is_not(studio):
    studio.do(Undo())
    studio.turn("gain", -3.0)
    studio.do(FreezeTo(KICK, 0xFF, 0.75))
    studio.arrive()
    assert studio.playing == "old"
    studio.do(Redo())
    assert studio.coming == ["new"]
    studio.arrive()
    studio.turn("pan", -0.25)  # is a step again
    studio.do(Undo())
    assert studio.log[-1] == "undone: pan of pad 0"
