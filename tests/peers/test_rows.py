"""The arithmetic of the comparison with peers: ratios, targets, turns, the table."""

from itertools import count

import pytest

from benchmarks.alone import rows_of
from benchmarks.rows import Row, in_turns, markdown, number


def test_a_ratio_is_ours_over_theirs():
    assert Row("a", "ms", 3.0, "peer", 2.0).share == 1.5
    assert Row("a", "ms", 3.0).share is None


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row("a", "", 12.0, "p", 2.0, more=True, ratio=6.0), True),
        (Row("a", "", 11.9, "p", 2.0, more=True, ratio=6.0), False),
        (Row("a", "ms", 1.0, "p", 1.0, ratio=1.0), True),
        (Row("a", "ms", 1.1, "p", 1.0, ratio=1.0), False),
        (Row("a", "s", 0.9, bound=1.0), True),
        (Row("a", "s", 1.1, bound=1.0), False),
        (Row("a", "s", 0.9, "p", 0.1, bound=1.0, ratio=1.0), False),  # one of two is not enough
        (Row("a", "s", 0.9), None),
        (Row("a", "s", 0.9, ratio=1.0), None),  # the peer was not there
    ],
)
def test_a_target_is_met_or_not_or_cannot_be_held_to(row, met):
    assert row.met is met


def test_measures_take_turns_and_each_gives_its_median():
    order = []
    ours, theirs = count(1), iter([5.0, 100.0, 7.0])

    def one() -> float:
        order.append("ours")
        return float(next(ours))

    def other() -> float:
        order.append("theirs")
        return next(theirs)

    assert in_turns([one, other], 3) == [2.0, 7.0]
    assert order == ["ours", "theirs"] * 3


def test_the_table_shows_the_ratio_before_the_figures_and_names_a_missed_target():
    table = markdown([Row("late", "ms", 3.0, "scsynth", 2.0, ratio=1.0), Row("share", "", 0.25)])
    first, second = table.splitlines()[2:]
    assert first == "| late | 1.5 | at most 1 x | **no** | 3 ms | scsynth 2 ms |  |"
    assert second == "| share | - | - | - | 0.25 | - |  |"


def test_large_numbers_are_whole_and_small_ones_have_three_digits():
    assert [number(one) for one in (31482.4, 0.012345, 0.0, None)] == [
        "31,482", "0.0123", "0", "-",
    ]  # fmt: skip


def test_our_own_figures_bring_their_targets_along():
    rows = list(rows_of({"model": "x", "start_to_playable_s": 1.2, "orbits_block_share": 0.024}))
    assert [(row.what, row.met) for row in rows] == [
        ("`start_to_playable_s`", False), ("`orbits_block_share`", None),
        ("echo and room of one orbit", None),
    ]  # fmt: skip
    assert rows[-1].ours == pytest.approx(0.002)


def test_a_row_survives_being_told_by_a_section():
    row = Row("a", "ms", 1.0, "p", 2.0, more=True, ratio=1.0, bound=3.0, note="n")
    assert Row(**row.as_dict()) == row
