"""The process that looks for a sound card: it ends when it is told to, or when nobody is there."""

import pytest
from patience import until

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.device import DeviceError
from astrodrum_live.engine.distant_card import DistantCard
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.outputs import Wish


@pytest.fixture
def card():
    """One that looks for what is on no machine."""
    engine = Engine(EngineConfig(hit_seconds=0.1, voices=4))
    card = DistantCard(engine, [Wish("no such output", "no such API")], lambda line: None)
    yield card
    card.close()
    engine.close()


def test_what_is_not_there_is_not_found_and_closing_ends_the_process_and_again_is_harmless(card):
    assert card.found is None
    card.close()
    card.close()
    assert not card.alive()
    assert card._process.popen.returncode is not None


def test_a_process_that_was_killed_is_not_alive_and_does_not_start(card):
    assert card.alive()
    card._process.popen.kill()
    until(lambda: not card.alive())
    with pytest.raises(DeviceError, match="does not start"):
        card.start()


def test_it_ends_by_itself_when_the_engines_process_has_gone(card):
    card._process.popen.stdin.close()
    assert card._process.popen.wait(30) == 0
