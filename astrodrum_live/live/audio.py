"""The device that plays, and what takes its place: the engine, and all that is in it, goes on."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from astrodrum_live.engine.device import Device, DeviceError
from astrodrum_live.engine.distant_card import DistantCard
from astrodrum_live.engine.engine import Engine
from astrodrum_live.engine.null_device import NullDevice
from astrodrum_live.engine.outputs import Wish
from astrodrum_live.now import now_ns

AGAIN_S = 1.0  # between the beginnings of two searches

Log = Callable[[str], None]


class Search(Device, Protocol):
    """Something that looks for devices until it is one (``DistantCard``)."""

    found: int | None


Searching = Callable[[Engine, Sequence[Wish], Log], Search]


class Audio:
    """Plays ``engine`` on ``device``. When that is gone, on the null device at once, and as soon as
    they are there on one of the ``wishes``: the same device, a named other, the default. On a
    lesser one it goes on looking for a dearer one. The engine's rate stays what it is: a device
    that refuses it is told of and passed over.

    ``place``: which of the wishes plays; ``len(wishes)`` for none of them. No wishes: no looking.
    ``log`` gets plain lines. Thread: one.
    """

    def __init__(
        self,
        engine: Engine,
        device: Device,
        wishes: Sequence[Wish],
        place: int,
        log: Log,
        *,
        searching: Searching = DistantCard,
        null: Callable[[Engine], Device] = NullDevice,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        self.device = device
        self._engine, self._wishes, self._place, self._log = engine, tuple(wishes), place, log
        self._names = [wish.name or "the default output" for wish in wishes]
        self._searching, self._null, self._clock = searching, null, clock
        self._search: Search | None = None
        self._next_ns = 0
        self._said: set[str] = set()

    def start(self) -> None:
        """Begin to play. Errors: ``DeviceError``."""
        self._engine.memory.settle()
        self.device.start()

    def mind(self) -> None:
        """See whether the device is there, and look for a better one. To be called often."""
        if not self.device.alive():
            self._lose()
        if self._place > 0 and self._wishes:
            self._look()

    def trouble(self) -> str:
        """What a player must know, for the status line; empty if all is well."""
        if self._place == 0 or not self._wishes:
            return ""
        if self._place == len(self._wishes):
            return f"audio {self._names[0]} gone, on null, looking"
        return f"audio {self._names[0]} gone, on {self.device.name}"

    def close(self) -> None:
        """Stop. Again: nothing happens."""
        self._end_search()
        self.device.close()

    def _lose(self) -> None:
        looking = " and looking for it" if self._wishes else ""
        name = self.device.name
        self._log(f"{name} is gone; playing on without it, on the null device{looking}")
        with suppress(Exception):  # it is gone already
            self.device.close()
        self._end_search()
        self._play_on_null()

    def _look(self) -> None:
        if self._search is None:
            if self._clock() >= self._next_ns:
                self._begin_search()
        elif not self._search.alive():
            self._end_search()
        elif self._search.found is not None:
            self._change(self._search, self._search.found)

    def _begin_search(self) -> None:
        self._next_ns = self._clock() + round(AGAIN_S * 1e9)
        try:
            self._search = self._searching(
                self._engine, self._wishes[: self._place], self._tell_once
            )
        except Exception as error:
            self._tell_once(f"the sound card cannot be looked for: {error}")

    def _end_search(self) -> None:
        if self._search:
            with suppress(Exception):
                self._search.close()
        self._search = None

    def _change(self, found: Search, place: int) -> None:
        self._search = None
        with suppress(Exception):
            self.device.close()
        self._engine.restart_clock()
        try:
            found.start()
        except DeviceError as error:
            self._tell_once(f"{error}; playing on the null device")
            with suppress(Exception):
                found.close()
            self._play_on_null()
            return
        self.device, self._place = found, place
        self._said.clear()
        told = "is back" if place == 0 else f"plays until {self._names[0]} is back"
        self._log(f"{found.name} {told}")

    def _play_on_null(self) -> None:
        self._engine.restart_clock()
        self._place = len(self._wishes)
        self.device = self._null(self._engine)
        self.device.start()

    def _tell_once(self, line: str) -> None:
        if line not in self._said:
            self._said.add(line)
            self._log(line)
