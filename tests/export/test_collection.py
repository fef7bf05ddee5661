"""Hits are numbered, what is broken is left out, and nothing is counted twice."""

import numpy as np
import pytest

from astrodrum_live.export.collection import collect
from astrodrum_live.generation.makers import Made
from astrodrum_live.generation.seeds import layer_number
from astrodrum_live.layers import MADE_FOR
from astrodrum_live.model.dynamics import NEUTRAL

HIT = np.ones(3, np.float32)


def numbers(hits) -> list[int]:
    return [hit.number for hit in hits]


def test_hits_of_a_layer_have_its_numbers_and_its_velocity():
    asked = []

    def make(requests):
        asked.extend(requests)
        return [Made(HIT, request.number) for request in requests]

    hits = list(collect(make, 2, 1, 3))
    assert [hit.seed for hit in hits] == [layer_number(1, count) for count in range(3)]
    assert numbers(hits) == [0, 1, 2]
    assert {(request.pad, request.velocity) for request in asked} == {(2, MADE_FOR[1])}


def test_hits_for_no_layer_are_counted_from_zero_as_the_knobs_stand():
    asked = []

    def make(requests):
        asked.extend(requests)
        return [Made(HIT, request.number) for request in requests]

    assert [hit.seed for hit in collect(make, 0, None, 2)] == [0, 1]
    assert asked[0].velocity == NEUTRAL


def test_broken_hits_are_left_out_and_keep_their_numbers():
    def make(requests):
        return [Made(HIT if r.number % 3 else None, r.number) for r in requests]

    assert numbers(collect(make, 0, None, 4)) == [1, 2, 4, 5]


def test_nothing_but_silence_is_an_error():
    with pytest.raises(RuntimeError, match="only silence"):
        list(collect(lambda requests: [Made(None, 1) for _ in requests], 0, None, 1))


@pytest.mark.parametrize(("different", "count", "found"), [(1, 5, 1), (7, 20, 7), (7, 3, 3)])
def test_distinct_hits_end_where_they_come_again(different, count, found):
    def make(requests):
        return [Made(HIT, request.number % different) for request in requests]

    assert numbers(collect(make, 0, None, count, distinct=True)) == list(range(found))
    assert len(list(collect(make, 0, None, count))) == count
