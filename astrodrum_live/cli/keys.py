"""Keys of the terminal while one plays: play and stop, panic, and the kits of the set list."""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from astrodrum_live.control.events import Event, Home, LoadKit, MoveTransport, Panic

HELP = (
    "Esc or p is panic, 1 to 9 a kit of the set list, t taps the tempo, space starts and stops,"
    " h brings drifting pads home"
)
_LOOK_S = 0.1
_LONGEST = 32  # bytes that one key may send: arrows and the like begin with Esc
_PANIC = ("\x1b", "p", "P")
_HOME = ("h", "H")


def key_event(typed: str, kits: Sequence[str]) -> Event | None:
    """What the text of one look at the keyboard asks for; None for all else."""
    if typed in _PANIC or (len(typed) > 1 and set(typed) <= set(_PANIC)):  # struck in a hurry
        return Panic()
    if typed in ("t", "T"):
        return MoveTransport("tap")
    if typed == " ":
        return MoveTransport("toggle")
    if typed in _HOME:
        return Home()
    if typed in "123456789"[: len(kits)] and len(typed) == 1:
        return LoadKit(kits[int(typed) - 1])
    return None


class Keys:
    """Reads keys, where standard input is a terminal of ours, and gives ``act`` what each means.

    ``active`` says whether there is one. The terminal is as before after ``close``.
    Thread: open and close from one; ``act`` runs in its own.
    """

    def __init__(
        self,
        act: Callable[[Event], None],
        kits: Callable[[], Sequence[str]],
        read: Callable[[float], str] | None = None,
    ) -> None:
        self._act, self._kits = act, kits
        self._end = threading.Event()
        self._terminal = contextlib.ExitStack()
        self._read = read or self._terminal.enter_context(_terminal_reader())
        self.active = self._read is not None
        self._thread = threading.Thread(target=self._run, name="keys", daemon=True)
        if self.active:
            self._thread.start()

    def close(self) -> None:
        """Read no more; returns when the terminal is as it was."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        self._terminal.close()

    def _run(self) -> None:
        assert self._read is not None
        while not self._end.is_set():
            event = key_event(self._read(_LOOK_S), self._kits())
            if event is not None:
                self._act(event)


@contextlib.contextmanager
def _terminal_reader() -> Iterator[Callable[[float], str] | None]:
    """How to read keys as they are pressed, without their echo; None where there are none."""
    try:
        descriptor = sys.stdin.fileno()
        ours = os.isatty(descriptor)
    except (OSError, ValueError, AttributeError):  # no standard input at all
        ours = False
    if not ours:
        yield None
    elif sys.platform == "win32":
        yield _windows_key
    else:
        with _posix_keys(descriptor) as read:
            yield read


@contextlib.contextmanager
def _posix_keys(descriptor: int) -> Iterator[Callable[[float], str] | None]:
    import select
    import termios
    import tty

    if _in_background(descriptor):
        yield None
        return

    def read(patience_s: float) -> str:
        if not select.select([descriptor], [], [], patience_s)[0]:
            return ""
        typed = b""
        with contextlib.suppress(OSError):  # hung up, as an end of file is
            typed = os.read(descriptor, _LONGEST)
        if not typed:
            time.sleep(patience_s)
        return typed.decode(errors="replace")

    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)  # Ctrl-C stays a signal
    try:
        yield read
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _in_background(descriptor: int) -> bool:
    """Whether the system would stop us for asking anything of the terminal."""
    try:
        return os.tcgetpgrp(descriptor) != os.getpgrp()
    except OSError:  # a terminal, but not the one that we were started from
        return False


def _windows_key(patience_s: float) -> str:
    import msvcrt

    console: Any = msvcrt
    if not console.kbhit():
        time.sleep(patience_s)
        return ""
    typed = console.getwch()
    return typed + console.getwch() if typed in "\x00\xe0" else typed
