"""Sets drawn from real hits are disjoint where they must be, balanced, and of one size."""

from dataclasses import replace

import numpy as np
from small_sets import hit_set

from astrodrum_live.evaluation.draws import deal_drums, plan_draws


def test_sets_are_equal_disjoint_and_of_training_hits() -> None:
    hits = hit_set(48)
    draws = plan_draws(hits, (0, 1), 100, 3, seed=0)
    held = hits.held_out.sum() // 2
    assert held > 0
    assert draws.counts == {0: (48 - held) // 2, 1: (48 - held) // 2}
    for draw in draws.draws:
        for index in (draw.real, draw.iid, draw.kit_a, draw.kit_b):
            np.testing.assert_array_equal(hits.label[index], draws.label)
            assert len(set(index)) == len(index)
        assert not set(draw.real) & set(draw.iid)
        assert not hits.held_out[draw.real].any()
        drums = [{hits.drums[i] for i in side} for side in (draw.kit_a, draw.kit_b)]
        assert not drums[0] & drums[1]
    assert (draws.draws[0].real != draws.draws[1].real).any()
    again = plan_draws(hits, (0, 1), 100, 3, seed=0)
    np.testing.assert_array_equal(draws.draws[2].kit_a, again.draws[2].kit_a)


def test_no_more_are_drawn_than_asked_for() -> None:
    assert plan_draws(hit_set(48), (0, 1), 5, 1, seed=0).counts == {0: 5, 1: 5}


def test_a_heavy_weight_lowers_the_effective_number() -> None:
    hits = hit_set(48)
    weight = np.where(np.arange(96) % 24 == 23, 100.0, 1.0)
    counts = plan_draws(replace(hits, weight=weight), (0, 1), 100, 1, seed=0).counts
    assert max(counts.values()) < 3


def test_a_class_of_one_drum_has_no_kit_floor() -> None:
    hits = hit_set(48)
    drums = ("only",) * 48 + hits.drums[48:]
    draws = plan_draws(replace(hits, drums=drums), (0, 1), 100, 2, seed=0)
    assert "hat" in draws.missing["kit floor"]
    assert draws.draws[0].kit_a is None
    assert len(draws.draws[0].real) > 20


def test_a_class_with_one_hit_is_named_and_left_out() -> None:
    hits = hit_set(48)
    keep = np.r_[0:48, 60]
    few = replace(
        hits, audio=hits.audio[keep], label=hits.label[keep], weight=hits.weight[keep],
        held_out=hits.held_out[keep], drums=tuple(hits.drums[i] for i in keep),
    )  # fmt: skip
    draws = plan_draws(few, (0, 1), 100, 2, seed=0)
    assert set(draws.counts) == {0}
    assert "class kick" in draws.missing


def test_drums_are_dealt_whole_to_sides_of_like_size() -> None:
    a, b = deal_drums(hit_set(48), 1, np.random.RandomState(0))
    assert len(a) + len(b) == 48
    assert abs(len(a) - len(b)) <= 3
