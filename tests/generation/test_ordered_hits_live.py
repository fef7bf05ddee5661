"""Orders against the generator process for real: served, survived, refused; never lost."""

import os
import signal
import time

import numpy as np
import pytest
from patience import until
from test_generator_process import Bench

from astrodrum_live.engine.sound_slots import SoundSlots
from astrodrum_live.generation.makers import ModelMaker, Request
from astrodrum_live.generation.seeds import FOLDER, drawn_number, folder_number, hit_seed
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.now import now_ns
from astrodrum_live.params import PAD_INDEX

FAR_S = 60.0


def order(bench: Bench, ticket: int, pad=1, number=5, kit=1, in_s=FAR_S, keep=True, **own) -> None:
    """Into the slot of the ticket."""
    row = bench.engine.row(pad)
    for name, value in own.items():
        row[PAD_INDEX[name]] = value
    assert SoundSlots(bench.engine.memory).ask(
        ticket, ticket=ticket, kit=kit, deadline_ns=now_ns() + int(in_s * 1e9), number=number,
        pad=pad, keep=keep, velocity=0.75, row=row,
    )  # fmt: skip


def answered(bench: Bench) -> bool:
    return bool(SoundSlots(bench.engine.memory).answered().all())


def sound(bench: Bench, slot: int) -> np.ndarray:
    return bench.engine.memory.sound(slot)[: bench.engine.memory.header[0]["sound"]["frames"][slot]]


def test_an_order_given_before_the_model_is_there_is_made_as_the_model_makes_it(tiny_model):
    with Bench(tiny_model, "cpu", depth=2) as bench:
        order(bench, 3, number=12345, brightness=0.75)
        bench.supervisor.load(bench.sounds)
        until(lambda: answered(bench))
        values = bench.engine.memory.header[0]["pad_value"].copy()
        values[1, PAD_INDEX["brightness"]] = 0.75
        (made,) = ModelMaker(bench.sounds, 48000, session=77).make(
            [Request(1, 12345, 0.75, FOLDER)], values
        )
        assert made.audio is not None
        np.testing.assert_allclose(sound(bench, 3), made.audio[: sound(bench, 3).size], atol=1e-5)
        assert int(bench.engine.memory.header[0]["sound"]["seed"][3]) == made.seed
        until(lambda: bench.fresh() == [6, 6, 6])  # and the rings are filled all the same


def test_while_orders_never_end_the_rings_are_filled(tiny_model):
    with Bench(tiny_model, "cpu", depth=4) as bench:
        for ticket in range(1, 180):
            order(bench, ticket, number=ticket)
        bench.supervisor.load(bench.sounds)
        until(lambda: min(bench.fresh()) > 0)
        assert not answered(bench)
        until(lambda: bench.fresh() == [12, 12, 12] and answered(bench))


@pytest.mark.parametrize("device", ["cpu", "frozen"])
def test_a_generator_killed_amid_orders_is_followed_by_one_that_makes_the_rest(tiny_model, device):
    with Bench(tiny_model, device, depth=2) as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.fresh() == [6, 6, 6])
        os.kill(bench.supervisor.process_id, signal.SIGSTOP)
        for ticket in range(1, 41):
            order(bench, ticket, number=ticket)
        os.kill(bench.supervisor.process_id, signal.SIGCONT)
        until(lambda: len(SoundSlots(bench.engine.memory).waiting()) < 35)
        os.kill(bench.supervisor.process_id, signal.SIGKILL)
        until(lambda: bench.supervisor.restarts == 1)
        until(lambda: answered(bench))
        assert all(np.abs(sound(bench, ticket)).max() > 1e-3 for ticket in range(1, 41))


def test_orders_of_the_last_kit_are_refused_and_those_of_the_next_are_made(tiny_model):
    with Bench(tiny_model, "cpu", depth=2) as bench:
        bench.supervisor.load(bench.sounds)
        until(lambda: bench.fresh() == [6, 6, 6])
        order(bench, 1, kit=2)
        time.sleep(0.1)
        assert not answered(bench)  # its kit is not there yet
        bench.supervisor.load(Sounds(tiny_model, ({"clap": 1.0}, {"tom": 1.0})))
        assert bench.supervisor.kit == 2
        until(lambda: answered(bench))
        assert sound(bench, 1).size > 0
        order(bench, 2, kit=1)
        until(lambda: answered(bench))
        assert sound(bench, 2).size == 0


def test_a_frozen_generator_says_once_that_knobs_do_nothing(tiny_model):
    with Bench(tiny_model, "frozen", depth=2) as bench:
        bench.supervisor.load(bench.sounds)
        order(bench, 1)
        order(bench, 2, brightness=1.0)
        order(bench, 3, brightness=0.0)
        until(lambda: answered(bench))
        np.testing.assert_array_equal(sound(bench, 1), sound(bench, 2))
        until(lambda: len(bench.lines) == 1)
        assert bench.lines == [
            "generator: knobs of single hits need the model; frozen hits ignore them"
        ]
        assert bench.supervisor.state == "frozen"


def test_the_numbers_of_the_folder_are_what_they_have_always_been():
    """A pattern must sound tomorrow as it does today: these may never change."""
    assert hit_seed(11, FOLDER, folder_number(12345)) == 0xA254E26D37E89BA0
    assert hit_seed(11, FOLDER, folder_number(-1)) == 0x6E443CC34BEF3FC8
    assert [drawn_number(7, 2, count) for count in (1, 2)] == [456393062987, 614141124919]
    assert folder_number(2**40) == 0
