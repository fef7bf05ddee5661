"""MIDI inputs: opened by name, closed when they are pulled out, opened again when they return."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import rtmidi

from astrodrum_live.control.jack_ports import JackPorts
from astrodrum_live.control.midi_system import (
    CLIENT,
    Arrived,
    Message,
    MidiPortError,
    MidiSystem,
    NoMidiSystem,
    OpenPort,
    RtMidiSystem,
    SystemGone,
    resolve_api,
)
from astrodrum_live.control.port_names import Key, PortNames, matching
from astrodrum_live.control.slowest import Slowest
from astrodrum_live.now import now_ns
from astrodrum_live.transport.clock_in import CLOCK_BYTES
from astrodrum_live.urgency import hurry

__all__ = ["Arrival", "MidiInput", "MidiPortError", "NoMidiSystem", "list_inputs"]

Arrival = tuple[bytes, int, str]  # a message, now_ns of its arrival, the name of its port
Log = Callable[[str], None]

LOOK_S = 1.0
START_S = 3.0  # how long the start waits for a back end; it may come later
NAMED_S = 12.0  # the same if a port was asked for by name, without which there is no start
DRIVERS_CLOCK_S = 1.0  # over longer pauses two clocks may lie apart by more than a thread is late
CLOSE_S = 0.4  # how long a back end that hangs is waited for at the end
_TIME_CODE = 0xF1  # MTC's quarter frames, which come with the clock through RtMidi's filter
_TEMPO = frozenset(bytes([first]) for first in (*CLOCK_BYTES, _TIME_CODE))
_GROUPS = ("all", "virtual", "none")
_NO_VIRTUAL = "Windows has no virtual MIDI ports: make one with loopMIDI and open it by its name"


def open_system(api: str = "auto") -> MidiSystem:
    """This machine's MIDI by the API of this name. Errors: ``NoMidiSystem``, ``MidiPortError``."""
    return JackPorts() if resolve_api(api) == rtmidi.API_UNIX_JACK else RtMidiSystem(api)


@dataclass(frozen=True, slots=True)
class _Open:
    name: str
    port: OpenPort


