"""What is made next: for pads that have nothing, then for the emptiest, never more than fits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from astrodrum_live.generation.planner import plan


def planned(ready, room=None, depth=48, batch=8):
    return plan(np.array(ready), np.array(room or [64] * len(ready)), depth, batch)


def test_pads_with_nothing_are_served_first_one_hit_each():
    assert planned([5, 0, 3, 0]) == [1, 3]


def test_no_more_than_a_batch_even_when_all_starve():
    assert planned([0] * 16, batch=4) == [0, 1, 2, 3]


def test_then_the_emptiest():
    assert planned([9, 2, 3], batch=4) == [1, 1, 2, 1]


def test_full_pads_want_nothing():
    assert planned([48, 48]) == []
    assert planned([48, 47]) == [1]


def test_a_pad_without_room_is_passed_over():
    assert planned([0, 7], room=[0, 64], batch=2) == [1, 1]
    assert planned([0, 0], room=[0, 0]) == []


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 64)), min_size=1, max_size=16),
    st.integers(1, 48),
    st.integers(1, 64),
)
def test_never_beyond_depth_room_or_batch(pads, depth, batch):
    ready, room = (list(column) for column in zip(*pads, strict=True))
    wanted = planned(ready, room, depth, batch)
    assert len(wanted) <= batch
    for pad in set(wanted):
        assert wanted.count(pad) <= room[pad]
        assert ready[pad] + wanted.count(pad) <= max(depth, 1)
