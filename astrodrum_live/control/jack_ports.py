"""MIDI through JACK, whose server may end and start again: the instrument's end of the pipe."""

import json
import queue
from itertools import count
from typing import Any

from astrodrum_live.control.midi_system import Arrived, MidiPortError, SystemGone
from astrodrum_live.piped_process import PipedProcess

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
        self._process = PipedProcess(
            "astrodrum_live.control.jack_process", (), "jack-midi", self._take, self._end
        )

    def tell(self, wish: dict[str, Any]) -> None:
        """Send it."""
        self._process.tell(json.dumps(wish))

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
        self._process.close(CLOSE_S)

    def _end(self) -> None:
        self.ended = True
        self._answers.put(None)

    def _take(self, told: dict[str, Any]) -> None:
        if "id" in told:
            self._answers.put(told)
        elif arrived := self.arrived.get(told["port"]):
            data, apart_s = told["message"]
            arrived((data, apart_s), told["at"])
