"""What is made next: what a tweak left behind in turn, then the emptiest, never more than fits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from astrodrum_live.generation.planner import Stock, plan
from astrodrum_live.layers import LAYERS, MIDDLE

DEPTH = 16
SOFT, HARD = 0, LAYERS - 1


def stock(fresh, **columns) -> Stock:
    """Rings with so many fresh hits: a number for all layers of a pad, or one for each."""
    fresh = np.array([np.broadcast_to(pad, LAYERS) for pad in fresh])
    zeros = np.zeros_like(fresh)
    plain = {"ready": fresh, "room": zeros + 22, "struck": zeros, "called": zeros, "made": zeros}
    given_ = {
        name: np.array([np.broadcast_to(pad, LAYERS) for pad in column])
        for name, column in columns.items()
    }
    return Stock(**{"fresh": fresh, "served": zeros, **plain, **given_})


def planned(fresh, depth=DEPTH, batch=8, **columns) -> list[tuple[int, int]]:
    return plan(stock(fresh, **columns), depth, batch)


def pads(wanted) -> list[int]:
    return [pad for pad, _ in wanted]


def test_pads_without_a_fresh_hit_come_first_and_as_many_go_to_the_emptiest():
    wanted = planned([5, 0, [3, 4, 5], 0], ready=[5, 9, [3, 4, 5], 9])
    assert pads(wanted) == [1, 3, 2, 2]
    assert wanted[2:] == [(2, 0), (2, 0)]


def test_a_tweak_of_a_full_kit_costs_one_hit():
    assert pads(planned([DEPTH, 0, DEPTH], ready=[DEPTH] * 3)) == [1]


def test_a_tweaked_pads_first_hit_is_for_the_layer_struck_last_and_then_the_others_follow():
    fresh, struck = np.array([[0, 0, 0]]), [[70, 10, 40]]
    order = []
    for _ in range(LAYERS):
        ((pad, layer),) = planned(fresh, ready=[DEPTH], struck=struck)
        order.append(layer)
        fresh[pad, layer] = 1
    assert order == [0, 2, 1]


def test_a_pad_that_was_never_struck_begins_in_the_middle():
    assert planned([0], ready=[DEPTH]) == [(0, MIDDLE)]


def test_in_an_endless_sweep_all_layers_follow_in_turn():
    made = np.zeros((1, LAYERS), int)
    served = []
    for epoch in range(1, 10):
        ((pad, layer),) = planned([0], ready=[DEPTH], made=made, struck=[[5, 9, 0]])
        made[pad, layer] = epoch
        served.append(layer)
    assert served == [1, 0, 2] * 3


def test_in_a_sweep_a_stroke_calls_its_layer_to_the_front():
    made, called = [[7, 8, 9]], [[0, 0, 300]]
    assert planned([0], ready=[DEPTH], made=made, struck=called) == [(0, SOFT)]
    assert planned([0], ready=[DEPTH], made=made, struck=called, called=called) == [(0, HARD)]


def test_while_all_pads_move_the_one_that_was_struck_is_served_before_its_turn():
    called = [[0] * LAYERS, [0] * LAYERS, [0, 0, 300]]
    served = [1, 2, 3]
    assert pads(planned([0] * 3, ready=[9] * 3, served=served)) == [0, 1, 2]
    moved = planned([0] * 3, ready=[9] * 3, served=served, struck=called, called=called)
    assert moved == [(2, HARD), (0, MIDDLE), (1, MIDDLE)]


def test_while_all_pads_move_those_that_are_played_have_every_second_turn():
    struck = [300_000, 0, 0, 320_000, 0, 0, 100_000, 0]  # the last but one long ago
    served, counts = np.zeros((8, LAYERS), int), np.zeros(8, int)
    for turn in range(1, 61):
        for ring in planned([0] * 8, ready=[9] * 8, struck=struck, served=served)[:2]:
            served[ring] = turn
            counts[ring[0]] += 1
    assert counts.sum() == 120
    assert counts[[0, 3]].min() >= 30
    assert counts[[1, 2, 4, 5, 6, 7]].min() >= 8


def test_a_stroke_of_a_layer_that_has_a_fresh_hit_hurries_nobody():
    called = [[0] * LAYERS, [0, 0, 300]]
    wanted = planned([0, [0, 0, 1]], ready=[9] * 2, served=[1, 0], called=called)
    assert pads(wanted) == [0, 1]


def test_a_pad_without_any_fresh_hit_goes_before_one_that_lacks_a_layer():
    wanted = planned([[9, 0, 9], 0], ready=[DEPTH] * 2, served=[1, 5])
    assert pads(wanted) == [1, 0]


def test_a_knob_that_moves_every_pad_serves_them_in_turn():
    served = np.zeros((16, LAYERS), int)
    turns = []
    for turn in range(4):
        wanted = planned([0] * 16, ready=[9] * 16, served=served)
        turns += pads(wanted)
        for ring in wanted:
            served[ring] = turn + 1
    assert sorted(turns) == sorted([*range(16)] * 2)


def test_a_pad_that_is_played_and_about_to_repeat_itself_goes_before_the_others():
    struck = [10, 20, 30]
    assert pads(planned([0, 0, 0], ready=[3, [1, 0, 1], 3], struck=struck))[0] == 1


def test_a_moving_knob_on_one_pad_leaves_half_for_the_others():
    assert pads(planned([0, 3, 2], ready=[14, 3, 2])) == [0, 2]


def test_no_more_than_a_batch_even_when_all_starve():
    assert pads(planned([0] * 16, batch=4)) == [0, 1, 2, 3]


def test_without_a_tweak_the_emptiest_rings_are_filled():
    assert planned([9, [2, 3, 9]], batch=3) == [(1, 0), (1, 0), (1, 1)]


def test_full_pads_want_nothing():
    assert planned([DEPTH] * 2) == []
    assert planned([DEPTH, [DEPTH, DEPTH, DEPTH - 1]]) == [(1, 2)]


def test_a_ring_without_room_is_passed_over():
    assert planned([[0, 0, 7]], room=[[0, 22, 22]], batch=1) == [(0, 1)]
    assert planned([0, 0], room=[0, 0]) == []


def filled(pads_: int, batch: int, swept: int) -> tuple[np.ndarray, np.ndarray]:
    """The rings' fresh hits, and when each was last served, after 400 batches in which the first
    ``swept`` pads never rest."""
    fresh, made, served = (np.zeros((pads_, LAYERS), int) for _ in range(3))
    for turn in range(1, 401):
        fresh[:swept] = 0
        for ring in planned(fresh, batch=batch, made=made, served=served):
            fresh[ring] += 1
            made[ring] = served[ring] = turn
    return fresh, made


def test_no_layer_of_any_pad_starves():
    fresh, _ = filled(pads_=16, batch=8, swept=0)
    assert (fresh == DEPTH).all()
    fresh, made = filled(pads_=16, batch=8, swept=3)
    assert (fresh[3:] == DEPTH).all()
    assert made[:3].min() > 390


rings = st.lists(st.tuples(*[st.integers(0, 20)] * LAYERS), min_size=1, max_size=16)


@given(rings, st.randoms(use_true_random=False), st.integers(1, DEPTH), st.integers(1, 64))
def test_never_beyond_depth_room_or_batch(fresh, chance, depth, batch):
    def some(high):
        return [[chance.randint(0, high) for _ in range(LAYERS)] for _ in fresh]

    old, room = some(4), some(22)
    ready = np.array(fresh) + old
    names = ("struck", "called", "made", "served")
    wanted = planned(
        fresh, depth, batch, ready=ready, room=room, **{name: some(9) for name in names}
    )
    assert len(wanted) <= batch
    for pad, layer in set(wanted):
        times = wanted.count((pad, layer))
        assert times <= room[pad][layer]
        assert fresh[pad][layer] + times <= max(depth, 1)
