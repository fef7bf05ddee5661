"""Edits make other books, or say what is wrong; what they do not name stays the very same."""

import math

import pytest

from astrodrum_live.params import MAX_PADS, PATTERN_PARAMS, STEP_PARAMS
from astrodrum_live.sequencer.book import Book, book_of
from astrodrum_live.sequencer.edits import (
    LOCKABLE,
    Clear,
    Delete,
    New,
    Rename,
    SetPattern,
    SetStep,
    SetTrack,
)
from astrodrum_live.sequencer.pattern import MAX_PATTERNS, REST, Pattern, Step


@pytest.fixture
def book() -> Book:
    return book_of([Pattern("rock"), Pattern("slow")]).put(
        SetTrack("rock", "kick", row=(0.8, 0.0)).made_on(book_of([Pattern("rock")])).patterns[0]
    )


def step_of(book: Book, step=1) -> Step:
    return book.named("rock").track("kick").steps[step - 1]


@pytest.mark.parametrize("row", STEP_PARAMS, ids=lambda row: row.name)
def test_every_row_of_a_step_takes_its_range_and_nothing_else(book, row):
    for value in (row.low, row.high, row.default):
        after = SetStep("rock", "kick", 2, ((row.name, value),)).made_on(book)
        assert getattr(step_of(after, 2), row.name) == value
    for value in (row.low - 1, row.high * 2 + 1, math.nan, math.inf, "x", None, True):
        with pytest.raises(ValueError, match=row.name):
            SetStep("rock", "kick", 2, ((row.name, value),)).made_on(book)


@pytest.mark.parametrize("row", LOCKABLE, ids=lambda row: row.name)
def test_every_row_that_one_hit_may_have_can_be_locked(book, row):
    for value in (row.low, row.high):
        after = SetStep("rock", "kick", 1, ((row.name, value),)).made_on(book)
        assert step_of(after).locks == ((row.name, value),)
    assert SetStep("rock", "kick", 1, ((row.key, ""),)).made_on(after) == book


@pytest.mark.parametrize("row", PATTERN_PARAMS, ids=lambda row: row.name)
def test_every_row_of_a_pattern_takes_its_range_and_nothing_else(book, row):
    for value in (row.low, row.high):
        after = SetPattern("rock", ((row.name, value),)).made_on(book)
        assert getattr(after.named("rock"), row.name) == value
    for value in (row.low - 1, row.high * 2, math.nan):
        with pytest.raises(ValueError, match=row.name):
            SetPattern("rock", ((row.name, value),)).made_on(book)


def test_an_edit_leaves_all_else_the_very_same(book):
    after = SetStep("rock", "kick", 1, (("velocity", 0.3),)).made_on(book)
    assert after.named("slow") is book.named("slow")
    assert step_of(after, 2) is step_of(book, 2)
    assert step_of(book).velocity == 0.8


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (SetStep("rok", "kick", 1), "no pattern 'rok' (did you mean 'rock'?)"),
        (SetStep("rock", "kik", 1), "no track 'kik' (did you mean 'kick'?)"),
        (SetStep("rock", "kick", 65), "no step 65; a track has 1 to 64"),
        (SetStep("rock", "kick", 0), "no step 0"),
        (SetStep("rock", "kick", 1, (("brightnes", 1),)), "(did you mean 'brightness'?)"),
        (SetStep("rock", "kick", 1, (("curve", 1),)), "cannot be locked"),
        (SetStep("rock", "kick", 1, (("when", "5:4"),)), "'5:4' is no condition"),
        (SetStep("rock", "kick", 1, (("when", "1:99"),)), "is no condition"),
        (SetPattern("rock", (("swng", 0.5),)), "(did you mean 'swing'?)"),
        (SetPattern("rock", (("tempo", 7.0),)), "tempo is 7; it is 20 to 999 bpm, or 0"),
        (SetTrack("rock", "a pad", 4), "not 'a pad'"),
        (SetTrack("rock", "kick", 65), "length = 65 is out of range"),
        (New("slow"), "there is a pattern 'slow' already"),
        (New("", None), "not ''"),
        (New("x" * 33), "1 to 32 letters"),
        (New("new", "sloow"), "did you mean 'slow'"),
        (Rename("rock", "slow"), "there is a pattern 'slow' already"),
        (Delete("rok"), "did you mean 'rock'"),
        (Clear("rock", "snare"), "no track 'snare'"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_near(book, edit, words):
    with pytest.raises((KeyError, ValueError)) as error:
        edit.made_on(book)
    assert words in str(error.value.args[0])


def test_a_pattern_has_sixteen_tracks_and_a_book_an_end():
    book = book_of([Pattern("p")])
    for index in range(MAX_PADS):
        book = SetTrack("p", f"t{index}").made_on(book)
    with pytest.raises(ValueError, match="at most 16 tracks"):
        SetTrack("p", "more").made_on(book)
    for index in range(MAX_PATTERNS - 1):
        book = New(f"p{index}").made_on(book)
    with pytest.raises(ValueError, match="128 patterns already"):
        New("more").made_on(book)


def test_clear_rename_copy_delete(book):
    cleared = Clear("rock").made_on(book).named("rock")
    assert cleared.track("kick").length == 2
    assert set(cleared.track("kick").steps) == {REST}
    renamed = Rename("rock", "punk").made_on(book)
    assert renamed.names() == ["punk", "slow"]
    assert renamed.patterns[0].key == book.patterns[0].key
    copied = New("again", copied="rock").made_on(book)
    assert copied.named("again").tracks == book.named("rock").tracks
    assert copied.named("again").key not in (one.key for one in book.patterns)
    assert Delete("rock").made_on(book).names() == ["slow"]
    assert Delete("rock", "kick").made_on(book).named("rock").tracks == ()


def test_the_last_pattern_is_emptied_instead_of_deleted(book):
    one = Delete("slow").made_on(book)
    assert Delete("rock").made_on(one) == Clear("rock").made_on(one)


def test_a_clear_step_begins_from_nothing(book):
    locked = SetStep("rock", "kick", 1, (("seed", 4.0), ("ratchet", 3))).made_on(book)
    after = SetStep("rock", "kick", 1, (("velocity", 0.5),), clear=True).made_on(locked)
    assert step_of(after) == Step(0.5)


def test_what_comes_after_one_that_is_gone_is_the_next_in_order():
    book = book_of([Pattern("a"), Pattern("b"), Pattern("c")])
    gone = book.named("b").key
    assert Delete("b").made_on(book).after(gone).name == "c"
    assert book.after(book.named("c").key).name == "a"
