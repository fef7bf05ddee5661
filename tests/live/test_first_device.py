"""What the instrument starts on, with cards that take one rate only."""

from types import SimpleNamespace

import pytest

from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.outputs import Wish
from astrodrum_live.engine.sound_card import CardRefuses
from astrodrum_live.live import first_device
from astrodrum_live.live.first_device import open_first

CARDS = {"interface": 44100, "laptop": 48000}  # and the only rate it takes


class FakeEngine:
    def __init__(self, rate: int) -> None:
        self.rate, self.closed = rate, False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def start(monkeypatch):
    """Starts on the ``CARDS`` that are there; keeps engines and words."""
    there = dict(CARDS)
    engines: list[FakeEngine] = []
    lines: list[str] = []

    def find(name):
        if not there or (name or next(iter(there))) not in there:
            raise DeviceError(f"no output '{name}'")
        name = name or next(iter(there))
        return {"index": name, "default_samplerate": float(there[name])}

    def card(engine, name):
        if engine.rate != there[name]:
            raise CardRefuses(f"'{name}' will not open at {engine.rate} Hz")
        return SimpleNamespace(name=name, rate=engine.rate, wish=Wish(name, "ALSA"))

    def make(rate: int) -> FakeEngine:
        engines.append(FakeEngine(rate))
        return engines[-1]

    def run(audio=None, fallback=None, rate=None):
        return open_first(audio, fallback, rate, make, lines.append)

    monkeypatch.setattr(first_device, "find_output", find)
    monkeypatch.setattr(first_device, "SoundCard", card)
    monkeypatch.setattr(
        first_device, "NullDevice", lambda engine: SimpleNamespace(name="null", rate=engine.rate)
    )
    run.there, run.engines, run.lines = there, engines, lines
    return run


def test_the_default_at_its_own_rate_and_what_is_looked_for_when_it_goes(start):
    first = start()
    assert (first.device.name, first.engine.rate, first.place) == ("interface", 44100, 0)
    assert first.wishes == (Wish("interface", "ALSA"), Wish())
    assert start.lines == []


def test_a_rate_that_is_refused_gives_way_to_the_devices_own_in_words(start):
    first = start("interface", rate=96000)
    assert first.engine.rate == 44100
    assert [engine.closed for engine in start.engines] == [True, False]
    assert start.lines == [
        "interface refuses 96000 Hz: playing at its own 44100 Hz, all hits resampled to it"
    ]


def test_a_named_fallback_is_wished_for_before_the_default_and_null_forbids_any(start):
    own = Wish("interface", "ALSA")
    assert start(fallback="laptop").wishes == (own, Wish("laptop"), Wish())
    assert start(fallback="null").wishes == (own,)


def test_a_fallback_that_is_not_there_is_told_at_the_start(start):
    assert start(fallback="latpop").device.name == "interface"
    assert start.lines == ["the fallback is not there now: no output 'latpop'"]


def test_where_the_named_one_is_not_there_the_fallback_plays_and_it_is_looked_for(start):
    del start.there["interface"]
    first = start("interface", "laptop")
    assert (first.device.name, first.engine.rate, first.place) == ("laptop", 48000, 1)
    assert first.wishes[0] == Wish("interface")
    assert start.lines == ["no output 'interface'; playing on laptop, the fallback"]


def test_a_named_one_that_is_not_there_is_an_error_without_a_fallback(start):
    with pytest.raises(DeviceError, match="no output 'interfaec'"):
        start("interfaec")
    with pytest.raises(DeviceError, match="no output 'latpop'"):
        start("interfaec", "latpop")
    with pytest.raises(DeviceError, match="no output 'interfaec'"):
        start("interfaec", "null")


def test_a_device_that_refuses_its_own_rate_is_an_error_and_leaves_no_engine(start, monkeypatch):
    def busy(engine, name):
        raise CardRefuses("busy")

    monkeypatch.setattr(first_device, "SoundCard", busy)
    for rate in (None, 48000):
        with pytest.raises(DeviceError, match="busy"):
            start("interface", rate=rate)
    assert all(engine.closed for engine in start.engines)


@pytest.mark.parametrize("rate", [None, 96000])
def test_null_that_was_asked_for_and_null_for_want_of_a_card_look_for_nothing(start, rate):
    first = start("null", rate=rate)
    assert (first.device.name, first.engine.rate, first.wishes) == ("null", rate or 48000, ())
    start.there.clear()
    assert start(rate=rate)[1:] == (SimpleNamespace(name="null", rate=rate or 48000), (), 0)
    assert start.lines == ["no output 'None'; playing on the null device"]
