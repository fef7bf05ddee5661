"""What is due between two beats: worked out by hand, and the same however the time is cut."""

from itertools import pairwise

import pytest

from astrodrum_live.sequencer.book import book_of
from astrodrum_live.sequencer.edits import SetStep, SetTrack
from astrodrum_live.sequencer.groove import straight, swung
from astrodrum_live.sequencer.marks import velocities
from astrodrum_live.sequencer.pattern import Pattern
from astrodrum_live.sequencer.player import chance, strikes


def pattern(steps=(), **rows: str) -> Pattern:
    """A pattern of rows of text; ``steps``: (track, step, key, value ...)."""
    settings = {key: rows.pop(key) for key in ("swing", "grid", "beats", "seed") if key in rows}
    book = book_of([Pattern("p", **settings)])  # type: ignore[arg-type]
    for track, text in rows.items():
        book = SetTrack("p", track, row=velocities(text)).made_on(book)
    for track, step, *pairs in steps:
        values = tuple(zip(pairs[::2], pairs[1::2], strict=True))
        book = SetStep("p", track, step, values).made_on(book)
    return book.named("p")


def beats(of: Pattern, begin=0.0, end=4.0, fill=False) -> list[float]:
    return [strike.beat for strike in strikes(of, begin, end, fill)]


def test_a_row_comes_round_by_its_own_length():
    poly = pattern(kick="x--", snare="x---")
    assert [strike.beat for strike in strikes(poly, 0, 3) if strike.track == "kick"] == [
        0.0, 0.75, 1.5, 2.25,
    ]  # fmt: skip
    assert [strike.beat for strike in strikes(poly, 0, 3) if strike.track == "snare"] == [0, 1, 2]


def test_of_equal_beats_the_order_is_that_of_the_tracks():
    both = pattern(snare="x---", kick="x---")
    assert [strike.track for strike in strikes(both, 0, 1)] == ["snare", "kick"]


def test_swing_moves_every_second_step_of_the_grid_even_of_odd_rows():
    assert beats(pattern(hat="xx", swing=0.6), 0, 1) == pytest.approx([0, 0.3, 0.5, 0.8])
    # a row of three steps: place 3 is its first step, and stands on the grid's second
    odd = pattern(hat="x--", swing=2 / 3)
    assert beats(odd, 0, 1.5) == pytest.approx([0, 0.5 + 1 / 3])


@pytest.mark.parametrize("swing", [0.5, 0.58, 2 / 3, 0.75])
def test_straight_undoes_swung(swing):
    for place in (-1.5, -0.2, 0.0, 0.4, 0.999, 1.0, 1.3, 7.75, 63.5):
        assert straight(swung(place, swing), swing) == pytest.approx(place, abs=1e-9)


def test_a_shift_is_of_a_step_and_never_before_the_beginning():
    moved = pattern([("kick", 1, "shift", -0.5), ("kick", 5, "shift", 0.25)], kick="x---x---")
    assert beats(moved, 0, 2) == pytest.approx([0.0, 1.0625, 1.875])
    assert beats(moved, 2, 4) == pytest.approx([3.0625, 3.875])


def test_a_ratchet_fills_its_step_evenly_also_a_swung_one():
    roll = pattern([("snare", 2, "ratchet", 4)], snare="-x--", swing=0.75)
    assert beats(roll, 0, 1) == pytest.approx([0.375, 0.40625, 0.4375, 0.46875])


def test_conditions_hang_on_the_times_round_and_on_fills():
    row = pattern(
        [("kick", 1, "when", "2:4"), ("kick", 2, "when", "fill"), ("kick", 3, "when", "nofill")],
        kick="xxx-",
    )
    assert beats(row, 0, 4) == [0.5, 1.0, 1.5, 2.5, 3.5]
    assert beats(row, 0, 4, fill=True) == [0.25, 1.0, 1.25, 2.25, 3.25]


def test_chance_is_seeded_even_and_the_same_again():
    half = pattern([("hat", 1, "probability", 0.5)], hat="x")
    once = beats(half, 0, 1000)
    assert once == beats(half, 0, 1000)
    assert 1900 < len(once) < 2100  # of 4,000: six standard deviations are 190
    assert once != beats(pattern([("hat", 1, "probability", 0.5)], hat="x", seed=2), 0, 1000)
    assert [chance(1, "hat", place) for place in range(3)] == [
        chance(1, "hat", place) for place in range(3)
    ]


def test_never_and_always_are_what_they_say():
    assert beats(pattern([("hat", 1, "probability", 0.0)], hat="x"), 0, 100) == []
    assert len(beats(pattern([("hat", 1, "probability", 1.0)], hat="x"), 0, 100)) == 400


@pytest.mark.parametrize("cut", [0.01, 0.13, 0.5, 1.7])
def test_cutting_the_time_changes_nothing(cut):
    busy = pattern(
        [
            ("hat", 2, "probability", 0.4, "ratchet", 3),
            ("hat", 3, "shift", -0.45),
            ("hat", 4, "shift", 0.5, "ratchet", 8),
            ("kick", 1, "when", "1:2"),
        ],
        hat="xxxx x-x", kick="x--x-", swing=0.62,
    )  # fmt: skip
    whole = strikes(busy, 0.0, 17.0)
    edges = [index * cut for index in range(int(17 / cut) + 1)] + [17.0]
    parts = [one for a, b in pairwise(edges) for one in strikes(busy, a, b)]
    assert sorted(parts) == sorted(whole)
    assert len(whole) > 100


def test_what_lies_beyond_a_rows_length_is_kept_and_not_played():
    short = pattern(kick="xxxx")
    shorter = SetTrack("p", "kick", length=2).made_on(book_of([short])).named("p")
    assert beats(shorter, 0, 1) == [0, 0.25, 0.5, 0.75]
    assert [strike.place % 2 for strike in strikes(shorter, 0, 1)] == [0, 1, 0, 1]
    longer = SetTrack("p", "kick", length=4).made_on(book_of([shorter])).named("p")
    assert longer.tracks == short.tracks
