"""Keys while one plays: what each means, and a terminal that is left as it was."""

import os
import queue
import sys

import pytest

from astrodrum_live.cli.keys import Keys, key_event
from astrodrum_live.control.events import Home, LoadKit, MoveTransport, Panic

KITS = ("default", "electro")


@pytest.mark.parametrize(
    ("typed", "event"),
    [
        ("\x1b", Panic()),
        ("p", Panic()),
        ("P", Panic()),
        ("ppp", Panic()),  # struck in a hurry
        ("\x1b\x1b", Panic()),
        ("h", Home()),
        ("1", LoadKit("default")),
        ("2", LoadKit("electro")),
        ("t", MoveTransport("tap")),
        (" ", MoveTransport("toggle")),
        ("3", None),
        ("0", None),
        ("12", None),
        ("\x1b[A", None),  # an arrow
        ("", None),
        ("x", None),
    ],
)
def test_a_key_means_panic_a_kit_or_nothing(typed, event):
    assert key_event(typed, KITS) == event


def test_without_a_set_list_no_number_means_a_kit():
    assert key_event("1", ()) is None


def test_keys_are_read_until_closed():
    typed, done = iter(("x", "2", "\x1b")), queue.SimpleQueue()
    keys = Keys(done.put, lambda: KITS, lambda patience_s: next(typed, ""))
    assert [done.get(timeout=5) for _ in range(2)] == [LoadKit("electro"), Panic()]
    keys.close()
    assert done.empty()


def test_without_a_terminal_no_key_is_read(monkeypatch, tmp_path):
    (tmp_path / "empty").touch()
    with (tmp_path / "empty").open() as empty:
        for stream in (empty, None):
            monkeypatch.setattr(sys, "stdin", stream)
            keys = Keys(pytest.fail, lambda: KITS)
            assert not keys.active
            keys.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals")
def test_a_terminals_keys_come_at_once_and_it_is_left_as_it_was(monkeypatch):
    import pty
    import termios

    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    events: queue.SimpleQueue = queue.SimpleQueue()
    with open(theirs, closefd=False) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        keys = Keys(events.put, lambda: KITS)
        try:
            assert keys.active
            os.write(ours, b"p")  # and no Enter
            assert events.get(timeout=5) == Panic()
        finally:
            keys.close()
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
