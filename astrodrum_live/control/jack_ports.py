"""MIDI through JACK, whose server may end and start again: the instrument's end of the pipe."""

import json
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from itertools import count
from typing import Any

from astrodrum_live.control.midi_system import Arrived, MidiPortError, SystemGone

ANSWER_S = 2.0  # how long a process, or its server, may take to answer
FIRST_S = 10.0  # the same for the first answer: Python and its libraries are loaded before it
CLOSE_S = 0.3

_GONE = "the JACK server has gone"


class JackPorts:
    """``MidiSystem`` by a process of its own, ``jack_process``, that ends with the JACK server; the
    next look starts another. What it stamps counts as the time of arrival: it is the same clock.
    """

    has_virtual = True

    def __init__(self) -> None:
        self.timing = False
        self._ids, self._numbers = count(), count()
        self._child: _Child | None = None

    def ports(self) -> list[str]:
        """Errors: ``SystemGone`` while there is no server; no port is open any more then."""
        if self._child and self._child.ended:
            self._child.close()
            self._child = _Child()  # it has loaded by the next look
            raise SystemGone(_GONE)
        return list(self._ask(do="ports")["ports"])

    def open(self, raw: str, nth: int, arrived: Arrived) -> "_JackPort":
        return self._opened(arrived, do="open", raw=raw, nth=nth)

    def open_virtual(self, arrived: Arrived) -> "_JackPort":
        return self._opened(arrived, do="virtual")

    def close(self) -> None:
        if self._child:
            self._child.close()

    def _opened(self, arrived: Arrived, **wish: Any) -> "_JackPort":
        child, port = self._begun(), next(self._numbers)
        child.arrived[port] = arrived
        try:
            self._ask(port=port, timing=self.timing, **wish)
        except MidiPortError:
            self.forget(child, port)  # it may open yet
            raise
        return _JackPort(self, child, port)

    def forget(self, child: "_Child", port: int) -> None:
        """Close a port of a process, if it is the one that runs. No answer is waited for."""
        child.arrived.pop(port, None)
        if child is self._child:
            child.tell({"id": next(self._ids), "do": "close", "port": port})

    def _begun(self) -> "_Child":
        self._child = self._child or _Child()
        return self._child

    def _ask(self, **wish: Any) -> dict[str, Any]:
        answer = self._begun().ask({"id": next(self._ids), **wish})
        if answer is None or "gone" in answer:
            raise SystemGone(_GONE)
        if "error" in answer:
            raise MidiPortError(answer["error"])
        return answer


class _JackPort:
    def __init__(self, ports: JackPorts, child: "_Child", port: int) -> None:
        self._ports, self._child, self._port = ports, child, port

    def close(self) -> None:
        self._ports.forget(self._child, self._port)


class _Child:
    """The process, and the thread that hears it. ``arrived``: port -> who takes its messages."""

    def __init__(self) -> None:
        self.arrived: dict[int, Arrived] = {}
        self.ended = False
        self._has_answered = False
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "astrodrum_live.control.jack_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # libjack prints when nobody answers
            text=True,
            start_new_session=True,  # Ctrl-C is the instrument's to obey: it then closes the pipe
        )
        self._thread = threading.Thread(target=self._listen, name="jack-midi", daemon=True)
        self._thread.start()

    def tell(self, wish: dict[str, Any]) -> None:
        """Send it."""
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(OSError, ValueError):  # it has ended
            stdin.write(json.dumps(wish) + "\n")
            stdin.flush()

    def ask(self, wish: dict[str, Any]) -> dict[str, Any] | None:
        """The answer; None if the process ends over it. Errors: ``MidiPortError`` if none comes."""
        self.tell(wish)
        wait_s = ANSWER_S if self._has_answered else FIRST_S
        try:
            while (answer := self._answers.get(timeout=wait_s)) is not None:
                self._has_answered = True
                if answer["id"] == wish["id"]:  # else one that came too late
                    return answer
        except queue.Empty:
            raise MidiPortError("JACK does not answer") from None
        return None

    def close(self) -> None:
        """End it; no message comes after this."""
        self.arrived.clear()
        with suppress(OSError, ValueError):
            if self._process.stdin:
                self._process.stdin.close()
        try:
            self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                try:
                    self._take(json.loads(line))
                except (ValueError, LookupError, TypeError, AttributeError):
                    continue  # what Python's start-up files print before our own lines begin
        self.ended = True
        self._answers.put(None)

    def _take(self, told: dict[str, Any]) -> None:
        if "id" in told:
            self._answers.put(told)
        elif arrived := self.arrived.get(told["port"]):
            data, apart_s = told["message"]
            arrived((data, apart_s), told["at"])
