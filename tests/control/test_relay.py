"""What many threads bring is done one at a time, each thread's in its order, and all of it."""

import threading
from collections import deque

from astrodrum_live.control.relay import MOST, Relay
from astrodrum_live.urgency import hurry


class Plain:
    """The simplest line there is."""

    due_ns = None

    def __init__(self):
        self._items = deque()
        self.put, self.pop, self.put_back = (
            self._items.append,
            self._items.popleft,
            self._items.appendleft,
        )

    def passes(self, item):
        return True

    def __bool__(self):
        return bool(self._items)

    @property
    def idle(self):
        return not self._items

    def peek(self):
        return self._items[0] if self._items else None


class Doer:
    """Notes what is done, by which thread, and whether another was at it meanwhile. ``slow``:
    which items nobody may do but who works."""

    def __init__(self, slow=lambda item: False):
        self.waited = 0
        self.relay = Relay(Plain(), self.do, self.dare, self.waits)
        self.done, self.by, self.together = [], [], 0
        self._slow, self._at_it = slow, threading.Lock()
        self._stop = threading.Event()
        self._worker = threading.Thread(target=self._run)

    def waits(self):
        self.waited += 1

    def __enter__(self):
        self.relay.start()
        self._worker.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self.relay.ring()
        self._worker.join()

    @property
    def worker(self):
        return self._worker.ident

    def do(self, item):
        self.together += not self._at_it.acquire(blocking=False)
        self.done.append(item)
        self.by.append(threading.get_ident())
        self._at_it.release()

    def dare(self, item):
        if self._slow(item):
            return False
        self.do(item)
        return True

    def _run(self):
        while not self._stop.is_set():
            self.relay.work(1.0)
        self.relay.stop()


def in_thread(work, urgent=True):
    def run():
        if urgent:
            hurry()
        work()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_thread_that_hurries_does_what_it_brings():
    with Doer() as doer:
        thread = in_thread(lambda: doer.relay.send("hit"))
        thread.join()
        assert doer.done == ["hit"]
        assert doer.by == [thread.ident]


def test_a_thread_that_does_not_hurry_leaves_it_to_who_works():
    with Doer() as doer:
        doer.relay.send("hit")
    assert doer.done == ["hit"]
    assert doer.by == [doer.worker]


def test_what_is_slow_is_left_to_who_works_and_nothing_passes_it():
    with Doer(slow=lambda item: item == "kit") as doer:
        with doer.relay.turn:  # the worker cannot begin
            in_thread(lambda: [doer.relay.send(one) for one in ("kit", "hit")]).join()
        in_thread(lambda: doer.relay.send("last")).join()
    assert doer.done == ["kit", "hit", "last"]
    assert doer.by[0] == doer.worker


def test_while_one_is_at_it_nobody_waits_and_what_comes_is_done_after():
    begun, go_on = threading.Event(), threading.Event()

    with Doer() as doer:
        do = doer.do

        def slowly(item):
            if item == "first":
                begun.set()
                assert go_on.wait(5)
            do(item)

        doer.do = slowly
        first = in_thread(lambda: doer.relay.send("first"))
        assert begun.wait(5)
        in_thread(lambda: doer.relay.send("second")).join()  # returns though the first is not done
        assert doer.done == []
        go_on.set()
        first.join()
        assert doer.done == ["first", "second"]
        assert doer.by == [first.ident] * 2


def test_a_thread_does_not_go_on_for_ever_with_what_others_bring():
    with Doer() as doer:
        with doer.relay.turn:
            in_thread(lambda: [doer.relay.send(one) for one in range(3 * MOST)]).join()
            worker_waits = doer.worker
        helper = in_thread(lambda: doer.relay.send("last"))
        helper.join()
    assert doer.done == [*range(3 * MOST), "last"]
    assert doer.by.count(helper.ident) <= MOST
    assert set(doer.by) <= {helper.ident, worker_waits}


def test_many_threads_each_in_its_order_one_at_a_time_and_all_of_it():
    threads, each = 6, 400
    with Doer(slow=lambda item: item[1] % 50 == 7) as doer:

        def bring(which):
            for count in range(each):
                doer.relay.send((which, count))

        running = [
            in_thread(lambda which=which: bring(which), urgent=which < 4)
            for which in range(threads)
        ]
        for thread in running:
            thread.join()
    assert doer.together == 0
    assert len(doer.done) == threads * each
    for which in range(threads):
        assert [count for one, count in doer.done if one == which] == list(range(each))


def test_what_an_item_sends_is_done_after_it_and_not_inside_it():
    with Doer() as doer:
        do = doer.do

        def sends_more(item):
            if item == "first":
                doer.relay.send("second")
            do(item)

        doer.do = sends_more
        in_thread(lambda: doer.relay.send("first")).join()
        assert doer.done == ["first", "second"]
    assert doer.together == 0


def test_before_the_start_and_after_the_end_nothing_is_done():
    doer = Doer()
    in_thread(lambda: doer.relay.send("early")).join()
    assert doer.done == []
    with doer:
        pass
    assert doer.done == ["early"]
    in_thread(lambda: doer.relay.send("late")).join()
    assert doer.done == ["early"]


def test_it_is_idle_when_all_is_done_and_says_when_something_has_to_wait():
    doer = Doer(slow=lambda item: item == "slow")
    assert not doer.relay.idle  # not begun
    doer.relay.start()
    in_thread(lambda: doer.relay.send("quick")).join()
    assert (doer.relay.idle, doer.waited) == (True, 0)
    in_thread(lambda: doer.relay.send("slow")).join()
    assert not doer.relay.idle
    assert doer.waited > 0
    doer.relay.work(0)
    assert doer.relay.idle
    before = doer.waited
    with doer.relay.turn:  # another is at it
        assert not doer.relay.idle
        in_thread(lambda: doer.relay.send("quick")).join()
        assert doer.waited > before
    doer.relay.work(0)
    before = doer.waited
    doer.relay.send("patient", urgent=False)  # left to who works
    assert doer.waited > before
    before = doer.waited
    doer.relay.stop()
    assert doer.waited > before
    assert not doer.relay.idle
