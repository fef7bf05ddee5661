"""The pads' hit rings from Python: who pushes, and what is ready. Used by engine and generator."""

import ctypes

import numpy as np

from astrodrum_live.config import RING_SLOTS
from astrodrum_live.layers import LAYERS
from astrodrum_live.params import MAX_PADS
from astrodrum_live.rt.doors import push
from astrodrum_live.rt.layout import ORIGIN
from astrodrum_live.rt.memory import SharedMemory

LOW_RATE, HIGH_RATE = 1000.0, 768000.0


class HitRings:
    """A view of the rings in ``memory``, one for each pad and layer of velocity. One process at a
    time may push to a pad. What is told of the rings is (MAX_PADS, LAYERS) int64.

    Thread: any, but for ``push``. Realtime-safe: no.
    """

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self._header = memory.header

    def push(
        self,
        pad: int,
        layer: int,
        audio: np.ndarray,
        rate: float,
        seed: int,
        epoch: int,
        asked_ns: int = 0,
        origin: np.ndarray | None = None,
    ) -> bool:
        """Push a ready hit: ``audio`` (n,) float32 at ``rate`` Hz. False if the ring is full.

        ``origin``: what it was made from, one ``ORIGIN`` record in an array.

        Errors: ``ValueError`` for an empty hit, a rate that is none, a pad or layer not there.
        Thread: the pad's one writer. Realtime-safe: no (but never waits).
        """
        samples = np.ascontiguousarray(audio, dtype=np.float32)
        if samples.size == 0 or not LOW_RATE <= rate <= HIGH_RATE:
            raise ValueError(f"a hit of {samples.size} samples at {rate} Hz cannot be played")
        made_from = np.zeros(1, ORIGIN) if origin is None else origin
        return bool(
            push.ctypes(
                self._memory.address, _ring(pad, layer), samples.ctypes.data, samples.size,
                float(rate), ctypes.c_uint64(seed).value, epoch, asked_ns, made_from.ctypes.data,
            )
        )  # fmt: skip

    def ready(self) -> np.ndarray:
        """Unplayed hits in each ring."""
        return _by_pad(self._waiting().sum(axis=1))

    def room(self) -> np.ndarray:
        """Free slots in each ring."""
        header = self._header[0]
        return _by_pad(RING_SLOTS - (header["ring_write"] - header["ring_read"]))

    def ready_of(self, epochs: np.ndarray) -> np.ndarray:
        """Unplayed hits in each ring that carry their pad's of the given epochs (MAX_PADS,)."""
        fits = self._header[0]["slot"]["epoch"] == np.repeat(epochs, LAYERS)[:, None]
        return _by_pad((self._waiting() & fits).sum(axis=1))

    def struck(self) -> np.ndarray:
        """When each layer was last struck: frame + 1, 0 for never; a copy."""
        return _by_pad(self._header[0]["struck"].copy())

    def epochs(self) -> np.ndarray:
        """The epoch each pad's ready hits should carry, (MAX_PADS,) int64, a copy."""
        return self._header[0]["epoch"].copy()

    def asked_ns(self) -> np.ndarray:
        """When those epochs were asked for, (MAX_PADS,) int64, a copy."""
        return self._header[0]["epoch_ns"].copy()

    def _waiting(self) -> np.ndarray:
        """Which slots hold an unplayed hit not found broken, (RINGS, RING_SLOTS) bool."""
        header = self._header[0]
        first = header["ring_read"] + header["ring_used"]
        offset = (np.arange(RING_SLOTS)[None, :] - first[:, None]) % RING_SLOTS
        written = offset < (header["ring_write"] - first)[:, None]
        return written & (header["slot"]["frames"] > 0)


def _by_pad(rings: np.ndarray) -> np.ndarray:
    return rings.reshape(MAX_PADS, LAYERS)


def _ring(pad: int, layer: int) -> int:
    if not 0 <= pad < MAX_PADS:
        raise ValueError(f"pad is {pad}; pads are numbered 0 to {MAX_PADS - 1}")
    if not 0 <= layer < LAYERS:
        raise ValueError(f"layer is {layer}; layers are numbered 0 to {LAYERS - 1}")
    return pad * LAYERS + layer
