"""How strokes are sent: through a MIDI port, or as OSC, for now or with a time tag."""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import rtmidi

from astrodrum_live.control.midi_system import resolve_api
from astrodrum_live.control.osc.encode import encode
from astrodrum_live.latency.streams import note_on
from astrodrum_live.now import now_ns

LEAD_S = 0.1  # how far ahead a time tag is
_UNIX_TO_NTP_S = 2_208_988_800  # 1900 to 1970

Encode = Callable[[int], bytes]  # pad -> the message that strikes it


class Sender(Protocol):
    """``tagged``: what is sent carries a time tag. Thread: one."""

    tagged: bool

    def strike(self, pad: int, due_unix_ns: int) -> int:
        """Send one stroke. ``due_unix_ns``: its time tag, if it has one. Returns the
        ``astrodrum_live.now`` just before it went out."""

    def other(self, message: bytes) -> None:
        """Send a MIDI message that strikes nothing; where there is no MIDI, nothing."""

    def close(self) -> None:
        """Let go of the port."""


class MidiSender:
    """A MIDI output called ``name`` for the instrument to open. Errors: ``MidiPortError``."""

    tagged = False

    def __init__(self, name: str, api: str) -> None:
        self._port = rtmidi.MidiOut(rtapi=resolve_api(api), name=name)
        self._port.open_virtual_port("out")

    def strike(self, pad: int, due_unix_ns: int) -> int:
        message = note_on(pad)
        sent_ns = now_ns()
        self._port.send_message(message)
        return sent_ns

    def other(self, message: bytes) -> None:
        self._port.send_message(message)

    def close(self) -> None:
        self._port.close_port()
        self._port.delete()


class OscSender:
    """Datagrams to a port of this machine. ``message``: what strikes a pad."""

    def __init__(self, port: int, tagged: bool, message: Encode) -> None:
        self.tagged = tagged
        self._message = message
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))

    def strike(self, pad: int, due_unix_ns: int) -> int:
        message = self._message(pad)
        data = bundle_at(due_unix_ns, message) if self.tagged else message
        sent_ns = now_ns()
        with suppress(ConnectionRefusedError):  # a player that died is missed in the sound
            self._socket.send(data)
        return sent_ns

    def other(self, message: bytes) -> None:
        pass

    def close(self) -> None:
        self._socket.close()


def hit_message(pad: int) -> bytes:
    """The instrument's own words for a stroke on the test kit."""
    return encode("/hit", [f"t{pad}", 1.0])


def bundle_at(unix_ns: int, message: bytes) -> bytes:
    """A message in a bundle with a time tag."""
    seconds, rest_ns = divmod(unix_ns, 1_000_000_000)
    tag = struct.pack(">II", seconds + _UNIX_TO_NTP_S, (rest_ns << 32) // 1_000_000_000)
    return b"#bundle\0" + tag + struct.pack(">i", len(message)) + message
