"""When a generator process that ended is started again: a pure function of hits and time."""

from astrodrum_live.generation.restarts import PROVEN_S, WAITS_S, Restarts

SECOND = 1_000_000_000


def life(restarts: Restarts, made: int | None, worked_s: float = 0.1) -> float:
    """One process that made so many hits at work, None if it never came to work; the wait."""
    restarts.started()
    if made is not None:
        restarts.works(100, 5 * SECOND)
    return restarts.wait_s(100 + (made or 0), 5 * SECOND + int(worked_s * SECOND))


def test_a_process_that_made_hits_is_followed_at_once_a_hundred_times_in_a_row():
    restarts = Restarts()
    assert [life(restarts, 1) for _ in range(100)] == [0.0] * 100


def test_one_that_never_comes_to_work_is_waited_for_longer_and_longer():
    restarts = Restarts()
    assert [life(restarts, None, 60.0) for _ in range(6)] == [*WAITS_S, WAITS_S[-1], WAITS_S[-1]]


def test_one_that_dies_of_its_first_hit_is_waited_for_too():
    restarts = Restarts()
    assert [life(restarts, 0) for _ in range(3)] == list(WAITS_S[:3])


def test_hits_made_before_it_was_at_work_prove_nothing():
    """It bridges the time until its model is there with frozen ones."""
    restarts = Restarts()
    for wait_s in WAITS_S:
        restarts.started()
        assert restarts.wait_s(1000, 60 * SECOND) == wait_s


def test_one_that_had_nothing_to_make_is_followed_at_once():
    restarts = Restarts()
    assert [life(restarts, 0, PROVEN_S + 0.1) for _ in range(5)] == [0.0] * 5


def test_after_one_that_made_hits_the_waits_begin_anew():
    restarts = Restarts()
    assert [life(restarts, made) for made in (None, None, None, 5, None, None)] == [
        *WAITS_S[:3], 0.0, *WAITS_S[:2],
    ]  # fmt: skip


def test_it_is_at_work_from_the_first_time_it_says_so():
    """It says so again with every kit."""
    restarts = Restarts()
    restarts.started()
    restarts.works(0, 0)
    restarts.works(50, 50 * SECOND)
    assert restarts.wait_s(50, 50 * SECOND) == 0.0
