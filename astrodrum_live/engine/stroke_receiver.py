"""Receives datagrams, and has plain strokes in the callback's ring before Python has seen them."""

import struct
from collections.abc import Iterable
from ctypes import CFUNCTYPE, PYFUNCTYPE, c_int, c_int64, c_void_p
from typing import NamedTuple

import numpy as np

from astrodrum_live.config import STALL_S
from astrodrum_live.engine.engine import READY, Engine
from astrodrum_live.rt import doors
from astrodrum_live.rt.receiver_record import LARGEST, RECEIVER, RECEIVES

POST_NOTHING = -1  # the ``as_of`` of who is not sure

_VELOCITY = 4  # bytes
_TOLD = struct.Struct("@7qd")  # what came, from ``size`` on
_TOLD_AT = RECEIVER.fields["size"][1]  # type: ignore[index]
# The first waits, and lets the GIL go; the second is done before another thread could have it.
_RECEIVE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_int64)
_KNOW = PYFUNCTYPE(c_int, c_void_p, c_int64)


class Arrival(NamedTuple):
    """A datagram has come.

    ``size``: its bytes. ``stamp_ns``: the kernel's stamp, Unix ns; 0: none. ``dropped``: how many
    the kernel has lost so far. ``read_ns``, ``arrival_ns``: when it was read and when it had come
    (``astrodrum_live.now``). ``posted_ns``: when it was in the callback's ring, as a stroke of
    ``pad`` with ``velocity`` 0..1; 0: it is not there.
    """

    size: int
    stamp_ns: int
    dropped: int
    read_ns: int
    arrival_ns: int
    posted_ns: int
    pad: int
    velocity: float


class StrokeReceiver:
    """One UDP port's way past Python.

    A datagram is posted at once if it is one of the strokes made known and this is still true
    (``Engine.forget_strokes``), if nothing but a fresh hit can answer it (``Engine.hold_back``),
    and if there is room. ``receives``: whether this system has such a way; 64-bit Linux does.
    Thread: the port's; ``as_of`` and ``forget`` any. Realtime-safe: no.
    """

    receives = RECEIVES

    def __init__(self, engine: Engine) -> None:
        assert doors.receive
        assert doors.know
        config = engine.config
        self._as_of, self._forget = engine.strokes_as_of, engine.forget_strokes
        self._record = np.zeros(1, RECEIVER)
        self._here, self._there = self._record.ctypes.data, engine.memory.address
        record = self._record[0]
        slack_frames = config.slack_ms * 1e-3 * config.rate
        record["delay_frames"] = -1.0 if config.timing == "soonest" else config.block + slack_frames
        record["stall_frames"] = STALL_S * config.rate
        record["command"]["own"] = np.nan
        record["command"]["sound"], record["command"]["ticket"] = READY
        record["vector"] = self._address("data"), LARGEST
        record["header"][0] = self._address("sender")
        record["header"][2:5] = self._address("vector"), 1, self._address("extras")
        self._told = self._record.view(np.uint8).data
        self._data = record["data"].view(np.uint8).data
        self._sender = record["sender"].view(np.uint8).data
        self._receive, self._know = _RECEIVE(doors.receive.address), _KNOW(doors.know.address)

    @property
    def as_of(self) -> int:
        """A number that rises when what is known may be true no more: read it, then look."""
        return int(self._as_of[0])

    def forget(self) -> None:
        """Have it rise. Thread: any."""
        self._forget()

    def know(self, strokes: Iterable[tuple[bytes, int]]) -> None:
        """From here on these datagrams, and no others, are strokes: all but their last four bytes,
        the velocity, and the pad. Those of too many bytes are left out."""
        self._record[0]["known"] = 0
        for beginning, pad in strokes:
            size = len(beginning)
            self._data[:size] = beginning
            self._record[0]["size"] = size + _VELOCITY
            self._know(self._here, pad)

    def receive(self, socket_number: int, as_of: int) -> Arrival | None:
        """Wait for a datagram as long as the socket does; None: none came, or an error did.

        A stroke is posted if ``as_of`` is still the number of that name.
        """
        self._receive(self._there, self._here, self._as_of.ctypes.data, socket_number, as_of)
        arrival = Arrival(*_TOLD.unpack_from(self._told, _TOLD_AT))
        return arrival if arrival.size >= 0 else None

    def datagram(self, size: int) -> bytes:
        """The bytes of the one that came last."""
        return bytes(self._data[:size])

    def sender(self) -> bytes:
        """Whose it was, as the system writes an address: a ``struct sockaddr``."""
        return bytes(self._sender)

    def _address(self, name: str) -> int:
        return self._here + int(RECEIVER.fields[name][1])  # type: ignore[index]
