"""Hits made to order: which is made next, and what becomes of those that cannot be."""

from collections.abc import Callable

import numpy as np

from astrodrum_live.engine.sound_slots import SoundSlots
from astrodrum_live.generation.makers import Maker, Request
from astrodrum_live.generation.origin import MAKERS, Source, origin_of
from astrodrum_live.generation.remaking import Remaker
from astrodrum_live.generation.seeds import FOLDER
from astrodrum_live.now import now_ns
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS
from astrodrum_live.rt.memory import SharedMemory

SETTLES = 4  # hits over which the time that one takes is averaged

_RATE_OF_NOTHING = 1.0
_NOT_FROZEN = [
    PAD_INDEX[row.name]
    for row in PAD_PARAMS
    if row.stage == "hit"
    and row.name not in ("lowpass", "lowpass_order", "average", "tail", "level")
]
_FROZEN_NOTE = "knobs of single hits need the model; frozen hits ignore them"


class OrderBook:
    """Makes what the slots in ``memory`` ask for, one hit at a time: its bits must not depend on
    what else is asked for, and on a CPU a batch is no faster.

    ``note`` is told, once, what a player should know. ``clock``: ns, as deadlines are.
    Thread: the generator's.
    """

    def __init__(
        self, memory: SharedMemory, note: Callable[[str], None], clock: Callable[[], int] = now_ns
    ) -> None:
        self._header = memory.header[0]
        self._slots = SoundSlots(memory)
        self._note, self._clock = note, clock
        self.remaker: Remaker | None = None  # of hits that the kit's maker of now does not make
        self._takes_ns = 0  # about how long one takes
        self._told: set[str] = set()

    def serve(self, maker: Maker | None, kit: int) -> bool:
        """Make the most urgent hit of kit ``kit``; False if there was none to make.

        Orders for an older kit are refused, and so are those that cannot be in time any more and
        will not come again: under more than can be made, to make each a moment too late would be
        to make none. Those for a newer kit wait for it. Without a maker, all are refused.
        """
        began_ns = self._clock()
        ready_ns = began_ns + self._takes_ns
        doubtful = False
        for slot in self._by_urgency(ready_ns):
            order = self._slots.take(int(slot))
            if order is None or order["kit"] > kit:
                continue
            late = 0 < order["deadline_ns"] <= ready_ns
            if maker is None or order["kit"] < kit:
                self._refuse(int(slot), order)
            elif late and not order["keep"]:
                self._header["gen_too_late"][0] += 1
                self._refuse(int(slot), order)
                doubtful |= order["deadline_ns"] > began_ns
            else:
                self._make(int(slot), order, maker)
                return True
        if doubtful:  # with nothing else to measure by, one long hit must not rule out all others
            self._takes_ns -= self._takes_ns // SETTLES
        return False

    def _by_urgency(self, ready_ns: int) -> np.ndarray:
        """What can still be in time before what cannot."""
        slots = self._slots.waiting()
        passed = self._header["sound_order"]["deadline_ns"][slots] <= ready_ns
        return np.concatenate([slots[~passed], slots[passed]])

    def _make(self, slot: int, order: np.void, maker: Maker) -> None:
        pad, ticket = int(order["pad"]), int(order["ticket"])
        epoch = int(self._header["epoch"][pad])
        values = self._header["pad_value"].copy()
        again = int(order["maker"]) > 0
        if maker.kind == "frozen" and not again:
            self._tell_frozen(values[pad], order["row"])
        else:
            values[pad] = order["row"]
        audio, seed, made_for = None, 0, float(order["velocity"])
        kind, rate = maker.kind, float(self._header["rate"])
        began_ns = self._clock()
        try:
            if again:
                kind, rate, seed = MAKERS[order["maker"]], float(order["rate"]), int(order["seed"])
                audio = self._again(order, maker, values)
            else:
                request = Request(pad, int(order["number"]), made_for, FOLDER)
                (made,) = maker.make([request], values)
                audio, seed = made.audio, made.seed
        except Exception as error:  # one order must not end the process that all pads need
            self._tell(f"a hit made to order failed: {type(error).__name__}: {error}")
        origin = None
        if audio is not None:
            origin = origin_of(kind, int(order["kit"]), seed, made_for, values[pad], audio)
        self._slots.answer(slot, ticket, audio, rate, seed, epoch, origin)
        counter = "gen_broken" if audio is None else "gen_hits"
        self._header[counter][0] += 1  # last: who sees it counted finds it there
        self._header["gen_orders"][0] += 1
        took_ns = self._clock() - began_ns
        self._takes_ns += (took_ns - self._takes_ns) // (SETTLES if self._takes_ns else 1)

    def _again(self, order: np.void, maker: Maker, values: np.ndarray) -> np.ndarray | None:
        """The very hit of a seed; None if it cannot be had now."""
        kind, pad = MAKERS[order["maker"]], int(order["pad"])
        seed, made_for = int(order["seed"]), float(order["velocity"])
        if kind == maker.kind:
            return maker.make([Request(pad, 0, made_for, seed=seed)], values)[0].audio
        if kind == "model" or self.remaker is None:
            return None
        row, rate, check = values[pad], float(order["rate"]), int(order["check"])
        source = Source(kind, int(order["kit"]), pad, seed, made_for, row, rate, check)
        return self.remaker.make(source)[0]

    def _refuse(self, slot: int, order: np.void) -> None:
        self._slots.answer(slot, int(order["ticket"]), None, _RATE_OF_NOTHING, 0, 0)

    def _tell_frozen(self, standing: np.ndarray, wanted: np.ndarray) -> None:
        if (standing[_NOT_FROZEN] != wanted[_NOT_FROZEN]).any():
            self._tell(_FROZEN_NOTE)

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._note(text)
