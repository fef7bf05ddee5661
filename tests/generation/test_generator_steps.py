"""A step of the generator, without its process: what is served next when all pads are turned."""

from argparse import Namespace

import numpy as np
import pytest

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import Engine
from astrodrum_live.generation.makers import Made
from astrodrum_live.generation.process import PIECES_SURE, Generator
from astrodrum_live.layers import MIDDLE

PADS = 8


class Maker:
    """Makes hits of one sample; ``meanwhile`` is called with the number of those made before."""

    kind = "model"

    def __init__(self, meanwhile) -> None:
        self.served: list[int] = []
        self._meanwhile = meanwhile

    def make(self, requests, values):
        self._meanwhile(len(self.served))
        self.served += [one.pad for one in requests]
        return [Made(np.float32([0.1]), 7) for _ in requests]


@pytest.fixture
def engine():
    engine = Engine(EngineConfig(hit_seconds=0.05))
    yield engine
    engine.close()


def generator_of(engine, meanwhile) -> tuple[Generator, Maker]:
    generator, maker = Generator(engine.memory, Namespace(depth=4)), Maker(meanwhile)
    generator._maker, generator._pads = maker, PADS
    return generator, maker


def strike(engine, pad: int) -> None:
    """As the callback notes it."""
    engine.memory.header[0]["struck"].reshape(-1, 3)[pad, MIDDLE] = engine.frame + 1


def test_a_pad_struck_while_a_kit_full_of_turned_pads_is_served_is_next_but_one(engine):
    generator, maker = generator_of(engine, lambda made: made or strike(engine, 6))
    assert generator.step()
    assert maker.served == [0, 1][:PIECES_SURE]  # the plan of eight was left
    assert generator.step()
    assert maker.served[PIECES_SURE] == 6


def test_a_pad_that_is_struck_all_the_time_leaves_the_others_their_turn(engine):
    frames = iter(range(1, 1000))

    def roll(_: int) -> None:
        engine.memory.header[0]["struck"].reshape(-1, 3)[3, MIDDLE] = next(frames)
        engine.memory.header[0]["epoch"][:] += 1  # and the fader moves

    generator, maker = generator_of(engine, roll)
    for _ in range(2 * PADS):
        generator.step()
        engine.render(engine.config.block)  # which lets the older hits go
    assert maker.served.count(3) >= PADS
    assert set(maker.served) == set(range(PADS))


def test_a_plan_that_nothing_overtakes_is_made_whole(engine):
    generator, maker = generator_of(engine, lambda made: None)
    generator.step()
    assert maker.served == list(range(PADS))
