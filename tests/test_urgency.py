"""A thread that hurries: before all that is not real-time, and nothing else of the program."""

import os
import sys
import threading

import pytest

from astrodrum_live.urgency import CONTROL, hurry


def in_a_thread(what):
    found = []
    thread = threading.Thread(target=lambda: found.append(what()))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has threads that hurry")
def test_only_the_thread_that_asks_hurries_and_its_children_do_not():
    def ask():
        allowed = hurry()
        order = os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK
        return allowed, order, os.sched_getparam(0), in_a_thread(lambda: os.sched_getscheduler(0))

    if os.sched_getscheduler(0) != os.SCHED_OTHER:
        pytest.skip("these tests are real-time themselves")
    allowed, order, param, child = in_a_thread(ask)
    assert child == os.sched_getscheduler(0) == os.SCHED_OTHER
    if allowed:
        assert (order, param.sched_priority) == (os.SCHED_FIFO, CONTROL)
    else:  # the system does not let it, and nothing has changed
        assert order == os.SCHED_OTHER


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has threads that hurry")
def test_a_thread_that_is_real_time_already_stays_what_it_is():
    def ask():
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(5))
        except OSError:
            return None
        return hurry(), os.sched_getscheduler(0)

    asked = in_a_thread(ask)
    if asked is None:
        pytest.skip("this system allows no real-time threads")
    assert asked == (True, os.SCHED_FIFO)


def test_the_main_thread_has_other_work():
    before = os.sched_getscheduler(0) if sys.platform == "linux" else None
    assert not hurry()
    assert sys.platform != "linux" or os.sched_getscheduler(0) == before
