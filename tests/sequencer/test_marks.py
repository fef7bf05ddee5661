"""Rows as text: what is written is what is read."""

import pytest

from astrodrum_live.client import RESTS, VELOCITIES
from astrodrum_live.sequencer import marks
from astrodrum_live.sequencer.gridding import Note, steps_of
from astrodrum_live.sequencer.pattern import Step


def test_the_python_client_reads_the_same_characters():
    assert (marks.VELOCITIES, marks.RESTS) == (VELOCITIES, RESTS)


def test_every_mark_is_read_and_written():
    for mark, velocity in marks.VELOCITIES.items():
        assert marks.velocities(mark) == (velocity,)
        assert marks.VELOCITIES[marks.mark_of(velocity)] == velocity  # 9 is X
    assert marks.velocities("x-|.~ X\n") == (0.8, 0.0, 0.0, 0.0, 1.0)
    assert marks.row_text((0.8, 0, 0, 0, 1.0)) == "x--- X"
    assert marks.mark_of(0.001) == "1"  # only 0 is a rest


@pytest.mark.parametrize(
    ("text", "words"),
    [("x-y", "'y' is no step"), ("", "1 to 64 steps, not 0"), ("-" * 65, "not 65"), ("|", "not 0")],
)
def test_what_is_no_row_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        marks.velocities(text)


def test_a_rewritten_row_keeps_its_blanks():
    assert marks.rewritten("x--- | .~xx", (0.8, 0, 0.5, 0, 0, 0, 0.8, 0.62)) == "x-o- | .~x6"
    assert marks.rewritten("x---", (0.8, 0.0)) == "x-"


def test_played_notes_become_steps_with_their_timing():
    steps, merged = steps_of(
        [Note(0.1, 0.5), Note(3.75, 1.0), Note(3.9, 0.2), Note(6.0, 0.9), Note(6.5, 0.9)],
        8, 0.5, exact=0.01,
    )  # fmt: skip
    assert steps[0] == Step(0.5, shift=0.1)
    assert steps[4] == Step(1.0, shift=-0.25)
    assert merged == 1
    assert steps[6] == Step(0.9, ratchet=2)
