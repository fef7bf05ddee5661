"""MIDI input ports. RtMidi calls, we stamp and append: mido's own ports lose the time."""

import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import rtmidi

from astrodrum_live.now import now_ns
from astrodrum_live.params import nearest

CLIENT = "AstroDrum"
Arrival = tuple[bytes, int]

_APIS = {
    "alsa": rtmidi.API_LINUX_ALSA,
    "jack": rtmidi.API_UNIX_JACK,
    "coremidi": rtmidi.API_MACOSX_CORE,
    "winmm": rtmidi.API_WINDOWS_MM,
}
_SEQUENCER = "/dev/snd/seq"
_ALSA_NUMBERS = re.compile(r" \d+:\d+$")


class MidiPortError(RuntimeError):
    """A port that cannot be opened; the message lists those that can."""


class NoMidiSystem(MidiPortError):
    """This machine has no MIDI of the wanted kind."""


class MidiInput:
    """Open MIDI inputs, whose messages go to ``sink`` as ``(bytes, now_ns of arrival)``.

    ``wanted``: ``all`` (every port, and a virtual one called AstroDrum), ``virtual`` (only that
    one), ``none``, or a part of a port's name in any case; two ports of the same name are told
    apart by ``#2``. ``sink``: ``deque.append`` or ``SimpleQueue.put``, something that never waits.
    ``api``: ``auto``, ``alsa``, ``jack``, ``coremidi``, ``winmm``.
    ``names`` says what was opened, ``notices`` in plain lines what could not be had.
    Errors: ``MidiPortError`` if a port was asked for by name and cannot be had.
    Thread: open and close from one; ``sink`` runs in RtMidi's thread (under ``jack``, JACK's own).
    """

    def __init__(
        self,
        wanted: str,
        sink: Callable[[Arrival], object],
        *,
        api: str = "auto",
        clock: Callable[[], int] = now_ns,
    ) -> None:
        self.names: list[str] = []
        self.notices: list[str] = []
        self._sink, self._clock = sink, clock
        self._inputs: list[Any] = []
        if wanted == "none":
            return
        try:
            self._open(wanted, resolve_api(api))
        except NoMidiSystem as error:
            if wanted not in ("all", "virtual"):
                raise
            self.notices.append(str(error))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every port; no message reaches the sink after this."""
        for port in self._inputs:
            port.cancel_callback()
            port.close_port()
            port.delete()
        self._inputs.clear()

    def _open(self, wanted: str, api: int) -> None:
        found = _port_names(api)
        if wanted not in ("all", "virtual"):
            chosen = matching(wanted, found)
        else:
            chosen = found if wanted == "all" else []
        for name in chosen:
            self._add(api, name, found.index(name))
        if wanted in ("all", "virtual"):
            self._add_virtual(api)
        elif not self.names:  # found, and taken or gone before it was opened
            raise MidiPortError("; ".join(self.notices))

    def _add_virtual(self, api: int) -> None:
        if api == rtmidi.API_WINDOWS_MM:
            self.notices.append(
                "Windows has no virtual MIDI ports: make one with loopMIDI and open it by its name"
            )
            return
        self._add(api, CLIENT, None)

    def _add(self, api: int, name: str, index: int | None) -> None:
        """Open the port at ``index``, or, for None, a virtual one."""
        port = _client(api)
        self._inputs.append(port)
        port.ignore_types(sysex=True, timing=True, active_sense=True)
        port.set_callback(self._arrived)
        try:
            if index is None:
                port.open_virtual_port(name)
            else:
                port.open_port(index, "in")
        except (rtmidi.RtMidiError, rtmidi.SystemError) as error:
            self._inputs.remove(port)
            port.delete()
            self.notices.append(f"MIDI port '{name}' does not open: {error}")
            return
        self.names.append(name)

    def _arrived(self, message: tuple[list[int], float], _: object = None) -> None:
        """RtMidi's callback: nothing but a stamp and an append."""
        arrival_ns = self._clock()
        self._sink((bytes(message[0]), arrival_ns))


def list_inputs(api: str = "auto") -> list[str]:
    """The names of the MIDI inputs, stable from day to day. Errors: ``MidiPortError``."""
    return _port_names(resolve_api(api))


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


def matching(wanted: str, names: list[str]) -> list[str]:
    """The ports with ``wanted`` in their name, in any case. Errors: ``MidiPortError``, listing."""
    hits = [name for name in names if wanted.lower() in name.lower()]
    if not hits:
        there = ", ".join(f"'{name}'" for name in names) or "none at all"
        raise MidiPortError(f"no MIDI input '{wanted}'{nearest(wanted, names)}; there are: {there}")
    return hits


def stable_names(raw: list[str]) -> list[str]:
    """Port names without ALSA's client and port numbers, which change at every plugging-in."""
    seen: Counter[str] = Counter()
    names = []
    for name in (_ALSA_NUMBERS.sub("", text) for text in raw):
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return names


def _port_names(api: int) -> list[str]:
    probe = _client(api)
    try:
        return stable_names(probe.get_ports())
    finally:
        probe.delete()


def _answers(api: int) -> bool:
    if api == rtmidi.API_LINUX_ALSA and not os.access(_SEQUENCER, os.R_OK | os.W_OK):
        return False
    with suppress(NoMidiSystem):
        _client(api).delete()
        return True
    return False


def _client(api: int) -> Any:
    with _quiet_c_stderr():
        try:
            return rtmidi.MidiIn(rtapi=api, name=CLIENT)
        except (rtmidi.RtMidiError, rtmidi.SystemError) as error:
            raise NoMidiSystem(f"MIDI does not start: {error}") from None


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
