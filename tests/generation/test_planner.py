"""What is made next: what a tweak left behind in turn, then the emptiest, never more than fits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from astrodrum_live.generation.planner import plan


def planned(fresh, ready=None, room=None, last=None, depth=48, batch=8):
    count = len(fresh)
    columns = (fresh, ready or fresh, room or [64] * count, last or [0] * count)
    return plan(*(np.array(column) for column in columns), depth, batch)


def test_pads_without_a_fresh_hit_come_first_and_as_many_go_to_the_emptiest():
    assert planned([5, 0, 3, 0], ready=[5, 9, 3, 9]) == [1, 3, 2, 2]


def test_a_tweak_of_a_full_kit_costs_one_hit():
    assert planned([48, 0, 48], ready=[48, 48, 48]) == [1]


def test_a_knob_that_moves_every_pad_serves_them_in_turn():
    last = [0] * 16
    served = []
    for turn in range(4):
        pads = planned([0] * 16, ready=[9] * 16, last=last)
        served += pads
        for pad in pads:
            last[pad] = turn + 1
    assert sorted(served) == sorted([*range(16)] * 2)


def test_a_pad_about_to_repeat_itself_goes_before_the_others():
    assert planned([0, 0, 0], ready=[9, 1, 9])[0] == 1


def test_a_moving_knob_on_one_pad_leaves_half_for_the_others():
    assert planned([0, 3, 2], ready=[40, 3, 2]) == [0, 2]


def test_no_more_than_a_batch_even_when_all_starve():
    assert planned([0] * 16, batch=4) == [0, 1, 2, 3]


def test_without_a_tweak_the_emptiest_are_filled():
    assert planned([9, 2, 3], batch=4) == [1, 1, 2, 1]


def test_full_pads_want_nothing():
    assert planned([48, 48]) == []
    assert planned([48, 47]) == [1]


def test_a_pad_without_room_is_passed_over():
    assert planned([0, 7], room=[0, 64], batch=2) == [1, 1]
    assert planned([0, 0], room=[0, 0]) == []


@given(
    st.lists(
        st.tuples(*(st.integers(0, high) for high in (60, 4, 64, 9))), min_size=1, max_size=16
    ),
    st.integers(1, 48),
    st.integers(1, 64),
)
def test_never_beyond_depth_room_or_batch(pads, depth, batch):
    fresh, old, room, last = (list(column) for column in zip(*pads, strict=True))
    ready = [new + stale for new, stale in zip(fresh, old, strict=True)]
    wanted = planned(fresh, ready, room, last, depth, batch)
    assert len(wanted) <= batch
    for pad in set(wanted):
        assert wanted.count(pad) <= room[pad]
        assert fresh[pad] + wanted.count(pad) <= max(depth, 1)
