"""Proof, from its optimised LLVM code, that the callback can neither allocate nor meet Python.

Faults are planted to show that the proof would notice.
"""

import ctypes
import itertools

import numpy as np
import pytest
from numba import cfunc, njit, types
from numba.core.errors import TypingError

from astrodrum_live.rt import compiled_doors as doors
from astrodrum_live.rt.audit import forbidden_calls
from astrodrum_live.rt.jit import realtime
from astrodrum_live.rt.receiver_record import RECEIVES

SIGNATURE = types.int64(types.int64)
_from_python = ctypes.CFUNCTYPE(ctypes.c_int64)(lambda: 1)


@pytest.mark.parametrize(
    "door", ["rt_callback", "post", "push", "ask", "take_order", "answer", "frame_at"]
)
def test_a_door_reaches_nothing_that_may_wait_or_allocate(door):
    assert forbidden_calls(getattr(doors, door)) == []


def _arrays(n):
    return np.zeros(n).size


def _prints(n):
    print(n)
    return n


def _raises(n):
    if n > 3:
        raise ValueError("too much")
    return n


def _divides(n):
    return 7 // n


def _lists(n):
    return len([n, n])


def _strings(n):
    return len(str(n))


def _calls_python(n):
    return _from_python() + n


@njit
def _deep(n):
    return np.arange(n).sum()


def _allocates_far_below(n):
    return _deep(n) + 1


PLANTED = {
    _arrays: "NRT_",
    _prints: "numba_gil_ensure",
    _raises: "numba_do_raise",
    _divides: "numba_do_raise",
    _lists: "NRT_",
    _strings: "NRT_",
    _calls_python: "an address",
    _allocates_far_below: "NRT_",
}


@pytest.mark.parametrize(("fault", "sign"), PLANTED.items(), ids=[f.__name__ for f in PLANTED])
def test_a_planted_fault_is_found(fault, sign):
    found = forbidden_calls(cfunc(SIGNATURE)(fault))
    assert any(name.startswith(sign) for name in found), found


def test_division_is_harmless_under_the_error_model_of_the_callback():
    assert forbidden_calls(cfunc(SIGNATURE, error_model="numpy")(_divides)) == []


def test_mathematics_is_allowed():
    def compute(n):
        return np.int64(np.exp(np.sin(n * 0.1)) * np.log2(n + 1.0))

    assert forbidden_calls(cfunc(SIGNATURE, error_model="numpy")(compute)) == []


@pytest.mark.parametrize("door", ["push", "post", "ask", "answer"])
def test_what_is_published_is_written_before_it_is_published(door):
    """A test that runs cannot show it: on x86 the wrong order is torn once in a million."""
    code = str(getattr(doors, door)._library._get_module_for_linking()).splitlines()
    lines = [line.split() for line in code]
    published = [at for at, words in enumerate(lines) if words[:2] == ["store", "atomic"]]
    assert len(published) >= 1 + (door == "post")  # it lets go of its lock, too
    for at in published:
        assert "release," in lines[at]
        after = itertools.takewhile(lambda words: words[0] not in ("br", "ret"), lines[at + 1 :])
        stored = [words for words in after if words[:1] == ["store"] and words[1] != "atomic"]
        assert all("%retptr," in words or "%excinfo," in words for words in stored), stored


@pytest.mark.skipif(not RECEIVES, reason="this system has no such door")
def test_the_door_that_receives_strokes_waits_for_nothing_but_a_datagram():
    assert forbidden_calls(doors.receive) == ["recvmsg"]
    assert forbidden_calls(doors.know) == []


def test_real_time_functions_that_allocate_do_not_even_compile():
    @realtime
    def allocates(n):
        return np.zeros(n).sum()

    with pytest.raises(TypingError, match="zeros"):
        allocates(3)