class MidiInput:
    """Open MIDI inputs, whose messages go to ``sink`` as ``Arrival``.

    ``wanted``, one or several: ``all`` (every port that is there or comes, and a virtual one called
    AstroDrum), ``virtual`` (that one), ``none``, or a part of a port's name in any case; two ports
    of the same name are told apart by ``#2``. ``sink``: ``Scheduler.post_midi``, ``deque.append``,
    something that never waits. ``api``: ``auto``, ``alsa``, ``jack``, ``coremidi``, ``winmm``.
    ``tempo``: takes the ``Arrival`` of MIDI clock, start, stop, continue and song position, which
    then never come to ``sink``; without it there is no clock.
    ``names`` says what is open, ``notices`` in plain lines what could not be had at the start.
    Errors: ``MidiPortError`` if a port was asked for by name and cannot be had.
    Thread: open, ``watch`` and close from one; ``sink`` runs in RtMidi's, or under ``jack`` in the
    one that hears the process in which RtMidi runs.
    """

    def __init__(
        self,
        wanted: str | Sequence[str],
        sink: Callable[[Any], object],  # takes an ``Arrival``, or the first two of its three
        *,
        api: str = "auto",
        clock: Callable[[], int] = now_ns,
        system: Callable[[str], MidiSystem] = open_system,
        tempo: Callable[[Any], object] | None = None,
    ) -> None:
        self.notices: list[str] = []
        self.slowest = Slowest()  # from the driver's stamp to the port's thread
        self._wanted = _checked([wanted] if isinstance(wanted, str) else list(wanted))
        self._log: Log = self.notices.append
        self._sink, self._clock, self._tempo = sink, clock, tempo
        self._names = PortNames()
        self._twins: Counter[str] = Counter()  # how many ports the system calls so
        self._open: dict[Key, _Open] = {}
        self._virtual: OpenPort | None = None
        self._gone: list[str] = []  # names that were open and are waited for
        self._told: set[str] = set()  # whose failure was told, until it works again
        self._started = self._watched = False
        self._system: MidiSystem | None = None
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        if self._wanted != ["none"]:
            self._begin(lambda: system(api))

    @property
    def names(self) -> list[str]:
        """What is open now. Thread: any."""
        return [one.name for one in list(self._open.values())] + [CLIENT] * bool(self._virtual)

    def trouble(self) -> str:
        """What a player must know, for the status line; empty if all is well. Thread: any."""
        gone = ", ".join(list(self._gone))
        return f"MIDI {gone} gone, waiting" if gone else ""

    def watch(self, log: Log) -> None:
        """From now on look every second what was pulled out or plugged in, and say it."""
        self._log, self._watched = log, True

    def look(self) -> None:
        """Close what has gone, open what has come. Never raises; a back end's failure is told once.

        Thread: one; while watched, the watching one.
        """
        if self._system is None:
            return
        try:
            found = self._names.of(self._system.ports())
        except SystemGone as error:
            self._lose_all(str(error))
            return
        except Exception as error:
            self._tell_once("list", f"MIDI: {error}; what is open plays on")
            return
        self._told.discard("list")
        unsure = self._unsure(found)
        for key in [key for key in self._open if key not in found or key in unsure]:
            self._drop(key, quiet=key in found)
        for key, name in found.items():
            if key not in self._open and self._wants(name):
                self._come(key, name, quiet=key in unsure)
        if self._grouped() and self._virtual is None and self._system.has_virtual:
            self._add_virtual(self._system)

    def close(self) -> None:
        """Close every port; no message reaches the sink after this. A back end that hangs is left.

        Thread: one.
        """
        self._closing.set()
        if self._thread:
            self._thread.join(CLOSE_S)
            if self._thread.is_alive():
                self._sink, self._tempo = _nowhere, _nowhere
                return
        for thing in (*(one.port for one in self._open.values()), self._virtual, self._system):
            with suppress(Exception):  # the device may have gone, and its back end with it
                if thing:
                    thing.close()
        self._open, self._virtual, self._system = {}, None, None

    def _begin(self, system: Callable[[], MidiSystem]) -> None:
        """Open what there is, in the thread that will look: macOS tells of changes only the thread
        that came first, and a back end that blocks shall not hold up the instrument."""
        begun, failures = threading.Event(), []

        def run() -> None:
            try:
                self._system = system()
                self._system.timing = self._tempo is not None
                self._start(self._system)
                self._started = True
            except Exception as error:
                failures.append(error)
                begun.set()
                return
            begun.set()
            while not self._closing.wait(LOOK_S):
                if self._watched:
                    self.look()

        self._thread = threading.Thread(target=run, name="midi-ports", daemon=True)
        self._thread.start()
        if not begun.wait(START_S if self._grouped() else NAMED_S):
            failures.append(NoMidiSystem("MIDI does not answer"))
            self._started = True  # without it; whatever opens has come later
        if failures and isinstance(failures[0], NoMidiSystem) and self._grouped():
            self.notices.append(str(failures[0]))
        elif failures:
            self.close()
            raise failures[0]

    def _start(self, system: MidiSystem) -> None:
        found = self._names.of(system.ports())
        self._twins = Counter(raw for raw, _ in found)
        for part in self._wanted:
            if part not in _GROUPS:
                matching(part, list(found.values()))
        for key, name in found.items():
            if self._wants(name):
                self._come(key, name)
        if self._grouped():
            self._add_virtual(system)
        elif not self._open:  # found, and taken or gone before it was opened
            raise MidiPortError("; ".join(self.notices))

    def _add_virtual(self, system: MidiSystem) -> None:
        if not system.has_virtual:
            self.notices.append(_NO_VIRTUAL)
            return
        try:
            self._virtual = system.open_virtual(self._arrived(CLIENT))
        except MidiPortError as error:
            self._tell_once(CLIENT, f"MIDI port '{CLIENT}' does not open: {error}")
            return
        self._opened(CLIENT)

    def _grouped(self) -> bool:
        return "all" in self._wanted or "virtual" in self._wanted

    def _wants(self, name: str) -> bool:
        parts = [part.lower() for part in self._wanted if part not in _GROUPS]
        return "all" in self._wanted or any(part in name.lower() for part in parts)

    def _unsure(self, found: dict[Key, str]) -> set[Key]:
        """Open ports whose twins have the same name in the system, and are more or fewer than they
        were: which of them is which cannot be known, so all are opened anew."""
        had, self._twins = self._twins, Counter(raw for raw, _ in found)
        return {key for key in self._open if key in found and had[key[0]] != self._twins[key[0]]}

    def _lose_all(self, why: str) -> None:
        """The system's server has ended, and its ports with it."""
        lost = {one.name: one.port for one in self._open.values()}
        if self._virtual:
            lost[CLIENT] = self._virtual
        self._open, self._virtual, self._twins = {}, None, Counter()
        for port in lost.values():
            with suppress(Exception):
                port.close()
        if lost:
            self._gone += lost
            self._log(f"MIDI: {why}; waiting for {', '.join(lost)}")

    def _opened(self, name: str, quiet: bool = False) -> None:
        """Say so of a port that was waited for, or that was not there at the start."""
        self._told.discard(name)
        if name in self._gone:
            self._gone.remove(name)
            self._log(f"MIDI {name} is back")
        elif self._started and not quiet:
            self._log(f"MIDI {name} has come")

    def _drop(self, key: Key, quiet: bool) -> None:
        gone = self._open.pop(key)
        if not quiet:
            self._gone.append(gone.name)
            self._log(f"MIDI {gone.name} gone, waiting")
        try:
            gone.port.close()
        except Exception as error:
            self._tell_once(gone.name, f"MIDI {gone.name} does not close: {error}")

    def _come(self, key: Key, name: str, quiet: bool = False) -> None:
        assert self._system is not None
        try:
            port = self._system.open(*key, self._arrived(name))
        except Exception as error:
            self._tell_once(name, f"MIDI port '{name}' does not open: {error}")
            return
        if self._closing.is_set():  # it opened after all, when nobody waited for it any more
            port.close()
            return
        self._open[key] = _Open(name, port)
        self._opened(name, quiet)

    def _tell_once(self, whose: str, line: str) -> None:
        if whose not in self._told:
            self._told.add(whose)
            self._log(line)

    def _arrived(self, name: str) -> Arrived:
        last_ns = 0

        def arrived(message: Message, stamped_ns: object = None) -> None:
            """RtMidi's callback: a stamp before all else, and on to the sink."""
            nonlocal last_ns
            arrival_ns = stamped_ns if isinstance(stamped_ns, int) else self._clock()
            data, tempo = bytes(message[0]), self._tempo
            if tempo is None or data[:1] not in _TEMPO:
                self._sink((data, arrival_ns, name))
            elif data[0] != _TIME_CODE:
                tempo((data, arrival_ns, name))
            apart_s = message[1]  # by the driver's clock
            if not last_ns:
                hurry()  # RtMidi's thread cannot be had otherwise
            elif 0.0 < apart_s < DRIVERS_CLOCK_S:
                self.slowest.see(arrival_ns - last_ns - round(apart_s * 1e9))
            last_ns = arrival_ns

        return arrived


def list_inputs(api: str = "auto") -> list[str]:
    """The names of the MIDI inputs, stable from day to day. Errors: ``MidiPortError``."""
    system = RtMidiSystem(api)
    try:
        return list(PortNames().of(system.ports()).values())
    finally:
        system.close()


def _nowhere(_: Arrival) -> None:
    """Where messages go when nobody listens any more."""


def _checked(wanted: list[str]) -> list[str]:
    if "none" in wanted and len(set(wanted)) > 1:
        raise MidiPortError("--midi none and another --midi contradict each other")
    if any(not part.strip() for part in wanted):
        raise MidiPortError("--midi has no name; it takes a part of a port's, all, virtual or none")
    return ["none"] if "none" in wanted or not wanted else wanted
