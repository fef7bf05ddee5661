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
import sys
import threading
from collections.abc import Callable
from ctypes.util import find_library
from typing import Any, TextIO

from astrodrum_live.control.midi_system import (
    Arrived,
    MidiPortError,
    NoMidiSystem,
    OpenPort,
    RtMidiSystem,
)
from astrodrum_live.now import now_ns
from astrodrum_live.urgency import SWITCH_S, hurry

_NO_START = 1  # JackNoStartServer
_WATCHER = b"AstroDrum-watch"  # has no ports, so no graph shows it

_Lines = queue.SimpleQueue[dict[str, Any]]
Tell = Callable[[dict[str, Any]], None]
"""Queues a line for the instrument; never waits."""


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
    lines = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # libraries print what they like
    told: _Lines = queue.SimpleQueue()
    wishes: _Lines = queue.SimpleQueue()
    threading.Thread(target=_write, args=(told, lines), daemon=True).start()
    threading.Thread(target=_obey, args=(wishes, told), daemon=True).start()
    for line in sys.stdin:
        wishes.put(json.loads(line))
    os._exit(0)  # no thread is waited for: JACK's may hang


def _write(told: _Lines, lines: TextIO) -> None:
    hurry()
    while True:
        try:
            print(json.dumps(told.get()), file=lines, flush=True)
        except OSError:  # the instrument has ended
            os._exit(0)


def _obey(wishes: _Lines, told: _Lines) -> None:
    midi = _JackMidi(told.put)
    while True:
        wish = wishes.get()
        try:
            answer = midi.obey(wish)
        except NoMidiSystem:
            answer = {"gone": True}
        except (MidiPortError, LookupError, OSError) as error:
            answer = {"error": str(error)}
        told.put({"id": wish["id"], **answer})


if __name__ == "__main__":
    _run()
