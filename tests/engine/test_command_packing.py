"""A command is written byte by byte: every field arrives in its own."""

import threading

import numpy as np
import pytest
from patience import until

from astrodrum_live.config import COMMAND_SLOTS, EngineConfig
from astrodrum_live.engine.engine import _HEAD, _OWN, _OWN_AT, READY, SOON, Engine
from astrodrum_live.layers import layer_of
from astrodrum_live.params import MASTER_PARAMS, OWN_INDEX, PAD_INDEX
from astrodrum_live.rt.commands import HIT
from astrodrum_live.rt.layout import COMMAND


def test_the_bytes_are_those_of_the_record():
    fields = [np.arange(1, 1 + np.prod(COMMAND[name].shape, dtype=int)) for name in COMMAND.names]
    flat = [int(value) + place for place, values in enumerate(fields) for value in values]
    written = np.zeros(1, COMMAND)
    head = len(COMMAND.names) - 1
    _HEAD.pack_into(written.view(np.uint8).data, 0, *flat[:head])
    _OWN.pack_into(written.view(np.uint8).data, _OWN_AT, *flat[head:])
    read = [value for name in COMMAND.names for value in np.atleast_1d(written[0][name])]
    assert read == flat


@pytest.mark.parametrize("velocity", [0.0, 0.1, 0.4499, 0.45, 0.7499, 0.75, 0.99, 1.0])
def test_a_stroke_is_of_the_layer_that_the_table_says(velocity):
    engine = Engine(EngineConfig(hit_seconds=0.1))
    try:
        assert engine.layer(0, velocity) == layer_of(velocity)
        engine.post_set(0, "fixed", 0.5)  # from here on every stroke is as hard
        assert engine.layer(0, velocity) == layer_of(0.5)
    finally:
        engine.close()


def test_what_a_stroke_asks_for_follows_every_way_in_which_a_row_can_be_turned():
    engine = Engine(EngineConfig(hit_seconds=0.1))
    try:
        engine.post_set(2, "round_robin", 3)
        assert [engine.rounds(pad) for pad in (1, 2)] == [0, 3]
        row = engine.row(2)
        row[PAD_INDEX["round_robin"]] = 5
        engine.post_row(2, row)
        assert engine.rounds(2) == 5
        row[PAD_INDEX["round_robin"]] = 2
        engine.load_values(np.array([row, row]), [row.default for row in MASTER_PARAMS])
        assert [engine.rounds(pad) for pad in (0, 1, 2)] == [2, 2, 0]
    finally:
        engine.close()


def test_two_threads_that_turn_what_a_stroke_asks_for_leave_what_was_turned_last():
    engine = Engine(EngineConfig(hit_seconds=0.1))
    try:
        turner = threading.Thread(target=lambda: engine.post_set(0, "round_robin", 4))
        with engine._feeling:  # another, that has read what it was before
            turner.start()
            until(lambda: engine.row(0)[PAD_INDEX["round_robin"]] == 4)
        turner.join()
        assert engine.rounds(0) == 4
        assert engine.memory.header[0]["plain"][0] == 0
    finally:
        engine.close()


def test_a_ring_without_room_is_known_as_crowded_until_there_is_some():
    engine = Engine(EngineConfig(hit_seconds=0.1))
    try:
        for _ in range(COMMAND_SLOTS):
            assert engine.post_hit(0, 1.0)
        assert not engine.crowded
        assert not engine.post_hit(0, 1.0)
        assert engine.crowded
        engine.render(64)
        assert engine.post_hit(0, 1.0)
        assert not engine.crowded
    finally:
        engine.close()


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
        engine.post_hit(3, 0.5)
        plain = engine.memory.header[0]["command"][1]
        assert np.isnan(plain["own"]).all()
        assert (plain["sound"], plain["ticket"], plain["frame"]) == (*READY, SOON)
    finally:
        engine.close()
