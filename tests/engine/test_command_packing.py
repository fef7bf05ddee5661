"""A command is written byte by byte: every field arrives in its own."""

import numpy as np

from astrodrum_live.config import EngineConfig
from astrodrum_live.engine.engine import _PACKED, Engine
from astrodrum_live.params import OWN_INDEX
from astrodrum_live.rt.commands import HIT
from astrodrum_live.rt.layout import COMMAND


def test_the_bytes_are_those_of_the_record():
    fields = [np.arange(1, 1 + np.prod(COMMAND[name].shape, dtype=int)) for name in COMMAND.names]
    flat = [int(value) + place for place, values in enumerate(fields) for value in values]
    written = np.zeros(1, COMMAND)
    _PACKED.pack_into(written.view(np.uint8).data, 0, *flat)
    read = [value for name in COMMAND.names for value in np.atleast_1d(written[0][name])]
    assert read == flat


def test_a_hit_reaches_the_ring_as_it_was_posted():
    engine = Engine(EngineConfig(hit_seconds=0.1))
    try:
        engine.post_hit(3, 0.5, 1234, [("pan", -0.25)], amplitude=0.125, sound=(7, 99))
        command = engine.memory.header[0]["command"][0]
        told = {name: command[name].item() for name in COMMAND.names if name != "own"}
        assert told == {
            "frame": 1234, "order": 0, "kind": HIT, "pad": 3, "row": engine.layer(3, 0.5),
            "velocity": 0.5, "value": 0.125, "sound": 7, "ticket": 99,
        }  # fmt: skip
        own = command["own"].copy()
        assert own[OWN_INDEX["pan"]] == -0.25
        assert np.isnan(np.delete(own, OWN_INDEX["pan"])).all()
    finally:
        engine.close()
