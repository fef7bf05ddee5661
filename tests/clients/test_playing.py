"""Who is to blame for a lost block decides whether a take on a busy machine fails or is let off."""

from types import SimpleNamespace

import playing
import pytest

HELD = [(0, 3_000_000)]


def takes_with(monkeypatch, xruns, holds, why_not=""):
    """``undisturbed`` over takes that lost so many blocks each, beside an idle program that was
    held up so in each."""
    held = iter(holds)

    class Watched:
        def __init__(self, block_s):
            self.holds, self.why_not, self.held_s = next(held), why_not, 0.0

        def close(self):
            pass

    lost = iter(xruns)
    monkeypatch.setattr(playing, "Witness", Watched)
    return playing.undisturbed(
        lambda: (SimpleNamespace(report={"xruns": next(lost)}), "the listener")
    )


def test_the_first_take_without_a_lost_block_counts(monkeypatch):
    take, _ = takes_with(monkeypatch, [5, 1, 0, 7], [HELD, [], [], []])
    assert take.report["xruns"] == 0


def test_a_machine_that_stands_still_in_every_take_is_let_off(monkeypatch):
    with pytest.raises(pytest.skip.Exception, match="stood still"):
        takes_with(monkeypatch, [5, 1, 2, 7], [HELD] * 4)


def test_blocks_lost_while_the_idle_program_was_on_time_are_ours(monkeypatch):
    with pytest.raises(pytest.fail.Exception, match="not only"):
        takes_with(monkeypatch, [5, 1, 2, 7], [HELD, [], HELD, HELD])


def test_where_nothing_may_go_first_nobody_is_blamed(monkeypatch):
    with pytest.raises(pytest.skip.Exception):
        takes_with(monkeypatch, [5, 1, 2, 7], [[]] * 4, "the system let no idle client go first")
