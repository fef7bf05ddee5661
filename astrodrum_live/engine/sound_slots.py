"""The slots for hits made to order, from Python: the engine asks, the generator answers."""

import ctypes

import numpy as np

from astrodrum_live.rt.doors import answer, ask, take_order
from astrodrum_live.rt.layout import ORDER, ORIGIN
from astrodrum_live.rt.memory import SharedMemory

PAGE = 1024  # samples to a page of memory


class SoundSlots:
    """A view of the slots in ``memory``. Engine and generator have one each.

    Thread: one at a time may ask, and one process answers. Realtime-safe: no.
    """

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self._header = memory.header
        self._order = np.zeros(1, ORDER)

    def ask(self, slot: int, **order: object) -> bool:
        """Write an order (fields of ``ORDER``) into a slot; False if its last is not answered.

        Thread: the desk's. Realtime-safe: no (but never waits).
        """
        self._memory.sound(slot)[::PAGE].sum()  # no page fault in the callback
        written = np.zeros(1, ORDER)
        for name, value in order.items():
            written[name] = value
        return bool(ask.ctypes(self._memory.address, slot, written.ctypes.data))

    def waiting(self) -> np.ndarray:
        """The slots whose orders are not answered, (n,) int64, the most urgent first: by deadline,
        those for which nobody waits last. Thread: any. Realtime-safe: no."""
        header = self._header[0]
        slots = np.flatnonzero(header["sound_asked"] != header["sound_answered"])
        deadlines = header["sound_order"]["deadline_ns"][slots]
        tickets = header["sound_asked"][slots]
        return slots[np.lexsort((tickets, deadlines, deadlines == 0))]

    def answered(self) -> np.ndarray:
        """Which slots wait for nothing, (SOUND_SLOTS,) bool. Thread: any. Realtime-safe: no."""
        header = self._header[0]
        return header["sound_asked"] == header["sound_answered"]

    def made(self, slot: int, ticket: int) -> bool:
        """Whether the slot holds this ticket's sound. Thread: any. Realtime-safe: no."""
        header = self._header[0]
        answered = int(header["sound_answered"][slot]) == ticket
        return answered and int(header["sound"]["frames"][slot]) > 0

    def ticket(self, slot: int) -> int:
        """The ticket of a slot's last order. Thread: any. Realtime-safe: no."""
        return int(self._header[0]["sound_asked"][slot])

    def take(self, slot: int) -> np.void | None:
        """A slot's order as an ``ORDER`` record that the next call overwrites; None if it has none.

        Thread: the generator's. Realtime-safe: no (but never waits).
        """
        if not take_order.ctypes(self._memory.address, slot, self._order.ctypes.data):
            return None
        return self._order[0]

    def answer(
        self, slot: int, ticket: int, audio: np.ndarray | None, rate: float, seed: int, epoch: int,
        origin: np.ndarray | None = None,
    ) -> bool:  # fmt: skip
        """Fill a slot: ``audio`` (n,) float32 at ``rate`` Hz; None: there will be no sound.

        ``origin``: what it was made from, one ``ORIGIN`` record in an array.
        False if it was not asked for. Thread: the generator's. Realtime-safe: no.
        """
        samples = np.zeros(0, np.float32) if audio is None else np.ascontiguousarray(audio, "f4")
        made_from = np.zeros(1, ORIGIN) if origin is None else origin
        return bool(
            answer.ctypes(
                self._memory.address, slot, ticket, samples.ctypes.data, samples.size, float(rate),
                ctypes.c_uint64(seed).value, epoch, made_from.ctypes.data,
            )
        )  # fmt: skip
