"""MIDI through JACK in a process of its own, as ``jack_ports`` starts it.

When a server has ended, a process that was its client cannot go on: libjack frees the old clients
at the next one that opens, and whoever still holds one crashes. So this process ends with its
server, and the next one is fresh. It is ``python -m astrodrum_live.control.jack_process``; it obeys
lines of JSON, answers in such, tells every message with the time of its arrival, and ends when its
standard input closes.
"""

import ctypes
import json
import os
import queue
import select
import sys
import threading
from collections import deque
from collections.abc import Callable
from ctypes.util import find_library
from typing import Any

from astrodrum_live.control.midi_system import (
    Arrived,
    MidiPortError,
    NoMidiSystem,
    OpenPort,
    RtMidiSystem,
)
from astrodrum_live.control.relay import Relay
from astrodrum_live.now import now_ns
from astrodrum_live.urgency import SWITCH_S, hurry

_NO_START = 1  # JackNoStartServer
_WATCHER = b"AstroDrum-watch"  # has no ports, so no graph shows it

Tell = Callable[[dict[str, Any]], None]
"""Tells the instrument a line; never waits."""
_Wishes = queue.SimpleQueue[dict[str, Any]]
_AT_ONCE = 512  # bytes that a pipe takes whole or not at all, on every system (POSIX, PIPE_BUF)


class _Told(deque[bytes]):
    """Lines that are not written yet. A ``control.relay.Line``."""

    due_ns: int | None = None
    put, pop, put_back = deque.append, deque.popleft, deque.appendleft

    def __bool__(self) -> bool:
        return len(self) > 0

    @property
    def idle(self) -> bool:
        return not self

    def passes(self, line: bytes) -> bool:
        return True

    def peek(self) -> bytes | None:
        return self[0] if self else None


class _Pipe:
    """Lines to the instrument: written by the thread that has one, as a message of MIDI must not
    wait until another wakes for it; if the pipe is full, or another is at it, by the ``_run``ning.
    """

    def __init__(self, pipe: int) -> None:
        os.set_blocking(pipe, False)
        self._pipe = pipe
        self._relay: Relay[bytes] = Relay(_Told(), self._write, self._wrote)
        self._relay.start()

    def tell(self, told: dict[str, Any]) -> None:
        """Tell it, without waiting. Thread: any."""
        self._relay.send(json.dumps(told).encode() + b"\n", urgent=True)

    def run(self) -> None:
        """Write what had to wait, for ever."""
        hurry()
        while True:
            self._relay.work()

    def _wrote(self, line: bytes) -> bool:
        return len(line) <= _AT_ONCE and self._written(line) > 0

    def _write(self, line: bytes) -> None:
        while line:
            select.select([], [self._pipe], [])
            line = line[self._written(line) :]

    def _written(self, line: bytes) -> int:
        try:
            return os.write(self._pipe, line)
        except BlockingIOError:
            return 0
        except OSError:  # the instrument has ended
            os._exit(0)


class _JackMidi:
    """The server's MIDI, and the ports that are open, by the numbers that were given to them."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._system: RtMidiSystem | None = None
        self._open: dict[int, OpenPort] = {}
        self._watched = False

    def obey(self, wish: dict[str, Any]) -> dict[str, Any]:
        """The answer to a wish. Errors: ``MidiPortError``; ``NoMidiSystem`` without a server."""
        if self._system is None:
            self._watched = self._watched or _end_with_the_server()
            if not self._watched:
                raise NoMidiSystem
            self._system = RtMidiSystem("jack")
        system, port = self._system, wish.get("port", 0)
        system.timing = wish.get("timing", False)
        match wish["do"]:
            case "ports":
                return {"ports": system.ports()}
            case "open":
                self._open[port] = system.open(wish["raw"], wish["nth"], self._arrived(port))
            case "virtual":
                self._open[port] = system.open_virtual(self._arrived(port))
            case "close":
                self._open.pop(port).close()
        return {}

    def _arrived(self, port: int) -> Arrived:
        def arrived(message: tuple[list[int], float], _: object = None) -> None:
            self._tell({"port": port, "at": now_ns(), "message": message})

        return arrived


@ctypes.CFUNCTYPE(None, ctypes.c_void_p)
def _end(_: object) -> None:
    os._exit(0)


def _end_with_the_server() -> bool:
    """Have this process end when the JACK server does; False if there is none now."""
    library = ctypes.CDLL(find_library("jack") or "libjack.so.0")
    library.jack_client_open.restype = ctypes.c_void_p
    client = library.jack_client_open(_WATCHER, _NO_START, ctypes.byref(ctypes.c_int()))
    if client:
        library.jack_on_shutdown(ctypes.c_void_p(client), _end, None)
    return bool(client)


def _run() -> None:
    """Obey what comes through standard input until it closes, even while a server hangs."""
    sys.setswitchinterval(SWITCH_S)
    pipe = _Pipe(os.dup(1))
    os.dup2(2, 1)  # libraries print what they like
    wishes: _Wishes = queue.SimpleQueue()
    threading.Thread(target=pipe.run, daemon=True).start()
    threading.Thread(target=_obey, args=(wishes, pipe.tell), daemon=True).start()
    for line in sys.stdin:
        wishes.put(json.loads(line))
    os._exit(0)  # no thread is waited for: JACK's may hang


def _obey(wishes: _Wishes, tell: Tell) -> None:
    midi = _JackMidi(tell)
    while True:
        wish = wishes.get()
        try:
            answer = midi.obey(wish)
        except NoMidiSystem:
            answer = {"gone": True}
        except (MidiPortError, LookupError, OSError) as error:
            answer = {"error": str(error)}
        tell({"id": wish["id"], **answer})


if __name__ == "__main__":
    _run()
