"""Waiting for what another thread or process does: as long as the slowest machine may need."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_S = 90.0
LOOK_S = 0.005

Value = TypeVar("Value")


def until(what: Callable[[], Value]) -> Value:
    """What ``what`` gives, as soon as that is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not (value := what()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(LOOK_S)
    return value
