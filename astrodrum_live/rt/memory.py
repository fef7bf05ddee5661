"""The one block of shared memory: a header (``rt/layout.py``), an arena, the orbits' lines.

The engine creates and unlinks it; others attach.
"""

import os
import sys
from multiprocessing import resource_tracker, shared_memory

import numpy as np

from astrodrum_live.config import RING_SLOTS, EngineConfig
from astrodrum_live.params import ORBITS
from astrodrum_live.rt.effect_records import orbit_frames, reverb_frames
from astrodrum_live.rt.layout import GUARD, HITS_KEPT, MAGIC, RINGS, SHARED
from astrodrum_live.rt.prefault import Prefault


class SharedMemory:
    """The block, mapped: ``header`` is a ``SHARED`` array of one, ``arena`` and, behind
    it, ``lines`` (what the orbits' effects remember) float32.

    Errors: ``MemoryError`` with the size asked for when the system cannot give it; to attach,
    ``FileNotFoundError`` where there is none, ``ValueError`` where it is not an engine's.
    Thread: any; the owner closes it after every user has stopped. Realtime-safe: no.
    """

    def __init__(self, config: EngineConfig | None = None, name: str | None = None) -> None:
        """Create a block for ``config``, or attach to the existing one called ``name``."""
        self._owner = config is not None
        self._prefault: Prefault | None = None
        if config is not None:
            samples = _arena_samples(config.hit_frames, config.voices)
            lines = ORBITS * orbit_frames(config.rate)
            self._block = _create(SHARED.itemsize + 4 * (samples + lines))
        else:
            self._block = _attach(name or "")
            _check_magic(self._block)
        self.name = self._block.name
        self.header: np.ndarray = np.ndarray((1,), SHARED, buffer=self._block.buf)
        if config is not None:
            self._prefault = self._prefaulted(config.hit_frames)
            self.header["rate"] = config.rate
            self.header["hit_frames"] = config.hit_frames
            self.header["voices"] = config.voices
            self.header["channels"] = 2
            self.header["orbit_frames"] = orbit_frames(config.rate)
            self.header["reverb_frames"] = reverb_frames(config.rate)
        samples = _arena_samples(int(self.header["hit_frames"][0]), int(self.header["voices"][0]))
        self.arena: np.ndarray = np.ndarray(
            (samples,), np.float32, buffer=self._block.buf, offset=SHARED.itemsize
        )
        self.lines: np.ndarray = np.ndarray(
            (ORBITS * int(self.header["orbit_frames"][0]),),
            np.float32,
            buffer=self._block.buf,
            offset=SHARED.itemsize + 4 * samples,
        )
        if config is not None:
            self.header["magic"] = MAGIC

    @property
    def address(self) -> int:
        """Where the block starts, for the compiled doors."""
        return int(self.header.ctypes.data)

    def sound(self, slot: int) -> np.ndarray:
        """A view of a made-to-order slot's samples, (hit_frames,)."""
        frames = int(self.header["hit_frames"][0])
        start = (RINGS * RING_SLOTS + slot) * frames
        return self.arena[start : start + frames]

    def settle(self) -> None:
        """Wait until the callback will meet no page fault: before a device starts."""
        if self._prefault is not None:
            self._prefault.wait()

    def _prefaulted(self, hit_frames: int) -> Prefault:
        """All pages, but those of the slots for orders, which are touched when first ordered."""
        block = np.ndarray((self._block.size,), np.uint8, buffer=self._block.buf)
        first, last = RINGS * RING_SLOTS * hit_frames, HITS_KEPT * hit_frames
        parts = [(0, SHARED.itemsize + 4 * first), (SHARED.itemsize + 4 * last, self._block.size)]
        return Prefault(block, parts)

    def close(self) -> None:
        """Unmap; the owner also removes the block from the system."""
        self.settle()
        del self.header, self.arena, self.lines
        try:
            self._block.close()
        finally:
            if self._owner:
                self._block.unlink()


def _arena_samples(hit_frames: int, voices: int) -> int:
    return HITS_KEPT * hit_frames + 2 * voices * (hit_frames + GUARD)


def _create(size: int) -> shared_memory.SharedMemory:
    try:
        block = shared_memory.SharedMemory(
            name=f"astrodrum-{os.getpid()}-{os.urandom(3).hex()}", create=True, size=size
        )
    except OSError as error:
        raise _no_memory(size, error) from error
    try:
        _reserve(block)
    except OSError as error:
        block.close()
        block.unlink()
        raise _no_memory(size, error) from error
    return block


def _reserve(block: shared_memory.SharedMemory) -> None:
    """Have every page now: Linux promises more than it has, and kills who touches the rest.

    A container's /dev/shm is often 64 MiB.
    """
    if sys.platform == "linux":
        os.posix_fallocate(block._fd, 0, block.size)  # type: ignore[attr-defined]


def _no_memory(size: int, error: OSError) -> MemoryError:
    return MemoryError(f"no {size >> 20} MiB of shared memory to be had: {error.strerror}")


def _check_magic(block: shared_memory.SharedMemory) -> None:
    where = SHARED.fields["magic"][1]  # type: ignore[index]
    found = bytes(block.buf[where : where + 8])  # type: ignore[index]  # a copy: none may hold it
    if block.size < SHARED.itemsize or int.from_bytes(found, sys.byteorder) != MAGIC:
        block.close()
        raise ValueError(f"shared memory '{block.name}' is not an AstroDrum engine's")


def _attach(name: str) -> shared_memory.SharedMemory:
    if sys.version_info >= (3, 13):
        return shared_memory.SharedMemory(name=name, track=False)
    # Before 3.13 attaching registers the block as if owned, and it can be unlinked when this
    # process ends; only the engine may do that.
    register = resource_tracker.register
    resource_tracker.register = lambda *_: None
    try:
        return shared_memory.SharedMemory(name=name)
    finally:
        resource_tracker.register = register
