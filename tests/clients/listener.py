"""A UDP listener that writes down what a client sends, and when: the truth a test compares with."""

import socket
import struct
import threading
import time
from dataclasses import dataclass

from pythonosc.osc_message_builder import build_msg

from astrodrum_live.control.osc.packet import decode

_SO_TIMESTAMPNS = 35  # Linux: the kernel stamps arrivals


@dataclass(frozen=True)
class Heard:
    """A message: Unix seconds of its arrival and of its time tag (None: it has none)."""

    address: str
    args: tuple
    arrival: float
    due: float | None

    def __getitem__(self, key: str) -> object:
        """The value after a key, as ``/dirt/play`` has them."""
        return dict(zip(self.args[::2], self.args[1::2], strict=False))[key]


class Listener:
    """Listens on a free port of its own; ``answer`` makes it reply to SuperDirt's handshake."""

    def __init__(self, answer: bool = False) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port = self._socket.getsockname()[1]
        self.heard: list[Heard] = []
        self._answer, self._stop = answer, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def of(self, address: str) -> list[Heard]:
        """What has come for an address so far."""
        return [told for told in self.heard if told.address == address]

    def send(self, port: int, address: str, *args: object) -> None:
        """A message from the listener's own port."""
        self._socket.sendto(build_msg(address, list(args)).dgram, ("127.0.0.1", port))

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                data, extras, _, peer = self._socket.recvmsg(65536, 256)
            except TimeoutError:
                continue
            arrival = time.time()
            for _, kind, content in extras:
                if kind == _SO_TIMESTAMPNS:
                    seconds, ns = struct.unpack("@qq", content)
                    arrival = seconds + ns * 1e-9
            for message in decode(data).messages:
                due = None if message.due_unix_ns is None else message.due_unix_ns / 1e9
                self.heard.append(Heard(message.address, message.args, arrival, due))
                if self._answer and message.address == "/dirt/handshake":
                    busses = ["&serverHostname", "127.0.0.1", "&serverPort", 57110]
                    busses += ["&controlBusIndices", *range(128)]
                    self.send(peer[1], "/dirt/handshake/reply", *busses)
