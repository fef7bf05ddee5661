"""The pads' hit rings from Python: who pushes, and what is ready. Used by engine and generator."""

import ctypes

import numpy as np

from astrodrum_live.config import RING_SLOTS
from astrodrum_live.params import MAX_PADS
from astrodrum_live.rt.doors import push
from astrodrum_live.rt.memory import SharedMemory

LOW_RATE, HIGH_RATE = 1000.0, 768000.0


class HitRings:
    """A view of the rings in ``memory``. One process at a time may push to a pad.

    Thread: any, but for ``push``. Realtime-safe: no.
    """

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self._header = memory.header

    def push(
        self, pad: int, audio: np.ndarray, rate: float, seed: int, epoch: int, asked_ns: int = 0
    ) -> bool:
        """Push a ready hit: ``audio`` (n,) float32 at ``rate`` Hz. False if the ring is full.

        Errors: ``ValueError`` for an empty hit or a rate that is none.
        Thread: the pad's one writer. Realtime-safe: no (but never waits).
        """
        samples = np.ascontiguousarray(audio, dtype=np.float32)
        if samples.size == 0 or not LOW_RATE <= rate <= HIGH_RATE:
            raise ValueError(f"a hit of {samples.size} samples at {rate} Hz cannot be played")
        return bool(
            push.ctypes(
                self._memory.address, _pad(pad), samples.ctypes.data, samples.size, float(rate),
                ctypes.c_uint64(seed).value, epoch, asked_ns,
            )
        )  # fmt: skip

    def ready(self) -> np.ndarray:
        """Unplayed hits per pad, (MAX_PADS,) int64."""
        return self._waiting().sum(axis=1)

    def room(self) -> np.ndarray:
        """Free slots per pad, (MAX_PADS,) int64."""
        header = self._header[0]
        return RING_SLOTS - (header["ring_write"] - header["ring_read"])

    def ready_of(self, epochs: np.ndarray) -> np.ndarray:
        """Unplayed hits per pad that carry the given epochs, (MAX_PADS,) int64."""
        fits = self._header[0]["slot"]["epoch"] == epochs[:, None]
        return (self._waiting() & fits).sum(axis=1)

    def epochs(self) -> np.ndarray:
        """The epoch each pad's ready hits should carry, (MAX_PADS,) int64, a copy."""
        return self._header[0]["epoch"].copy()

    def asked_ns(self) -> np.ndarray:
        """When those epochs were asked for, (MAX_PADS,) int64, a copy."""
        return self._header[0]["epoch_ns"].copy()

    def _waiting(self) -> np.ndarray:
        """Which slots hold an unplayed hit not found broken, (MAX_PADS, RING_SLOTS) bool."""
        header = self._header[0]
        first = header["ring_read"] + header["ring_used"]
        offset = (np.arange(RING_SLOTS)[None, :] - first[:, None]) % RING_SLOTS
        written = offset < (header["ring_write"] - first)[:, None]
        return written & (header["slot"]["frames"] > 0)


def _pad(pad: int) -> int:
    if not 0 <= pad < MAX_PADS:
        raise ValueError(f"pad is {pad}; pads are numbered 0 to {MAX_PADS - 1}")
    return pad
