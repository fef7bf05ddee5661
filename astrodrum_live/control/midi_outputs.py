"""MIDI outputs: opened by name, and again when they were pulled out and have come back."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import rtmidi

from astrodrum_live.control.midi_system import (
    CLIENT,
    MidiPortError,
    resolve_api,
    without_places,
)
from astrodrum_live.control.port_names import PortNames, matching

LOOK_S = 1.0
_FAILURES = (rtmidi.RtMidiError, rtmidi.SystemError)

Log = Callable[[str], None]


class Output(Protocol):
    """A port that is open. ``send`` may raise."""

    def send(self, message: bytes) -> None: ...

    def close(self) -> None: ...


class OutputSystem(Protocol):
    """What outputs need of a machine's MIDI. Any method may raise ``MidiPortError``."""

    def ports(self) -> list[str]:
        """The outputs as the system names them."""

    def open(self, raw: str, nth: int) -> Output:
        """Open the ``nth`` (from 0) of those that the system calls ``raw``."""

    def close(self) -> None:
        """Let go of what lists them."""


class RtMidiOutputs:
    """``OutputSystem`` by RtMidi. ``api``: as of ``MidiInput``. Errors: ``MidiPortError``."""

    def __init__(self, api: str = "auto") -> None:
        self._api = resolve_api(api)
        self._probe = self._client()

    def ports(self) -> list[str]:
        try:
            return self._names(self._probe)
        except _FAILURES as error:
            raise MidiPortError(f"the MIDI outputs cannot be listed: {error}") from None

    def open(self, raw: str, nth: int) -> Output:
        port = self._client()
        try:
            places = [index for index, name in enumerate(self._names(port)) if name == raw]
            if nth >= len(places):
                raise MidiPortError("it has just gone")
            port.open_port(places[nth], "clock")
        except _FAILURES as error:
            port.delete()
            raise MidiPortError(str(error)) from None
        except BaseException:
            port.delete()
            raise
        return _RtMidiOutput(port)

    def close(self) -> None:
        self._probe.delete()

    def _names(self, port: Any) -> list[str]:
        names = list(port.get_ports())
        return without_places(names) if self._api == rtmidi.API_WINDOWS_MM else names

    def _client(self) -> Any:
        try:
            return rtmidi.MidiOut(rtapi=self._api, name=CLIENT)
        except _FAILURES as error:
            raise MidiPortError(f"MIDI does not start: {error}") from None


def list_outputs(api: str = "auto") -> list[str]:
    """The names of the MIDI outputs, stable from day to day. Errors: ``MidiPortError``."""
    system = RtMidiOutputs(api)
    try:
        return list(PortNames().of(system.ports()).values())
    finally:
        system.close()


class _RtMidiOutput:
    def __init__(self, port: Any) -> None:
        self._port = port

    def send(self, message: bytes) -> None:
        self._port.send_message(message)

    def close(self) -> None:
        self._port.close_port()
        self._port.delete()


class MidiOutputs:
    """Sends to every output that one of ``wanted`` is a part of the name of, in any case.

    What is not there yet is told and waited for; ``required`` ones must be there at once.
    Errors: ``MidiPortError`` for a required one, listing what there is. ``log`` gets plain lines.
    Thread: ``send`` from one, ``want`` and ``close`` from another; it looks for ports in its own.
    """

    def __init__(
        self,
        log: Log,
        required: Sequence[str] = (),
        system: Callable[[], OutputSystem] = RtMidiOutputs,
    ) -> None:
        self._log, self._make = log, system
        self._required, self._wanted = tuple(required), tuple(required)
        self._system: OutputSystem | None = None
        self._names = PortNames()
        self._open: dict[str, Output] = {}
        self._gone: set[str] = set()
        self._told: set[str] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="midi-outputs", daemon=True)
        if required:
            self._system = self._required_system()
            names = list(self._names.of(self._system.ports()).values())
            for part in required:
                matching(part, names, "output")
            self.look()
            self._thread.start()

    @property
    def names(self) -> list[str]:
        """What is open. Thread: any."""
        return list(self._open)

    def trouble(self) -> str:
        """What a player must know, for the status line; empty if all is well. Thread: any."""
        gone = ", ".join(sorted(self._gone))
        return f"MIDI clock to {gone} gone, waiting" if gone else ""

    def want(self, wanted: Sequence[str]) -> None:
        """Besides the required ones, send to these from now on."""
        self._wanted = (*self._required, *wanted)
        if self._wanted and not self._thread.is_alive() and not self._closing.is_set():
            self._thread.start()

    def send(self, message: bytes) -> None:
        """To all that are open; a port that fails is closed, told, and looked for."""
        for name, port in list(self._open.items()):
            try:
                with self._lock:  # no port may be closed meanwhile
                    if name in self._open:
                        port.send(message)
            except Exception as error:
                self._drop(name, f"MIDI clock to {name} fails: {error}; waiting for it")

    def look(self) -> None:
        """Close what has gone, open what has come. Never raises."""
        try:
            if self._system is None:
                self._system = self._make()
            found = self._names.of(self._system.ports())
        except Exception as error:
            self._tell_once("list", f"no MIDI clock is sent: {error}")
            return
        self._told.discard("list")
        wanted = {name: key for key, name in found.items() if self._wants(name)}
        for name in [name for name in self._open if name not in wanted]:
            gone = name not in found.values()
            self._drop(name, f"MIDI clock to {name} gone, waiting" if gone else "")
        for name, key in wanted.items():
            if name not in self._open:
                self._come(name, *key)
        for part in self._wanted:
            if not any(part.lower() in name.lower() for name in (*wanted, *self._gone)):
                self._tell_once(part, f"no MIDI output '{part}' to send clock to; waiting for it")

    def close(self) -> None:
        """Close every port."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(LOOK_S)
        for thing in (*self._open.values(), self._system):
            with suppress(Exception):
                if thing:
                    thing.close()
        self._open, self._system = {}, None

    def _required_system(self) -> OutputSystem:
        try:
            return self._make()
        except MidiPortError as error:
            raise MidiPortError(f"no MIDI clock can be sent: {error}") from None

    def _run(self) -> None:
        while not self._closing.is_set():
            self.look()
            self._closing.wait(LOOK_S)

    def _wants(self, name: str) -> bool:
        return any(part.lower() in name.lower() for part in self._wanted)

    def _come(self, name: str, raw: str, nth: int) -> None:
        assert self._system is not None
        try:
            port = self._system.open(raw, nth)
        except Exception as error:
            self._tell_once(name, f"MIDI output '{name}' does not open: {error}")
            return
        with self._lock:
            self._open = {**self._open, name: port}
        self._told.discard(name)
        back = name in self._gone
        self._gone.discard(name)
        self._log(f"MIDI clock to {name} again" if back else f"sending MIDI clock to {name}")

    def _drop(self, name: str, line: str) -> None:
        with self._lock:
            left = dict(self._open)
            port = left.pop(name, None)
            self._open = left
            with suppress(Exception):
                if port is not None:
                    port.close()
        if port is not None and line:
            self._gone.add(name)
            self._log(line)

    def _tell_once(self, whose: str, line: str) -> None:
        if whose not in self._told:
            self._told.add(whose)
            self._log(line)
