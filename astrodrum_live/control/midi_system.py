"""The MIDI of this machine, through RtMidi: which APIs answer, what ports there are, opening them.

RtMidi calls, we stamp: mido's own ports lose the time.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import rtmidi

CLIENT = "AstroDrum"
Message = tuple[list[int], float]  # as RtMidi gives it: bytes, and the time since the last one
Arrived = Callable[[Message, object], None]  # and its ``now_ns``, if it was stamped already

_APIS = {
    "alsa": rtmidi.API_LINUX_ALSA,
    "jack": rtmidi.API_UNIX_JACK,
    "coremidi": rtmidi.API_MACOSX_CORE,
    "winmm": rtmidi.API_WINDOWS_MM,
}
_SEQUENCER = "/dev/snd/seq"
_FAILURES = (rtmidi.RtMidiError, rtmidi.SystemError)


class MidiPortError(RuntimeError):
    """A port that cannot be opened; the message lists those that can."""


class NoMidiSystem(MidiPortError):
    """This machine has no MIDI of the wanted kind."""


class SystemGone(NoMidiSystem):
    """The server that all ports belong to has ended: none is open any more. It may come back."""


class OpenPort(Protocol):
    """An input that is open."""

    def close(self) -> None:
        """No message comes after this."""


class MidiSystem(Protocol):
    """What the inputs need of a machine's MIDI. Any method may raise ``MidiPortError``, or block.

    Thread: one at a time.
    """

    has_virtual: bool
    timing: bool  # whether MIDI clock comes through; False unless it is set before a port opens

    def ports(self) -> list[str]:
        """The inputs as the system names them, numbers and all, in its order.

        Errors: ``SystemGone``.
        """

    def open(self, raw: str, nth: int, arrived: Arrived) -> OpenPort:
        """Open the ``nth`` (from 0) of the ports that the system calls ``raw``."""

    def open_virtual(self, arrived: Arrived) -> OpenPort:
        """A port of our own, called AstroDrum, for others to send to."""

    def close(self) -> None:
        """Let go of what lists the ports; open ones stay."""


class RtMidiSystem:
    """``MidiSystem`` by RtMidi: one client that only lists and is kept, for a client made at every
    look would be a sequencer's queue, or a node of JACK's graph, made and torn down every second.

    ``api``: ``auto``, ``alsa``, ``jack``, ``coremidi`` or ``winmm``. Errors: ``NoMidiSystem``.
    """

    def __init__(self, api: str = "auto") -> None:
        self._api = resolve_api(api)
        self._probe = _client(self._api, quiet=True)
        self.has_virtual = self._api != rtmidi.API_WINDOWS_MM
        self.timing = False

    def ports(self) -> list[str]:
        with _told("the ports cannot be listed"):
            return self._names(self._probe)

    def open(self, raw: str, nth: int, arrived: Arrived) -> OpenPort:
        def connect(port: Any) -> None:
            # By the very client that opens: between two looks the numbers may have changed.
            places = [index for index, name in enumerate(self._names(port)) if name == raw]
            if nth >= len(places):
                raise MidiPortError("it has just gone")
            port.open_port(places[nth], "in")

        return _opened(self._api, arrived, connect, self.timing)

    def open_virtual(self, arrived: Arrived) -> OpenPort:
        return _opened(self._api, arrived, lambda port: port.open_virtual_port(CLIENT), self.timing)

    def close(self) -> None:
        self._probe.delete()

    def _names(self, port: Any) -> list[str]:
        names = list(port.get_ports())
        return without_places(names) if self._api == rtmidi.API_WINDOWS_MM else names


class _RtMidiPort:
    def __init__(self, port: Any) -> None:
        self._port = port

    def close(self) -> None:
        self._port.cancel_callback()
        self._port.close_port()
        self._port.delete()


def resolve_api(name: str) -> int:
    """RtMidi's number of an API. ``auto``: ALSA, else JACK, on Linux; the system's own elsewhere.

    Errors: ``NoMidiSystem`` in one plain line; ``MidiPortError`` for an unknown name.
    """
    if name != "auto" and name not in _APIS:
        raise MidiPortError(f"no MIDI system '{name}'; there are: auto, {', '.join(_APIS)}")
    built_in = rtmidi.get_compiled_api()
    wanted = list(_APIS.values()) if name == "auto" else [_APIS[name]]
    for api in wanted:
        if api in built_in and _answers(api):
            return api
    if name == "auto":
        raise NoMidiSystem("no MIDI here: neither an ALSA sequencer nor a JACK server was found")
    raise NoMidiSystem(f"no MIDI through '{name}' here: it is not running, or not of this system")


def without_places(names: list[str]) -> list[str]:
    """Names without their place in the list, which RtMidi appends on Windows to tell them apart."""
    return [name.removesuffix(f" {place}") for place, name in enumerate(names)]


def _answers(api: int) -> bool:
    if api == rtmidi.API_LINUX_ALSA and not os.access(_SEQUENCER, os.R_OK | os.W_OK):
        return False
    with suppress(NoMidiSystem):
        _client(api, quiet=True).delete()
        return True
    return False


def _opened(api: int, arrived: Arrived, connect: Callable[[Any], None], timing: bool) -> OpenPort:
    port = _client(api)
    try:
        port.ignore_types(sysex=True, timing=not timing, active_sense=True)
        port.set_callback(arrived)
        with _told():
            connect(port)
    except BaseException:
        port.delete()
        raise
    return _RtMidiPort(port)


def _client(api: int, quiet: bool = False) -> Any:
    try:
        if not quiet:
            return rtmidi.MidiIn(rtapi=api, name=CLIENT)
        with _quiet_c_stderr():
            return rtmidi.MidiIn(rtapi=api, name=CLIENT)
    except _FAILURES as error:
        raise NoMidiSystem(f"MIDI does not start: {error}") from None


@contextmanager
def _told(what: str = "") -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        raise MidiPortError(f"{what}: {error}" if what else str(error)) from None


@contextmanager
def _quiet_c_stderr() -> Iterator[None]:
    """libasound and libjack print past Python when nobody answers; the exception says it already.

    Holds file descriptor 2 for the milliseconds that a client takes to open, at start only.
    """
    try:
        sys.stderr.flush()
        saved = os.dup(2)
    except (OSError, AttributeError, ValueError):  # no standard error at all: nothing to keep quiet
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)
